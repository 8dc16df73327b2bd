import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Ledger
import Logging
import NIOCore
import NIOEmbedded
import Primitives
import Records
import SQLiteLedger
import Testing

@testable import Server

/// One stolen credential cannot empty a hospital, and one caller cannot keep the server from the others.
@Suite struct LimitTests {
    private static let limits = MemberLimits(
        releasesPerHour: 3, releasesPerDay: 5, requestsPerHour: 2, requestsPerDay: 4)

    /// The same world behind a server with these limits, as after a restart.
    private func server(_ world: World, callsPerSecond: Int = 1_000) -> APIServer {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let records = RecordKeeping(
            ledger: world.ledger, custodians: world.records.custodians, limits: Self.limits)
        return APIServer(
            records: records, authorities: [World.authority], callsPerSecond: callsPerSecond,
            connections: .test, seen: SeenRequests(), clock: { world.time.now },
            elapsed: { .seconds(world.time.now) }, logger: logger)
    }

    private func submit(
        _ bytes: [UInt8], by key: SigningKey, _ world: World, to server: APIServer, until: String? = nil
    ) async throws -> World.Answer {
        let query = until.map { "until=\($0)" } ?? ""
        let signature = RequestSignature(
            method: "POST", authority: World.authority, path: Routes.statements, query: "?" + query,
            contentDigest: Digest(hashing: bytes), created: world.time.now, nonce: Random.bytes(16),
            key: key.key)
        var headers = HTTPFields()
        headers[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: bytes))
        headers[.signatureInput] = signature.signatureInput
        headers[.signature] = RequestSignature.signatureValue(key.sign(signature.base))
        let path = Routes.statements + (query.isEmpty ? "" : "?\(query)")
        return try await world.send(.post, path, body: bytes, headers: headers, to: server)
    }

    private func release(_ record: World.Deposited, by key: SigningKey, _ world: World) -> [UInt8] {
        let name = record.deposit.organisation
        return Statement.make(
            .release(
                Release(organisation: name, record: record.handle, custodian: name, grant: nil, basis: .care)),
            now: world.time.now
        ).signed(by: key, network: world.network)
    }

    @Test func releasesAreCountedByTheHourAndByTheDay() async throws {
        let world = try World()
        let server = server(world)
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        func release(to server: APIServer) async throws -> World.Answer {
            try await submit(self.release(record, by: clinician, world), by: clinician, world, to: server)
        }
        for _ in 0..<3 { #expect(try await release(to: server).status == 200) }
        world.time.advance(600)
        let refused = try await release(to: server)
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "3000")
        #expect(refused.headers[.contentType] == "application/problem+json")
        let problem = try #require(refused.problem)
        #expect(problem.type == .tooMany && problem.retryAfter == 3_000)
        #expect(
            problem.detail.contains("at most 3 records")
                && problem.detail.contains("within an hour: try again in 50 minutes"))
        // A restart forgets nothing.
        let restarted = self.server(world)
        #expect(try await release(to: restarted).status == 429)
        // When the hour is over there is room again, until the day's are used up.
        world.time.advance(3_000)
        for _ in 0..<2 { #expect(try await release(to: restarted).status == 200) }
        let daily = try await release(to: restarted)
        #expect(daily.status == 429 && daily.problem?.detail.contains("within a day: try again") == true)
        #expect(daily.headers[.retryAfter] == String(86_400 - 3_600))
        // Another member is not held up by it.
        let colleague = try await world.enrol(world.hospital1, .clinician)
        let other = try await submit(
            self.release(record, by: colleague, world), by: colleague, world, to: restarted)
        #expect(other.status == 200)
    }

    @Test func manyAtOnceGainNothing() async throws {
        let world = try World()
        let server = server(world)
        let thief = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: thief, at: world.hospital1)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for level in ["sequenced", "durable", "sequenced", "durable"] {
                for _ in 0..<8 {
                    let bytes = release(record, by: thief, world)
                    group.addTask {
                        try await submit(bytes, by: thief, world, to: server, until: level).status
                    }
                }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } == 3 && statuses.count { $0 == 429 } == 29)
        let released = try world.ledger.positions(
            of: EntryQuery(subject: thief.key.bytes, kind: .release), after: nil, limit: 100)
        #expect(released.count == 3)
    }

    @Test func aRetryTakesNothing() async throws {
        let world = try World()
        let server = server(world)
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let first = release(record, by: clinician, world)
        for _ in 0..<6 { #expect(try await submit(first, by: clinician, world, to: server).status == 200) }
    }

    @Test func whatIsRefusedTakesNothing() async throws {
        let world = try World()
        let server = server(world)
        let clinician = try await world.enrol(world.hospital2, .clinician)
        let record = try await world.deposit(
            by: try await world.enrol(world.hospital1, .clinician), at: world.hospital1)
        for _ in 0..<6 {
            let answer = try await submit(
                release(record, by: clinician, world), by: clinician, world, to: server)
            #expect(answer.status == 403)
        }
    }

    @Test func aGatewayMayTenTimesAsMuchAndRequestsAreCountedByThemselves() async throws {
        let world = try World()
        let server = server(world)
        let gateway = try await world.enrol(world.hospital1, .gateway)
        let record = try await world.deposit(by: gateway, at: world.hospital1)
        for _ in 0..<30 {
            let answer = try await submit(
                release(record, by: gateway, world), by: gateway, world, to: server)
            #expect(answer.status == 200)
        }
        #expect(
            try await submit(release(record, by: gateway, world), by: gateway, world, to: server).status
                == 429)
        let officer = try await world.enrol(world.insurer, .officer)
        var statuses = [Int]()
        for _ in 0..<3 {
            let letter = Random.bytes(40)
            let body = try JSONEncoder().encode(
                Wire.Letter(addressee: .desk, request: StatementID(Random.bytes(32))!, body: Data(letter)))
            let path = Routes.Organisation(world.hospital1).letters
            #expect(try await world.send(.post, path, by: officer, body: [UInt8](body)).status == 201)
            let request = Contract.Request(
                organisation: world.insurer, custodian: world.hospital1, purpose: .claim,
                notAfter: world.time.now + 1_000, letter: Digest(hashing: letter))
            let bytes = Statement.make(.request(request), now: world.time.now).signed(
                by: officer, network: world.network)
            statuses.append(try await submit(bytes, by: officer, world, to: server).status)
        }
        #expect(statuses == [200, 200, 429])
    }

    // MARK: Calls

    @Test func aBucketFillsByTheSecondAndMemoryIsBounded() {
        var buckets = TokenBuckets<Int>(perSecond: 2, burst: 3, callersMax: 2)
        func take(_ caller: Int, _ count: Int = 1, at now: Duration) -> [Bool] {
            var taken = [Bool]()
            for _ in 0..<count { taken.append(buckets.take(of: caller, at: now)) }
            return taken
        }
        let later = Duration.milliseconds(500)
        #expect(take(1, 4, at: .zero) == [true, true, true, false])
        #expect(take(2, at: .zero) == [true])
        #expect(take(1, 2, at: later) == [true, false])
        // Twice as many others as there is room for, and the first begins anew.
        for other in 10..<15 { _ = take(other, at: later) }
        #expect(take(1, at: later) == [true])
    }

    @Test func aCallerThatFloodsIsToldToWait() async throws {
        let world = try World()
        let flooder = try await world.enrol(world.insurer, .officer)
        let other = try await world.enrol(world.insurer, .officer)
        let server = server(world, callsPerSecond: 1)
        func call(_ key: SigningKey) async throws -> World.Answer {
            try await submit([], by: key, world, to: server)
        }
        #expect(try await call(flooder).status == 400)
        #expect(try await call(flooder).status == 400)
        let refused = try await call(flooder)
        #expect(refused.status == 429 && refused.headers[.retryAfter] == "1")
        #expect(try await call(other).status == 400)
    }

    /// Without sockets: a client of HTTP has a deadline, which other tests can make it miss.
    @Test func aConnectionThatOnlyFailsIsNotListenedTo() async throws {
        let server = server(try World())
        let responder = server.router().buildResponder()
        func call(on connection: any Channel) async throws -> Int {
            let head = HTTPRequest(method: .get, scheme: "http", authority: nil, path: Routes.checkpoint)
            let source = ApplicationRequestContextSource(channel: connection, logger: Logger(label: "test"))
            return try await responder.respond(
                to: Request(head: head, body: RequestBody(buffer: ByteBuffer())),
                context: CallContext(source: source)
            ).status.code
        }
        let (failing, other) = (NIOAsyncTestingChannel(), NIOAsyncTestingChannel())
        for channel in [failing, other] { #expect(server.connections.admit(channel) != nil) }
        for _ in 0..<40 { #expect(try await call(on: failing) == 401) }
        #expect(try await call(on: failing) == 429)
        #expect(try await call(on: other) == 401)
        // The next one at the same place begins anew, whatever the last one failed in.
        server.connections.forget(failing)
        #expect(server.connections.admit(failing) != nil)
        #expect(try await call(on: failing) == 401)
    }
}
