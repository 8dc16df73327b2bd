import ArgumentParser
import Foundation

@testable import medseal
@testable import medseald

/// A command line as documents show it, with placeholders in capitals.
struct DocumentedLine: CustomStringConvertible {
    let place: String
    let text: String
    /// Whether it stands alone, so that nothing may be missing; otherwise it is a part of a sentence.
    let isWhole: Bool

    var description: String { "\(place): \(text)" }

    /// Lines of `medseal` and `medseald` in blocks of code, and in a sentence between backticks.
    static func all(in document: String, at place: String) -> [DocumentedLine] {
        var lines = [DocumentedLine]()
        var isFenced = false
        // A command goes on in the next line after a backslash.
        for line in document.replacing(/\\\n\s*/, with: "").split(
            separator: "\n", omittingEmptySubsequences: false)
        {
            if line.hasPrefix("```") { isFenced.toggle() }
            if isFenced || line.hasPrefix("    "), let command = command(in: line) {
                lines.append(DocumentedLine(place: place, text: command, isWhole: true))
            } else if !isFenced {
                for code in line.matches(of: /`(medseald? [^`]+)`/) {
                    lines.append(DocumentedLine(place: place, text: String(code.1), isWhole: false))
                }
            }
        }
        return lines
    }

    /// Those of a command's help: a line that begins with the program, maybe after `Example:`.
    static func examples(in discussion: String, at place: String) -> [DocumentedLine] {
        discussion.split(separator: "\n").compactMap { line in
            command(in: line).map { DocumentedLine(place: place, text: $0, isWhole: true) }
        }
    }

    private static func command(in line: some StringProtocol) -> String? {
        let begin = /^\s*(?:Examples?: )?(?:[A-Z_]+=\S+ )?(medseald? .*)$/
        guard let text = String(line).firstMatch(of: begin)?.1 else { return nil }
        // Up to a comment, or what the shell does with it.
        return String(
            text.replacing(/\$\(\(.*\)\)/, with: "1").prefix { $0 != "#" && $0 != "|" && $0 != ">" })
    }

    /// What a shell makes of it; placeholders have values.
    var arguments: [String] {
        var words = [String]()
        for match in text.matches(of: /(?:[^\s"']|"[^"]*"|'[^']*')+/) {
            var word = String(match.output).replacing("\"", with: "").replacing("'", with: "")
            // What may be left out is tried too.
            word = word.replacing("[", with: "").replacing("]", with: "")
            if word == "..." { continue }
            words.append(Self.value(of: word))
        }
        return words
    }

    private static let id = String(repeating: "a", count: 64)

    private static func value(of word: String) -> String {
        switch word {
        case "N", "NUMBER", "COUNT", "SIZE", "PORT", "DAYS": "1"
        case "N/T": "1/2"
        case "BLOCK/TRANSACTION": "1/\(id)"
        case "NAME": "hospital1"
        case "ROLE": "clinician"
        default: word.wholeMatch(of: /[A-Z][A-Z-]+/) == nil ? word : id
        }
    }

    /// Why its program does not take it; nil when it does.
    var refusal: String? {
        let words = arguments
        let program: any ParsableCommand.Type = words[0] == "medseal" ? MedSeal.self : MedSealDaemon.self
        guard isWhole else { return Self.unknown(in: words.dropFirst(), of: program) }
        do {
            _ = try program.parseAsRoot(Array(words.dropFirst()))
            return nil
        } catch {
            return program.exitCode(for: error) == .success ? nil : program.message(for: error)
        }
    }

    /// A sentence names as much of a command as it speaks of: what of it is no command, or no option of that.
    private static func unknown(
        in words: ArraySlice<String>, of program: any ParsableCommand.Type
    ) -> String? {
        var (command, rest) = (program, words)
        while let word = rest.first, !command.configuration.subcommands.isEmpty {
            guard
                let next = command.configuration.subcommands.first(where: {
                    $0.configuration.commandName == word
                })
            else { return word == "help" || word.hasPrefix("-") ? nil : word }
            (command, rest) = (next, rest.dropFirst())
        }
        let help = command.helpMessage(columns: 200)
        return rest.first { $0.hasPrefix("--") && !help.contains($0) }
    }
}
