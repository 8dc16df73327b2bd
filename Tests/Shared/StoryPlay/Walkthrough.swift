import Foundation
import Testing

@testable import Surroundings

/// A page of the documents, gone through as its reader would: every line of `medseal` and `medseald` in its blocks, in order, as
/// printed, in one folder, on a terminal. What stands in capitals is what an earlier line has shown.
final class Walkthrough {
    /// What happens elsewhere before a line that begins so.
    struct Meanwhile {
        let line: String
        let happens: (Walkthrough) throws -> Void

        init(before line: String, _ happens: @escaping (Walkthrough) throws -> Void) {
            self.line = line
            self.happens = happens
        }
    }

    let page: String
    let folder: URL
    /// All that the reader has seen so far.
    private(set) var screen = ""
    /// What stands in capitals on the page, where it is not simply the newest of its kind on the screen.
    var values: [String: String] = [:]
    private let environment: [String: String]
    private var daemons: [RunningProgram] = []

    init(_ page: String, in folder: URL) {
        self.page = page
        self.folder = folder
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        environment = Story.environment.merging(["PATH": "\(Repository.programs.path):\(path)"]) { $1 }
    }

    /// Goes through the page. Each of `meanwhile` must have its line; the line after it is found from there on. Lines that begin
    /// as one of `left` says are left out, and each of these must be there too.
    func play(_ meanwhile: [Meanwhile] = [], leaving left: [String] = []) throws {
        var meanwhile = meanwhile[...]
        var left = left
        for line in try Self.lines(of: Repository.text(page)) {
            if let next = meanwhile.first, line.hasPrefix(next.line) {
                try next.happens(self)
                meanwhile = meanwhile.dropFirst()
            }
            if let skipped = left.firstIndex(where: { line.hasPrefix($0) }) {
                left.remove(at: skipped)
                continue
            }
            try type(line)
        }
        try #require(meanwhile.isEmpty, "\(page) has no line \(meanwhile.first?.line ?? "")")
        try #require(left.isEmpty, "\(page) has no line \(left)")
    }

    /// Types a line, answers what it asks, and requires that it is done.
    func type(_ line: String) throws {
        let filled = try filled(line)
        let stays = filled.hasPrefix("medseald run ") || filled.hasPrefix("medseald validate ")
        let (code, shown) =
            stays
            ? try served(filled)
            : try TerminalSession.run(
                filled, in: folder, environment: environment
            ) { try self.answer($0, to: filled) }
        screen += "\n$ \(filled)\n\(shown)"
        try #require(code == 0, "\(page): \(line)\nended with \(code):\n\(screen.suffix(4_000))")
    }

    /// Starts what does not end by itself, and waits until it does its work.
    private func served(_ line: String) throws -> (code: Int32, screen: String) {
        let words = line.split(separator: " ").dropFirst().map(String.init)
        let daemon = try RunningProgram(
            Repository.programs.appending(path: "medseald").path,
            words + ["--verbose", "--passphrase-file", passphrase(of: "net").path], in: folder,
            environment: environment,
            log: folder.appending(path: "medseald-\(daemons.count).log"))
        daemons.append(daemon)
        try #require(daemon.says(words[0] == "run" ? ": serving " : ": cosigned "), "\(daemon.said)")
        return (0, daemon.said)
    }

    /// The ids that stand after `word` on the screen, each once, oldest first.
    func shown(_ word: String) throws -> [String] {
        let found = try Regex("(?i)\\b\(word)\\s+([0-9a-f]{12,64})\\b", as: (Substring, Substring).self)
        var ids = [String]()
        for match in screen.matches(of: found) where !ids.contains(String(match.output.1)) {
            ids.append(String(match.output.1))
        }
        return ids
    }

    // MARK: What the reader fills in

    private func filled(_ line: String) throws -> String {
        var line = line
        if line.hasPrefix("medseal network init ") {
            // Other tests serve at the same time.
            line += " --port \(Int.random(in: 15_000..<32_000))"
        }
        for word in Set(line.matches(of: /\b[A-Z]{3,}\b(?!-)/).map { String($0.output) }) {
            guard let value = try value(of: word) else { continue }
            line = line.replacing(try Regex("\\b\(word)\\b"), with: value)
        }
        // A code as the page's patient has it.
        if let code = line.firstMatch(of: Self.code), let own = screen.matches(of: Self.code).last {
            line = line.replacing(code.output.0, with: own.output.0)
        }
        return line
    }

    private static var code: Regex<(Substring, Substring)> { /\b[0-9A-Z]{4}(-[0-9A-Z]{4}){2,}\b/ }

    /// The newest that is called so on the screen.
    private func value(of word: String) throws -> String? { try values[word] ?? shown(word).last }

    // MARK: What the reader answers

    private func answer(_ question: String, to line: String) throws -> String? {
        if question.contains("Type yes") { return "yes" }
        if question.lowercased().contains("recovery code") {
            return screen.firstMatch(of: /\n([0-9A-Z]{5}(-[0-9A-Z]{5}){5,})\n/).map { String($0.output.1) }
        }
        if question.contains("Patient's number:") { return "P-1001" }
        if question.contains("Patient's name:") { return "Noor Haddad" }
        // The organisation's, or of whoever has the home.
        let home = line.firstMatch(of: /--home (\S+)/).map { String($0.output.1) }
        let isOffice =
            line.contains("--organisation ") && !question.contains("wallet") && !question.contains("member")
        let file = passphrase(of: isOffice ? "net" : home ?? "net")
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.trimmingCharacters(in: .newlines)
    }

    /// The file of that name's passphrase; made where there is none.
    private func passphrase(of name: String) -> URL {
        let file = folder.appending(path: "\(name).pass")
        if !FileManager.default.fileExists(atPath: file.path) {
            _ = FileManager.default.createFile(
                atPath: file.path, contents: Data("tin opener \(UInt64.random(in: 0..<UInt64.max))\n".utf8),
                attributes: [.posixPermissions: 0o600])
        }
        return file
    }

    /// The lines of the programs in a page's blocks of code, without what is said beside them.
    private static func lines(of page: String) -> [String] {
        var isFenced = false
        var lines = [Substring]()
        for line in page.replacing(/\\\n\s*/, with: "").split(separator: "\n") {
            if line.hasPrefix("```") { isFenced.toggle() }
            guard isFenced, line.hasPrefix("medseal") else { continue }
            lines.append(line.replacing(/\s+# .*$/, with: ""))
        }
        return lines.map(String.init)
    }
}
