import Foundation
import Testing

@testable import Surroundings

/// Words that make a stranger stop: a plain sentence names who does something, or says "who" or "that".
@Suite struct WordTests {
    /// Each with how often it may stand in Sources. The numbers only become smaller: lower one when you mend a sentence.
    static let rejected = [
        ("whoever", 62), ("whom", 20), ("somebody", 33), ("nobody", 50), ("everybody", 9), ("anybody", 9),
        ("someone", 1), ("design, section", 0), ("whilst", 0), ("thereof", 0), ("hence", 0),
    ]

    @Test func rejectedWordsBecomeFewer() throws {
        let files = try FileManager.default.subpathsOfDirectory(
            atPath: Repository.root.appending(path: "Sources").path)
        let texts = try files.filter { $0.hasSuffix(".swift") }.sorted().map {
            ($0, try Repository.text("Sources/\($0)").lowercased())
        }
        #expect(texts.count > 200)
        for (word, most) in Self.rejected {
            let pattern = try Regex("\\b\(word)\\b")
            let found = texts.map { ($0.0, $0.1.matches(of: pattern).count) }.filter { $0.1 > 0 }
            let count = found.reduce(0) { $0 + $1.1 }
            let places = found.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            #expect(count <= most, "\"\(word)\" stands in \(places)")
        }
    }
}
