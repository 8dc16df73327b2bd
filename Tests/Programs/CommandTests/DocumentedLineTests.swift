import Foundation
import Testing

@testable import Surroundings

/// The programs take every command line that a document or their help shows.
@Suite struct DocumentedLineTests {
    @Test func everyLineOfTheDocumentsIsTaken() throws {
        var count = 0
        for document in try documents() {
            for line in DocumentedLine.all(in: try Repository.text(document), at: document) {
                #expect(line.refusal == nil, "\(line)")
                count += 1
            }
        }
        #expect(count > 100)
    }

    @Test func everyExampleOfTheHelpIsTaken() {
        let examples = CommandTree.discussions.flatMap { DocumentedLine.examples(in: $0.text, at: $0.name) }
        for line in examples { #expect(line.refusal == nil, "\(line)") }
        #expect(examples.count > 60)
    }

    @Test func whatTheProgramsDoNotTakeIsFound() {
        func refusal(_ document: String) -> [String?] {
            DocumentedLine.all(in: document, at: "here").map(\.refusal)
        }
        #expect(refusal("    medseal deposit scan.dcm --patient P-1001 --home ada   # sealed here") == [nil])
        #expect(
            refusal("```\nmedseal veto \\\n  RECORD\n```\nand `medseal veto` or `medseald run DIR`.").count
                == 3)
        for wrong in [
            "    medseal deposit", "    medseal depose scan.dcm", "    medseal veto notAnID",
            "so `medseal deposit --petient P-1001`", "so `medseal ledger fsck`",
        ] {
            let found = refusal(wrong)
            #expect(found.count == 1 && found[0] != nil, "\(wrong)")
        }
    }

    /// README, SECURITY and everything below docs; decisions tell what was.
    private func documents() throws -> [String] {
        let below = try FileManager.default.subpathsOfDirectory(
            atPath: Repository.root.appending(path: "docs").path)
        return ["README.md", "SECURITY.md", "CONTRIBUTING.md", "ARCHITECTURE.md"]
            + below.filter { $0.hasSuffix(".md") && !$0.hasPrefix("decisions/") }.map { "docs/\($0)" }
            .sorted()
    }
}
