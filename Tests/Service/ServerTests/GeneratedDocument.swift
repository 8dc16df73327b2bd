import Foundation
import Testing

@testable import Surroundings

/// A file of docs, or a section of one between two marks, that is made of the code. With MEDSEAL_WRITE_DOCS=1 in
/// the environment a test writes it instead of comparing.
struct GeneratedDocument {
    let path: String
    /// Nil where the whole file is made.
    var section: String?

    func expect(_ made: String) throws {
        let file = Repository.root.appending(path: path)
        let present = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        var wanted = made
        if let section {
            let (begin, end) = ("<!-- made: \(section) -->\n", "<!-- end: \(section) -->\n")
            let before = try #require(present.range(of: begin), "\(path) has no mark \(begin)")
            let after = try #require(present.range(of: end), "\(path) has no mark \(end)")
            wanted = present[..<before.upperBound] + made + present[after.lowerBound...]
        }
        if ProcessInfo.processInfo.environment["MEDSEAL_WRITE_DOCS"] == "1" {
            try Data(wanted.utf8).write(to: file)
        } else {
            #expect(
                present == wanted,
                "\(path) is not what the code says: MEDSEAL_WRITE_DOCS=1 swift test --filter ServerTests writes it"
            )
        }
    }
}
