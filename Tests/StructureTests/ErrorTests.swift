import Foundation
import Testing

@testable import Surroundings

/// Every error type of Sources has the one suffix and stands in ARCHITECTURE.md's table under its kind.
@Suite struct ErrorTests {
    /// What conforms to `Error` under a word of its own: the contract's code, the API's problem (RFC 9457), bytes that are not
    /// of a format, and a reading that waits for answers.
    static let ownWords: Set<String> = ["RejectionCode", "Problem", "Malformed", "Pause"]

    /// The names of the types that are declared as errors.
    private func declared() throws -> [String: String] {
        let sources = Repository.root.appending(path: "Sources").path
        let files = try FileManager.default.subpathsOfDirectory(atPath: sources)
            .filter { $0.hasSuffix(".swift") }
        #expect(files.count > 200)
        var declared = [String: String]()
        for file in files {
            let text = try Repository.text("Sources/\(file)")
            for match in text.matches(of: /(?m)^[ \w]*\b(?:struct|enum|class) (\w+)\s*:[^{\n]*\bError\b/) {
                declared[String(match.1)] = file
            }
        }
        return declared
    }

    @Test func eachHasTheOneSuffix() throws {
        for (name, file) in try declared() where !Self.ownWords.contains(name) {
            #expect(name.hasSuffix("Error"), "\(name) in \(file)")
        }
    }

    @Test func eachStandsUnderItsKind() throws {
        let page = try Repository.text("ARCHITECTURE.md")
        let table = try #require(page.split(separator: "## Errors").last?.split(separator: "\n## ").first)
        let rows = table.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| kind") }
        #expect(
            rows.map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
                == ["input", "answer", "machine", "any"])
        let named = rows.flatMap { row in row.matches(of: /`([A-Z]\w+)`/).map { String($0.1) } }
        #expect(Set(named).count == named.count)
        #expect(Set(named) == Set(try declared().keys).subtracting(["Pause"]))
    }
}
