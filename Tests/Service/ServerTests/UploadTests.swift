import API
import Contract
import HTTPTypes
import Hummingbird
import Identity
import Ledger
import Logging
import NIOCore
import NIOEmbedded
import Primitives
import Records
import Testing
import Vault

@testable import Server

/// Uploads go on where they broke off, at no other place, and for their sender only.
@Suite struct UploadTests {
    private let world: World
    private let clinician: SigningKey
    private let record = RecordHandle(Random.bytes(32))!
    private let bytes = Random.bytes(300_000)

    init() async throws {
        world = try World()
        clinician = try await world.enrol(world.hospital1, .clinician)
    }

    private var name: BlobName { BlobName(Digest(hashing: bytes), .file) }
    private var vault: any Vault { world.records.custodians[world.hospital1]!.vault }

    private func path(_ name: BlobName? = nil) -> String {
        Routes.Organisation(world.hospital1).upload((name ?? self.name).text, of: record.hex)
    }

    private func headers(_ offset: String, _ isComplete: String) -> HTTPFields {
        [.contentType: Upload.mediaType, .uploadOffset: offset, .uploadComplete: isComplete]
    }

    private func append(
        _ range: Range<Int>, isLast: Bool = false, at offset: Int? = nil, by key: SigningKey? = nil,
        name: BlobName? = nil
    ) async throws -> World.Answer {
        try await world.send(
            .patch, path(name), by: key ?? clinician, body: Array(bytes[range]),
            headers: headers(String(offset ?? range.lowerBound), Upload.text(isLast)))
    }

