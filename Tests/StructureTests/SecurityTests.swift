import Foundation
import Testing

@testable import Surroundings

/// SECURITY.md names the test that shows each threat: those tests are there.
@Suite struct SecurityTests {
    /// What a row names as its tests: in backticks a suite, `Suite/test`, a test, a rejection or a tool; else a target.
    @Test func everyTestThatSecurityNamesExists() throws {
        let sources = try TestSources()
        var named = 0
        for row in try rows() {
            for name in row.tests.matches(of: /`([^`]+)`/).map({ String($0.1) }) {
                #expect(try sources.has(name), "\(row.id) names \(name)")
                named += 1
            }
            let plain = row.tests.replacing(/`[^`]*`/, with: "")
            for target in plain.matches(of: /\b\w+Tests\b/).map({ String($0.0) }) {
                #expect(sources.targets.contains(target), "\(row.id) names \(target)")
                named += 1
            }
        }
        #expect(named > 90, "so many are named")
    }

    /// Each threat that the product must survive has a row, or a sentence that says why it is not stopped.
    @Test func everyThreatIsSpokenOf() throws {
        let text = try Repository.text("SECURITY.md")
        let named = Set(text.matches(of: /\bT(\d+)\b/).compactMap { Int($0.1) })
        for number in 1...79 { #expect(named.contains(number), "SECURITY.md says nothing of T\(number)") }
    }

    @Test func aTestThatIsNotThereIsMissed() throws {
        let sources = try TestSources()
        #expect(try sources.has("SecurityTests/aTestThatIsNotThereIsMissed"))
        #expect(try !sources.has("SecurityTests/aTestThatIsElsewhere"))
        #expect(try !sources.has("AbsentTests"))
        #expect(try !sources.has("aTestThatIsNot" + "AnywhereAtAll"))
        #expect(try !sources.has("tools/absent"))
    }

    /// The table of threats: `| T1 | threat | what stops it | test |`.
    private func rows() throws -> [(id: String, tests: String)] {
        let rows = try Repository.text("SECURITY.md").split(separator: "\n").filter { $0.hasPrefix("| T") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.count > 40)
        #expect(rows.allSatisfy { $0.count == 4 })
        return rows.map { ($0[0], $0[3]) }
    }
}

/// The names of every test and suite, and what the contract's rejections are called.
private struct TestSources {
    private struct File {
        let functions: Set<String>
        let suites: Set<String>
        let extended: Set<String>

        init(_ text: String) {
            functions = words(of: text, after: ["func"])
            suites = words(of: text, after: ["struct", "class", "enum"])
            extended = words(of: text, after: ["extension"])
        }
    }

    let targets: Set<String>
    private let files: [File]
    private let rejections: Set<String>

    init() throws {
        let folder = Repository.root.appending(path: "Tests")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        files = try paths.filter { $0.hasSuffix(".swift") }.map { File(try Repository.text("Tests/\($0)")) }
        let contract = Repository.root.appending(path: "Sources/Core/Contract")
        rejections = try FileManager.default.subpathsOfDirectory(atPath: contract.path)
            .filter { $0.contains("Rejection") && $0.hasSuffix(".swift") }
            .reduce(into: []) {
                $0.formUnion(words(of: try Repository.text("Sources/Core/Contract/\($1)"), after: ["case"]))
            }
        targets = Set(
            paths.filter { $0.hasSuffix("Tests") }.compactMap {
                $0.split(separator: "/").last.map(String.init)
            })
    }

    func has(_ name: String) throws -> Bool {
        if name.hasPrefix("tools/") {
            return FileManager.default.fileExists(atPath: Repository.root.appending(path: name).path)
        }
        let parts = name.split(separator: "/").map(String.init)
        if parts.count == 2 {
            return files.contains {
                $0.functions.contains(parts[1])
                    && ($0.suites.contains(parts[0]) || $0.extended.contains(parts[0]))
            }
        }
        if name.hasSuffix("Tests") { return files.contains { $0.suites.contains(name) } }
        return files.contains { $0.functions.contains(name) } || rejections.contains(name)
    }
}
