import API
import Contract
import Foundation
import HTTPTypes
import Ledger
import Primitives
import SQLiteLedger
import Testing

/// What members and validators read of the log, and what numbers they may send.
@Suite struct LogRouteTests {
    @Test func aBundleHoldsTheEntriesAndAHashTileTheirHashes() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let entry = try #require(try world.ledger.entries(from: 0, limit: 1).first)
        let bundle = try await world.send(.get, Routes.log + "/tile/entries/000.p/1", by: officer)
        #expect(bundle.status == 200)
        #expect(bundle.body == [UInt8(entry.count >> 8), UInt8(entry.count & 0xff)] + entry)
        let hashes = try await world.send(.get, Routes.log + "/tile/0/000.p/1", by: officer)
        #expect(hashes.body == SHA256.digest([0] + entry))
        for path in ["/tile/entries/000", "/tile/0/001", "/tile/0/000.p/2", "/tile/x/000", "/tile/0/0"] {
            #expect(try await world.send(.get, Routes.log + path, by: officer).status == 404, "\(path)")
        }
    }

    /// A number at the end of its range is refused or finds nothing: none may stop the server (T53).
    @Test func noNumberIsTooLarge() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let most = UInt64.max
        func status(_ path: String, _ headers: HTTPFields = [:]) async throws -> Int {
            try await world.send(.get, path, by: officer, headers: headers).status
        }
        // Index 2^56 - 1, the last that a path can name.
        let last = "x072/x057/x594/x037/x927/935"
        #expect(try await status(Routes.log + "/tile/entries/\(last)") == 404)
        #expect(try await status(Routes.log + "/tile/0/\(last)") == 404)
        #expect(try await status(Routes.log + "/tile/63/\(last)") == 404)
        #expect(try await status(Routes.events + "?after=\(most)") == 400)
        #expect(try await status(Routes.events, [HTTPField.Name("Last-Event-ID")!: "\(most)"]) == 400)
        #expect(try await status(Routes.events + "?after=-1") == 400)
        #expect(try await status(Routes.entries + "?from=\(most)&limit=\(most)") == 200)
        #expect(try await status(Routes.positions + "?after=\(most)&limit=\(most)") == 200)
        #expect(try await status(Routes.positions + "?since=\(most)&until=\(most)") == 200)
        #expect(try await status(Routes.inclusion + "?position=\(most)&size=\(most)") == 400)
        #expect(try await status(Routes.consistency + "?from=\(most)&to=\(most)") == 400)
    }

    @Test func onlyAValidatorHandsInCosignatures() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let candidate = try await world.send(.get, Routes.candidate, by: officer)
        #expect(candidate.status == 200)
        #expect(candidate.body == (try world.ledger.checkpoint()))
        let handed = try await world.send(.post, Routes.cosignatures, by: officer, body: candidate.body)
        #expect(handed.status == 403)
    }
}