    /// The status of a call whose body has another length than it says.
    private func status(
        _ method: HTTPRequest.Method, _ path: String, _ range: Range<Int>, claiming length: Int,
        headers: HTTPFields = [:]
    ) async throws -> Int {
        let body = Array(bytes[range])
        let signature = RequestSignature(
            method: method.rawValue, authority: World.authority, path: path, query: "?",
            contentDigest: Digest(hashing: body), created: world.time.now, nonce: Random.bytes(16),
            key: clinician.key)
        var head = HTTPRequest(method: method, scheme: "http", authority: World.authority, path: path)
        head.headerFields = headers
        head.headerFields[.contentLength] = String(length)
        head.headerFields[.contentDigest] = RequestSignature.contentDigestValue(signature.contentDigest)
        head.headerFields[.signatureInput] = signature.signatureInput
        head.headerFields[.signature] = RequestSignature.signatureValue(clinician.sign(signature.base))
        let source = ApplicationRequestContextSource(
            channel: NIOAsyncTestingChannel(), logger: Logger(label: "test"))
        return try await world.server.router().buildResponder().respond(
            to: Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body))),
            context: CallContext(source: source)
        ).status.code
    }

    private func state(by key: SigningKey? = nil, name: BlobName? = nil) async throws -> World.Answer {
        try await world.send(.head, path(name), by: key ?? clinician)
    }

    /// How much the server says that it has.
    private func offset(by key: SigningKey? = nil, name: BlobName? = nil) async throws -> Int? {
        try await state(by: key, name: name).headers[.uploadOffset].flatMap { Int($0) }
    }

    @Test func whatBrokeOffGoesOnWhereItEnds() async throws {
        let before = try await state()
        #expect(before.status == 204 && before.headers[.uploadOffset] == "0")
        #expect(before.headers[.uploadComplete] == "?0" && before.headers[.cacheControl] == "no-store")
        #expect(before.headers[.uploadLimit] == "max-age=\(RecordKeeping.partSeconds)")

        let first = try await append(0..<100_000)
        #expect(first.status == 204 && first.headers[.uploadOffset] == "100000")
        #expect(first.headers[.uploadComplete] == "?0")
        // The connection breaks: of its length only so much comes.
        let broken = try await status(
            .patch, path(), 100_000..<150_000, claiming: 200_000, headers: headers("100000", "?1"))
        #expect(broken == 400)
        #expect(try await offset() == 150_000)
        #expect(try await vault.size(of: name, in: record) == nil)

        let last = try await append(150_000..<300_000, isLast: true)
        #expect(last.status == 201 && last.headers[.uploadComplete] == "?1")
        #expect(try await vault.verify(name, in: record) == .sound)
        let after = try await state()
        #expect(after.headers[.uploadOffset] == "300000" && after.headers[.uploadComplete] == "?1")
    }

    @Test func allOfItMayComeAtOnceOrWithoutAByteAtTheEnd() async throws {
        #expect(try await append(0..<300_000, isLast: true).status == 201)
        #expect(try await vault.verify(name, in: record) == .sound)
        try await vault.erase(name, in: record)
        #expect(try await append(0..<300_000).status == 204)
        #expect(try await append(300_000..<300_000, isLast: true).status == 201)
        #expect(try await vault.verify(name, in: record) == .sound)
    }

    @Test(arguments: [0, 1, 99_999, 100_001, 300_000, Int.max])
    func atNoOtherOffset(_ lie: Int) async throws {
        #expect(try await append(0..<100_000).status == 204)
        let refused = try await append(100_000..<300_000, isLast: true, at: lie)
        #expect(refused.status == 409)
        let problem = try #require(refused.problem)
        #expect(problem.type == .mismatchingUploadOffset)
        #expect(problem.expectedOffset == 100_000 && problem.providedOffset == lie)
        #expect(try await offset() == 100_000)
        #expect(try await append(100_000..<300_000, isLast: true).status == 201)
    }

    @Test func whatIsNoPartIsRefused() async throws {
        #expect(try await append(0..<100_000).status == 204)
        for offset in ["", "-1", "+100000", "0100000x", "1e5", "99999999999999999999"] {
            let answer = try await world.send(
                .patch, path(), by: clinician, body: [1], headers: headers(offset, "?1"))
            #expect(answer.status == 400, "\(offset)")
        }
        for isComplete in ["", "1", "true", "?2", "?1;a"] {
            let answer = try await world.send(
                .patch, path(), by: clinician, body: [1], headers: headers("100000", isComplete))
            #expect(answer.status == 400, "\(isComplete)")
        }
        for absent in [HTTPField.Name.contentType, .uploadOffset, .uploadComplete] {
            var headers = headers("100000", "?0")
            headers[absent] = nil
            let answer = try await world.send(
                .patch, path(), by: clinician, body: [1], headers: headers)
            #expect(answer.status == 400, "\(absent)")
        }
        #expect(try await offset() == 100_000)
    }

    /// A part has the digest that was signed, the whole that of its name; of what has another nothing stays.
    @Test func otherBytesAreFoundOut() async throws {
        #expect(try await append(0..<100_000).status == 204)
        let spoilt = try await world.send(
            .patch, path(), by: clinician, body: Array(bytes[100_000..<200_000]),
            headers: headers("100000", "?0")
        ) { $0[.contentDigest] = RequestSignature.contentDigestValue(Digest(hashing: [1])) }
        #expect([401, 422].contains(spoilt.status))
        _ = try await append(0..<100_000)
        let wrong = try await append(0..<200_000, isLast: true, at: try await offset())
        #expect(wrong.status == 422 && wrong.problem?.type == .digestMismatch)
        #expect(try await offset() == 0)
        #expect(try await vault.blobs(of: record).isEmpty)
    }

    @Test func anotherSendersUploadIsAnother() async throws {
        let colleague = try await world.enrol(world.hospital1, .gateway)
        #expect(try await append(0..<100_000).status == 204)
        #expect(try await offset(by: colleague) == 0)
        #expect(try await append(100_000..<300_000, isLast: true, by: colleague).status == 409)
        #expect(try await append(0..<300_000, isLast: true, by: colleague).status == 201)
        // The blob is there, whoever brought it.
        #expect(try await state().headers[.uploadComplete] == "?1")
        let other = BlobName(name.digest, .descriptor)
        #expect(try await offset(name: other) == 0)
    }

    @Test func oneAtATime() async throws {
        #expect(try await append(0..<100_000).status == 204)
        let partial = PartialBlob(name, in: record, from: clinician.key)
        let slow = try await vault.resume(partial)
        #expect(try await state().status == 409)
        let refused = try await append(100_000..<300_000, isLast: true)
        #expect(refused.status == 409 && refused.problem?.type == .conflict)
        #expect(refused.headers[.retryAfter] != nil)
        try await slow.write(Array(bytes[100_000..<200_000]))
        try await slow.keep()
        #expect(try await append(200_000..<300_000, isLast: true).status == 201)
        #expect(try await vault.verify(name, in: record) == .sound)
    }

    @Test func whatThereIsNoRoomForIsRefusedBeforeItComes() async throws {
        let part = try await status(
            .patch, path(), 0..<100_000, claiming: 1 << 60, headers: headers("0", "?0"))
        #expect(part == 507)
        #expect(try await offset() == 0)
        let whole = try await status(
            .put, Routes.Organisation(world.hospital1).blob(name.text, of: record.hex), 0..<bytes.count,
            claiming: 1 << 60)
        #expect(whole == 507)
    }

    @Test func theRestIsSweptAndOnlyAfterItsTime() async throws {
        #expect(try await append(0..<100_000).status == 204)
        let now = systemClock()
        let seconds = UInt64(RecordKeeping.partSeconds)
        _ = try await world.records.collectUnnamed(now: now + seconds - 60)
        #expect(try await offset() == 100_000)
        _ = try await world.records.collectUnnamed(now: now + seconds + 60)
        #expect(try await offset() == 0)
    }

    @Test func aRemovedRecordTakesNothingMore() async throws {
        let deposited = try await world.deposit(by: clinician, at: world.hospital1)
        let routes = Routes.Organisation(world.hospital1)
        let path = routes.upload(name.text, of: deposited.handle.hex)
        func append(_ range: Range<Int>, isLast: Bool) async throws -> World.Answer {
            try await world.send(
                .patch, path, by: clinician, body: Array(bytes[range]),
                headers: headers(String(range.lowerBound), Upload.text(isLast)))
        }
        #expect(try await append(0..<100_000, isLast: false).status == 204)
        let remove = Remove(record: deposited.handle)
        #expect(try await world.submit(.remove(remove), by: deposited.owner).answer.status == 200)
        #expect(try await append(100_000..<300_000, isLast: true).status == 403)
        let attest = AttestErasure(organisation: world.hospital1, record: deposited.handle)
        #expect(try await world.submit(.attestErasure(attest), by: clinician).answer.status == 200)
        let partial = PartialBlob(name, in: deposited.handle, from: clinician.key)
        #expect(try await vault.byteCount(of: partial) == 0)
    }
}
