import Foundation
import Testing

@testable import Surroundings

/// Tests/README.md, held against the folders.
@Suite struct TestMapTests {
    @Test func everyPlaceThatTheMapNamesIsThere() throws {
        let map = try Repository.text("Tests/README.md")
        let places = map.matches(of: /`([\w\/.-]+\/[\w.-]+)`/).map { String($0.1) }
        #expect(places.count > 20)
        for place in places {
            let paths = ["Tests/\(place)", "Tests/\(place).swift", place]
            #expect(
                paths.contains {
                    FileManager.default.fileExists(atPath: Repository.root.appending(path: $0).path)
                }, "\(place)")
        }
    }

    @Test func everyTargetOfTestsIsOnTheMap() throws {
        let map = try Repository.text("Tests/README.md")
        let manifest = try Repository.text("Package.swift")
        let shared = manifest.matches(of: /sharedByTests\(\s*"(\w+)"/).map { String($0.1) }
        let tests = manifest.matches(of: /tests\(\s*"\w+", "(\w+)"/).map { String($0.1) }
        #expect(shared.count >= 4 && tests.count >= 12)
        for name in shared + tests { #expect(map.contains(name), "\(name) is not in Tests/README.md") }
    }
}
