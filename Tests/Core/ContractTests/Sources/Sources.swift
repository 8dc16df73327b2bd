import Contract
import Foundation

@testable import Surroundings

extension Repository {
    /// Name and text of each file of the module under test.
    static func contractSources() throws -> [(name: String, text: String)] {
        try sources(in: "Sources/Core/Contract")
    }

    /// Path and text of each Swift file in a folder and in the folders in it.
    static func sources(in folder: String) throws -> [(name: String, text: String)] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path).sorted()
            .filter { $0.hasSuffix(".swift") }.map { ($0, try text("\(folder)/\($0)")) }
    }
}

/// The codes that each rule can give, as its source says.
enum RuleSource {
    /// The kinds' own files, and what their rules are made of.
    private static func files() throws -> [(name: String, text: String)] {
        let shared = ["Deciding/Case.swift", "State/ConsentStates.swift"]
        return try Repository.contractSources().filter {
            $0.name.hasPrefix("Statements/") || shared.contains($0.name)
        }
    }

    /// By kind; without the codes that every statement can have.
    static func codes() throws -> [StatementKind: Set<String>] {
        var functions = [String: String]()
        for (_, source) in try files() {
            for part in source.split(separator: "func ").dropFirst() {
                // The two that check re-sealed envelopes share a name.
                functions[String(part.prefix { $0.isLetter }), default: ""] += String(part)
            }
        }
        var result = [StatementKind: Set<String>]()
        for kind in StatementKind.allCases where ![.genesis, .permit].contains(kind) {
            result[kind] = codes(in: functions["\(kind)"] ?? "", functions)
        }
        return result
    }

    /// The codes that a function names, and those of the functions that it calls.
    private static func codes(in body: String, _ functions: [String: String]) -> Set<String> {
        var codes = named(in: body)
        for (name, text) in functions {
            let calls = ["try \(name)(", "? \(name)(", ".\(name)(at"].flatMap { body.ranges(of: $0) }
            for call in calls {
                var its = RuleSource.codes(in: name == "require" ? "" : text, functions)
                if name == "caller" {
                    let arguments = arguments(of: body[call.upperBound...])
                    if !arguments.contains("kinds:") { its.remove("organisationKindNotAllowed") }
                    if !arguments.contains("roles:") { its.remove("roleNotAllowed") }
                }
                codes.formUnion(its)
            }
        }
        if body.contains("try require(delegation, allows") {
            codes.formUnion(["delegationEnded", "delegationTooNarrow"])
        }
        return codes
    }

    /// What stands before the bracket that closes a call.
    private static func arguments(of text: Substring) -> Substring {
        var depth = 1
        return text.prefix { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return depth > 0
        }
    }

    /// The codes in a text: `.name`, not followed by more of a name and not applied to anything.
    private static func named(in text: String) -> Set<String> {
        Set(
            RejectionCode.allCases.map { "\($0)" }.filter { name in
                text.ranges(of: ".\(name)").contains { range in
                    let after = range.upperBound < text.endIndex ? text[range.upperBound] : " "
                    return !after.isLetter && after != "(" && after != ":"
                }
            })
    }
}
