import Contract
import Foundation

/// The repository around these tests; where only a link leads to them, the link's target.
enum Repository {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Name and text of each file of the module under test.
    static func contractSources() throws -> [(name: String, text: String)] {
        let folder = root.appending(path: "Sources/Contract")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map { name in
            (name, try text("Sources/Contract/\(name)"))
        }
    }
}

/// The codes that each rule can give, as its source says.
enum RuleSource {
    /// By kind; without the codes that every statement can have.
    static func codes() throws -> [StatementKind: Set<String>] {
        let rules = functions(of: try Repository.text("Sources/Contract/Rules.swift"))
        let shared = functions(of: try Repository.text("Sources/Contract/Decide.swift"))
        let refusal = functions(of: try Repository.text("Sources/Contract/State.swift"))["refusal"] ?? ""
        var result = [StatementKind: Set<String>]()
        for kind in StatementKind.allCases {
            guard let body = rules["\(kind)"] else { continue }
            var codes = named(in: body)
            if body.contains("try organisation(") { codes.formUnion(named(in: shared["organisation"] ?? "")) }
            if body.contains("try caller(") {
                codes.formUnion(named(in: shared["organisation"] ?? ""))
                var speaker = named(in: shared["caller"] ?? "")
                if !body.contains("kinds:") { speaker.remove("organisationKindNotAllowed") }
                if !body.contains("roles:") { speaker.remove("roleNotAllowed") }
                codes.formUnion(speaker)
            }
            if body.contains("try permit(") { codes.formUnion(named(in: shared["permit"] ?? "")) }
            if body.contains("try record(") { codes.formUnion(named(in: shared["record"] ?? "")) }
            if body.contains(".refusal(") { codes.formUnion(named(in: refusal)) }
            result[kind] = codes
        }
        return result
    }

    /// The text of each function by its name, from `func` up to the next.
    private static func functions(of source: String) -> [String: Substring] {
        var result = [String: Substring]()
        for part in source.split(separator: "func ").dropFirst() {
            result[String(part.prefix { $0.isLetter })] = part
        }
        return result
    }

    /// The codes in a text: `.name`, not followed by more of a name and not applied to anything.
    private static func named(in text: Substring) -> Set<String> {
        Set(
            RejectionCode.allCases.map { "\($0)" }.filter { name in
                text.ranges(of: ".\(name)").contains { range in
                    let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
                    return !after.isLetter && after != "(" && after != ":"
                }
            })
    }
}
