import Foundation
import Testing

@testable import Surroundings

/// Words that make a stranger stop: a plain sentence names who does something, or says "who" or "that".
@Suite struct WordTests {
    /// Each with how often it may stand in Sources. The numbers only become smaller: lower one when you mend a sentence.
    static let rejected = [
        ("whoever", 40), ("whom", 18), ("somebody", 32), ("nobody", 40), ("everybody", 8), ("anybody", 8),
        ("someone", 0), ("design, section", 0), ("whilst", 0), ("thereof", 0), ("hence", 0),
    ]

    @Test func rejectedWordsBecomeFewer() throws {
        let files = try FileManager.default.subpathsOfDirectory(
            atPath: Repository.root.appending(path: "Sources").path)
        let texts = try files.filter { $0.hasSuffix(".swift") }.sorted().map {
            ($0, counts(in: try Repository.text("Sources/\($0)")))
        }
        #expect(texts.count > 200)
        for (word, most) in Self.rejected {
            let found = texts.map { ($0.0, $0.1[word, default: 0]) }.filter { $0.1 > 0 }
            let count = found.reduce(0) { $0 + $1.1 }
            let places = found.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            #expect(count <= most, "\"\(word)\" stands in \(places)")
        }
    }

    @Test func wordsAreFoundWhereverTheyStand() {
        let counts = counts(in: "Whoever, asks nobody's \"whoever\"; nobody_else\n(design, section 4)")
        #expect(counts["whoever"] == 2 && counts["nobody"] == 1 && counts["design, section"] == 1)
    }

    /// How often each word of a text stands there, in lowercase; of two words, those that are rejected.
    private func counts(in text: String) -> [String: Int] {
        let words = words(of: text).map { $0.lowercased() }
        var counts = [String: Int]()
        for word in words { counts[word, default: 0] += 1 }
        for (phrase, _) in Self.rejected where phrase.contains(" ") {
            let parts = StructureTests.words(of: phrase).map(String.init)
            counts[phrase] = zip(words, words.dropFirst()).count { [$0.0, $0.1] == parts }
        }
        return counts
    }
}
