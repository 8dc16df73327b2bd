import Testing

@testable import Surroundings

/// ARCHITECTURE.md's main paths are five stops each, and every stop is a file.
@Suite struct MainPathTests {
    @Test func eachStopIsAFile() throws {
        let rows = try Repository.text("ARCHITECTURE.md").split(separator: "\n")
            .filter { row in ["| deposit |", "| approval |", "| fetch |"].contains { row.hasPrefix($0) } }
        #expect(rows.count == 3)
        for row in rows {
            let stops = row.matches(of: /`([A-Za-z\/]+\.swift)`/).map { String($0.1) }
            #expect(stops.count == 5, "\(row.prefix(12))")
            for stop in stops { _ = try Repository.text("Sources/\(stop)") }
        }
    }
}
