import API
import Contract
import HTTPTypes
import Identity
import Logging
import Primitives
import SQLiteLedger
import Testing

@testable import Server

/// Health tells live, ready and why not, without a signature; and nobody who has ended is told less than that.
@Suite struct HealthTests {
    private func health(_ world: World, of server: APIServer? = nil) async throws -> (Int, Wire.Health) {
        let answer = try await world.send(.get, Routes.health, body: [], headers: [:], to: server)
        return (answer.status, try answer.json(Wire.Health.self))
    }

    @Test func itSaysWhyTheServerIsNotReady() async throws {
        let world = try World()
        let (status, ready) = try await health(world)
        #expect(status == 200 && ready.live && ready.ready && ready.reasons.isEmpty)
        let full = APIServer(
            records: world.records, authorities: [World.authority], connections: .test,
            seen: SeenRequests(), isFull: { true }, logger: Logger(label: "test"))
        let (fullStatus, fullness) = try await health(world, of: full)
        #expect(fullStatus == 503 && !fullness.ready && fullness.reasons.map(\.code) == [.full])
        world.ledger.close()
        // It is told again for a second.
        #expect(try await health(world).0 == 200)
        world.time.advance(2)
        let (closedStatus, closed) = try await health(world)
        #expect(closedStatus == 503 && closed.reasons.map(\.code) == [.readOnly])
    }

    @Test func whoHasEndedIsToldWhen() async throws {
        let world = try World()
        let brief = try await world.enrol(world.hospital1, .clinician, seconds: 100)
        let retired = try await world.enrol(world.hospital1, .clinician)
        #expect(
            try await world.submit(
                .retire(Retire(organisation: world.hospital1, member: retired.key)),
                by: world.roots[world.hospital1]!
            ).answer.status == 200)
        world.time.advance(200)
        func told(_ key: SigningKey) async throws -> String {
            let answer = try await world.send(.get, Routes.checkpoint, by: key)
            #expect(answer.status == 403)
            return answer.problem?.detail ?? ""
        }
        #expect(try await told(brief).contains("ended on 2027-"))
        #expect(try await told(brief).contains("medseal member renew"))
        #expect(try await told(retired).contains("has ended this member's key"))
        #expect(try await told(SigningKey.generate()).contains("belongs to no member"))
    }
}
