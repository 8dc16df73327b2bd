import API
import Contract
import Files
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Logging
import Primitives
import SQLiteLedger
import Testing

@testable import Server

/// Nobody gets in without a signature that is right, new and meant for this server.
@Suite struct AuthenticationTests {
    /// Every route of the router, with something in the place of each parameter: a new route cannot be
    /// forgotten here.
    static func routes(of world: World) -> [(method: HTTPRequest.Method, path: String)] {
        world.server.router().routes.map { route in
            let path = route.path.description.split(separator: "/").map { part in
                part.hasPrefix(":")
                    ? (part == ":organisation" ? "hospital1" : String(repeating: "ab", count: 32))
                    : String(part)
            }
            return (route.method, "/" + path.joined(separator: "/"))
        }
    }

    @Test func everyRouteButHealthDemandsASignature() async throws {
        let world = try World()
        let routes = Self.routes(of: world)
        #expect(routes.count == 37)
        for (method, path) in routes {
            let answer = try await world.send(method, path, body: [], headers: [:])
            #expect(answer.status == (path == Routes.health ? 200 : 401), "\(method) \(path)")
        }
    }

    @Test func aStrangersSignatureOpensNothing() async throws {
        let world = try World()
        let stranger = SigningKey.generate()
        for (method, path) in Self.routes(of: world) where path != Routes.health {
            let answer = try await world.send(method, path, by: stranger)
            #expect([400, 403, 404].contains(answer.status), "\(method) \(path): \(answer.status)")
        }
    }

