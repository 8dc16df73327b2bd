import Foundation
import Testing

@testable import Surroundings

/// Documents refer to each other by links that lead somewhere.
@Suite struct LinkTests {
    @Test func everyRelativeLinkOfADocumentLeadsToAFile() throws {
        let root = Repository.root
        let documents =
            [
                "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md",
                "Tests/README.md",
            ]
            + (try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: "docs").path))
            .filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
        var linkCount = 0
        for document in documents {
            let folder = root.appending(path: document).deletingLastPathComponent()
            for match in try Repository.text(document).matches(of: /\]\(([^)#\s]+)(?:#[^)]*)?\)/) {
                let target = String(match.1)
                guard !target.hasPrefix("https://"), !target.hasPrefix("mailto:") else { continue }
                linkCount += 1
                let path = folder.appending(path: target).standardizedFileURL.path
                #expect(FileManager.default.fileExists(atPath: path), "\(document) refers to \(target)")
            }
        }
        #expect(linkCount > 40)
    }
}
