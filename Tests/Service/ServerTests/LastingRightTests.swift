import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Logging
import NIOCore
import NIOEmbedded
import Primitives
import Synchronization
import Testing

@testable import Server

/// Whoever may no longer is served no more, also in the middle of an answer (T75, T76).
@Suite struct LastingRightTests {
    /// Takes an answer's pieces, and does something after the first.
    private final class Taker: Sendable {
        let pieces = Mutex([ByteBuffer]())
        private let afterFirst: @Sendable () async throws -> Void

        init(afterFirst: @escaping @Sendable () async throws -> Void) { self.afterFirst = afterFirst }

        func take(_ piece: ByteBuffer) async throws {
            let count = pieces.withLock { pieces in
                pieces.append(piece)
                return pieces.count
            }
            if count == 1 { try await afterFirst() }
        }
    }

    private struct Writer: ResponseBodyWriter {
        let taker: Taker
        func write(_ buffer: ByteBuffer) async throws { try await taker.take(buffer) }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    /// The world's server, which asks again after so long.
    private func server(_ world: World, _ askingInterval: Duration) -> APIServer {
        APIServer(
            records: world.records, authorities: [World.authority], connections: .test, seen: SeenRequests(),
            clock: { world.time.now }, askingInterval: askingInterval,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The answer to a signed call, before its body is written.
    private func answer(
        _ path: String, by key: SigningKey, _ world: World, asking interval: Duration = .zero
    ) async throws -> Response {
        let signature = RequestSignature(
            method: "GET", authority: World.authority, path: path, query: "?",
            contentDigest: Digest(hashing: []), created: world.time.now, nonce: Random.bytes(16), key: key.key
        )
        var head = HTTPRequest(method: .get, scheme: "http", authority: World.authority, path: path)
        head.headerFields[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: []))
        head.headerFields[.signatureInput] = signature.signatureInput
        head.headerFields[.signature] = RequestSignature.signatureValue(key.sign(signature.base))
        let channel = NIOAsyncTestingChannel()
        let source = ApplicationRequestContextSource(channel: channel, logger: Logger(label: "test"))
        return try await server(world, interval).router().buildResponder().respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer())),
            context: CallContext(source: source))
    }

    @Test func aReadEndsWithTheGrant() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let content = [UInt8](repeating: 7, count: 3 << 20)
        let record = try await world.deposit(by: clinician, at: world.hospital1, content: content)
        let grant = try await world.grant(record, to: officer, of: world.insurer)
        func read(afterFirst: @escaping @Sendable () async throws -> Void) async throws -> Int {
            let release = try await world.release(record, by: officer, of: world.insurer, grant: grant.id)
            let path = Routes.Organisation(world.hospital1).releasedBlob(
                release.id.hex, Digest(hashing: record.files).hex)
            let answer = try await answer(path, by: officer, world)
            #expect(answer.status == .ok)
            let taker = Taker(afterFirst: afterFirst)
            try? await answer.body.write(Writer(taker: taker))
            return taker.pieces.withLock { $0.reduce(0) { $0 + $1.readableBytes } }
        }
        #expect(try await read {} == content.count)
        // What began in time may take its time.
        #expect(try await read { world.time.advance(Limits.releaseSeconds + 1) } == content.count)
        let served = try await read {
            let revoke = Revoke(record: record.handle, grant: grant.id)
            let status = try await world.submit(.revoke(revoke), by: record.owner).answer.status
            #expect(status == 200)
        }
        #expect(served > 0 && served < content.count)
    }

    @Test func aStreamOfEventsEndsWithItsMember() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let answer = try await answer(Routes.events, by: officer, world, asking: .milliseconds(5))
        let taker = Taker {
            let retire = Retire(organisation: world.insurer, member: officer.key)
            let root = world.roots[world.insurer]!
            let status = try await world.submit(.retire(retire), by: root).answer.status
            #expect(status == 200)
        }
        // It ends by itself.
        try await answer.body.write(Writer(taker: taker))
        #expect(taker.pieces.withLock { $0.map { String(buffer: $0) }.joined() }.contains("id: 0"))
    }

    @Test func aSuspendedOrganisationsValidatorTakesPartNoMore() async throws {
        let world = try World()
        let validator = world.validators[world.insurer]!
        #expect(try await world.send(.get, Routes.candidate, by: validator).status == 200)
        try await world.suspend(world.insurer)
        #expect(try await world.send(.get, Routes.candidate, by: validator).status == 403)
        #expect(
            try await world.send(.post, Routes.cosignatures, by: validator, body: Array("note".utf8)).status
                == 403)
    }

    /// Its patients go on reading there, and nobody new applies.
    @Test func aSuspendedOrganisationsPatientsGoOn() async throws {
        let world = try World()
        let patient = try await world.inbox(at: world.hospital2)
        try await world.suspend(world.hospital2)
        #expect(try await world.send(.get, Routes.checkpoint, by: patient).status == 200)
        let stranger = SigningKey.generate()
        let application = Wire.Application(inbox: stranger.key, recipient: "age1x", letter: Data([1]))
        let applied = try await world.send(
            .post, Routes.Organisation(world.hospital2).inboxes, by: stranger,
            body: [UInt8](JSONEncoder().encode(application)))
        #expect(applied.status == 403)
    }
}