    @Test func whatWasAlteredAfterSigningIsRefused() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        func status(_ path: String = Routes.checkpoint, _ alter: @escaping (inout HTTPFields) -> Void)
            async throws -> Int
        {
            try await world.send(.get, path, by: officer, alter: alter).status
        }
        #expect(try await status { _ in } == 200)
        #expect(try await status { $0[.signature] = nil } == 401)
        #expect(try await status { $0[.signatureInput]!.replace(";nonce", with: "; nonce") } == 401)
        #expect(try await status { $0[.signatureInput]! += ";expires=1" } == 401)
        #expect(
            try await status {
                $0[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: [1]))
            } == 401)
        #expect(
            try await status { fields in
                fields[.signatureInput] = fields[.signatureInput]!.replacing(
                    officer.key.hex, with: SigningKey.generate().key.hex)
            } == 401)
    }

    @Test func theBodyMustBeTheOneThatWasSigned() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let query = Array(#"{"keys":[]}"#.utf8)
        #expect(try await world.send(.post, Routes.state, by: officer, body: query).status == 200)
        var headers = HTTPFields()
        let signature = RequestSignature(
            method: "POST", authority: World.authority, path: Routes.state, query: "?",
            contentDigest: Digest(hashing: query), created: world.time.now, nonce: Random.bytes(16),
            key: officer.key)
        headers[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: query))
        headers[.signatureInput] = signature.signatureInput
        headers[.signature] = RequestSignature.signatureValue(officer.sign(signature.base))
        let other = try await world.send(
            .post, Routes.state, body: Array(#"{"keys": []}"#.utf8), headers: headers)
        #expect(other.status == 422)
    }

    @Test func aRequestForAnotherServerIsWorthNothing() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let signature = RequestSignature(
            method: "GET", authority: World.authority, path: Routes.checkpoint, query: "?",
            contentDigest: Digest(hashing: []), created: world.time.now, nonce: Random.bytes(16),
            key: officer.key)
        var headers = HTTPFields()
        headers[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: []))
        headers[.signatureInput] = signature.signatureInput
        headers[.signature] = RequestSignature.signatureValue(officer.sign(signature.base))
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let other = APIServer(
            records: world.records, authorities: ["elsewhere:443"], connections: .test, seen: SeenRequests(),
            clock: { world.time.now }, logger: logger)
        let there = try await world.send(.get, Routes.checkpoint, body: [], headers: headers, to: other)
        #expect(there.status == 401)
        #expect(try await world.send(.get, Routes.checkpoint, body: [], headers: headers).status == 200)
    }

    @Test func aRequestCountsOnceAndNow() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let nonce = Random.bytes(16)
        #expect(try await world.send(.get, Routes.checkpoint, by: officer, nonce: nonce).status == 200)
        #expect(try await world.send(.get, Routes.checkpoint, by: officer, nonce: nonce).status == 401)
        let old = world.time.now - RequestSignature.ageSecondsMax - 1
        #expect(try await world.send(.get, Routes.checkpoint, by: officer, created: old).status == 401)
        let early = world.time.now + RequestSignature.ageSecondsMax + 1
        #expect(try await world.send(.get, Routes.checkpoint, by: officer, created: early).status == 401)
        // Remembered as long as the signature could still be accepted.
        world.time.advance(RequestSignature.ageSecondsMax)
        let made = world.time.now - RequestSignature.ageSecondsMax
        #expect(
            try await world.send(.get, Routes.checkpoint, by: officer, nonce: nonce, created: made).status
                == 401)
    }

    /// T72: nobody's entry turns the clock by which callers are known.
    @Test func theLedgersTimeLocksNobodyOut() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        world.time.advance(290)
        _ = try await world.enrol(world.insurer, .officer)
        world.time.goBack(290)
        // The ledger's time stays where the last entry is; this machine's clock is right again.
        #expect(world.ledger.now() == world.time.now + 290)
        #expect(try await world.send(.get, Routes.checkpoint, by: officer).status == 200)
    }

    /// T72: what was answered before a restart is not answered again after it.
    @Test func aRestartForgetsNoRequest() async throws {
        let world = try World()
        let folder = Folder(world.folder.path)
        let officer = try await world.enrol(world.insurer, .officer)
        let boot = Array("boot".utf8)
        func start(boot: [UInt8]) -> APIServer {
            APIServer(
                records: world.records, authorities: [World.authority], connections: .test,
                seen: SeenRequests(in: folder, at: world.time.now, boot: boot), clock: { world.time.now },
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }
        func status(_ nonce: [UInt8], created: UInt64, of server: APIServer) async throws -> Int {
            try await world.send(
                .get, Routes.checkpoint, by: officer, nonce: nonce, created: created, to: server
            ).status
        }
        let (nonce, created) = (Random.bytes(16), world.time.now)
        // Before the first start nothing was answered; what was signed a second before is not taken all the same.
        let first = start(boot: boot)
        #expect(try await status(Random.bytes(16), created: created - 1, of: first) == 401)
        #expect(try await status(nonce, created: created, of: first) == 200)
        // In the same second, and as long as the signature is good.
        let second = start(boot: boot)
        #expect(try await status(nonce, created: created, of: second) == 401)
        #expect(try await status(Random.bytes(16), created: created - 100, of: second) == 200)
        world.time.advance(RequestSignature.ageSecondsMax)
        #expect(try await status(nonce, created: created, of: start(boot: boot)) == 401)
        // A machine that has started anew may have lost what was not synced: nothing from before counts.
        let later = start(boot: Array("other".utf8))
        #expect(try await status(Random.bytes(16), created: world.time.now, of: later) == 401)
        world.time.advance(1)
        #expect(try await status(Random.bytes(16), created: world.time.now, of: later) == 200)
    }

    @Test func theMemoryOfRequestsIsBounded() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "medseal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let seen = SeenRequests(in: Folder(folder.path), at: 1_000, boot: [1])
        let key = SigningKey.generate().key
        func take(_ number: Int, created: UInt64, at now: UInt64) -> SeenRequests.Verdict {
            seen.take(nonce: withUnsafeBytes(of: number) { Array($0) }, of: key, created: created, at: now)
        }
        for number in 0..<SeenRequests.perSecondMax {
            #expect(take(number, created: 1_001, at: 1_001) == .new)
        }
        // One second's worth is remembered, and the next second is not held up by it.
        #expect(take(-1, created: 1_001, at: 1_001) == .tooMany)
        #expect(take(7, created: 1_001, at: 1_001) == .seen)
        #expect(take(-1, created: 1_002, at: 1_002) == .new)
        // The file holds what counts, and not much more.
        for number in 0..<20_000 {
            _ = take(number, created: UInt64(1_200 + number), at: UInt64(1_200 + number))
        }
        let bytes = try Folder(folder.path).read("seen-requests").count
        #expect(bytes < 24 * (3 * SeenRequests.perSecondMax))
    }

    @Test func aRetiredMemberIsNobody() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        #expect(try await world.send(.get, Routes.checkpoint, by: officer).status == 200)
        let retire = Retire(organisation: world.insurer, member: officer.key)
        #expect(try await world.submit(.retire(retire), by: world.roots[world.insurer]!).answer.status == 200)
        #expect(try await world.send(.get, Routes.checkpoint, by: officer).status == 403)
    }

    @Test func statementsComeFromTheirOwnSigner() async throws {
        let world = try World()
        let officer = try await world.enrol(world.insurer, .officer)
        let key = SigningKey.generate()
        let enrol = Enrol(
            organisation: world.insurer, member: key.key, role: .officer, recipientHash: Digest(hashing: [1]),
            certificateHash: Digest(hashing: [1]), expires: world.time.now + 100, suite: .hybrid)
        let bytes = Statement.make(.enrol(enrol), now: world.time.now).signed(
            by: world.roots[world.insurer]!, network: world.network)
        #expect(try await world.send(.post, Routes.statements, by: officer, body: bytes).status == 403)
    }
}
