public import ArgumentParser

/// A program's or a command's name as it is typed, with the commands below it.
public struct CommandName {
    private let type: any ParsableCommand.Type
    /// `medseal wallet`
    private let line: String

    public init(of program: any ParsableCommand.Type) {
        type = program
        line = program.configuration.commandName ?? ""
    }

    private init(_ type: any ParsableCommand.Type, below parent: CommandName) {
        self.type = type
        line = "\(parent.line) \(type.configuration.commandName ?? "")"
    }

    private var word: Substring { line.split(separator: " ").last ?? "" }

    private var below: [CommandName] {
        type.configuration.subcommands.map { CommandName($0, below: self) }
    }

    private var allBelow: [CommandName] { below.flatMap { [$0] + $0.allBelow } }

    /// What people are told where the words that were typed after this name no command; nil where they do, or are none.
    public func refusal(of arguments: some Collection<String>) -> String? {
        refusal(of: Array(arguments)[...], all: allBelow)
    }

    private func refusal(of words: ArraySlice<String>, all: [CommandName]) -> String? {
        guard let typed = words.first, !typed.hasPrefix("-"), !below.isEmpty else { return nil }
        if let next = below.first(where: { $0.word == typed }) {
            return next.refusal(of: words.dropFirst(), all: all)
        }
        if typed == "help" { return refusal(of: words.dropFirst(), all: all) }
        let begin = "There is no command `\(line) \(typed)`."
        if let near = Self.nearest(to: typed, among: below) ?? Self.nearest(to: typed, among: all) {
            return "\(begin) Did you mean `\(near.line)`?"
        }
        return "\(begin) There are: \(below.map { String($0.word) }.joined(separator: ", "))."
    }

    private static func nearest(to typed: String, among names: [CommandName]) -> CommandName? {
        let mistakesMax = min(3, max(1, typed.count / 3))
        return names.map { (name: $0, mistakes: mistakes(in: typed, meaning: $0.word)) }
            .filter { $0.mistakes <= mistakesMax }.min { $0.mistakes < $1.mistakes }?.name
    }

    /// How many letters are missing, too many, others, or have changed places with their neighbour.
    private static func mistakes(in typed: String, meaning word: Substring) -> Int {
        let (typed, word) = (Array(typed), Array(word))
        // Of the beginnings of both: two rows back, one row back, this row.
        var (before, last) = ([Int](), Array(0...word.count))
        for row in 1...max(1, typed.count) where row <= typed.count {
            var next = [row]
            for column in word.indices.map({ $0 + 1 }) {
                let isSame = typed[row - 1] == word[column - 1]
                var count = min(last[column] + 1, next[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, typed[row - 1] == word[column - 2], typed[row - 2] == word[column - 1]
                {
                    count = min(count, before[column - 2] + 1)
                }
                next.append(count)
            }
            (before, last) = (last, next)
        }
        return last[word.count]
    }
}
