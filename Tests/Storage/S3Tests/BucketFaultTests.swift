import Foundation
import NIOHTTP1
import NIOSSL
import Synchronization
import Testing

@testable import ObjectStore
@testable import S3
@testable import Surroundings

/// What goes wrong between a bucket and its store.
struct BucketFaultTests {
    @Test func whateverHappensOnTheWayNothingIsLostOrHalfThere() async throws {
        let store = try await SeaweedFS.running()
        let road = FaultyRoad(to: store.authority)
        let passage = try await road.passage()
        let place = "ready/\(UUID().uuidString)"
        let (bucket, direct) = (try store.bucket(place, through: passage), try store.bucket(place))
        for number in 0..<20 {
            let bytes = (0..<(1_000 + number)).map { UInt8(truncatingIfNeeded: $0 &* 13 &+ number) }
            try await bucket.put("small/\(number)", Content(bytes))
            var read = [UInt8]()
            try await bucket.read("small/\(number)", 0..<bytes.count) { read += $0 }
            #expect(read == bytes)
        }
        #expect(try await bucket.list("small/").objects.count == 20)
        let part = (0..<Bucket.partBytesMin).map { UInt8(truncatingIfNeeded: $0 >> 8 ^ $0) }
        for number in 0..<4 {
            let upload = try await bucket.beginUpload("big/\(number)")
            var parts = [Upload.Part]()
            for index in 1...2 { parts.append(try await bucket.put(Content(part), part: index, of: upload)) }
            try await bucket.complete(upload, parts)
        }
        for number in 0..<4 {
            var read = [UInt8]()
            try await direct.read("big/\(number)", 0..<2 * part.count) { read += $0 }
            #expect(read == part + part)
        }
        for number in 0..<20 { try await bucket.delete("small/\(number)") }
        #expect(try await direct.list("small/").objects.isEmpty)
        for fault in Fault.allCases { #expect(road.met.withLock { $0[fault] ?? 0 } > 0, "\(fault)") }
    }

    @Test func aStoreThatStaysBusyIsAskedEightTimesWithPausesThatGrow() async throws {
        let calls = Mutex(0)
        let passage = try await Passage { _ in
            calls.withLock { $0 += 1 }
            return .refusal(.serviceUnavailable, "SlowDown")
        }
        let pauses = Mutex([Duration]())
        let bucket = try Bucket(
            BucketAddress("s3://abc?endpoint=http://\(passage.authority)"),
            credentials: .environment(SeaweedFS.environment),
            timing: Timing(
                now: { 1_796_068_083 }, random: { $0 },
                sleep: { pause in pauses.withLock { $0.append(pause) } }))
        await #expect(throws: BucketError(.unavailable, "")) { try await bucket.put("a", Content([1])) }
        #expect(calls.withLock { $0 } == 8)
        #expect(
            pauses.withLock { $0 } == [200, 400, 800, 1_600, 3_200, 6_400, 12_800].map { .milliseconds($0) })
    }

    @Test func aRefusalIsBelievedAtOnce() async throws {
        let calls = Mutex(0)
        let passage = try await Passage { _ in
            calls.withLock { $0 += 1 }
            return .refusal(.forbidden, "AccessDenied")
        }
        let bucket = try bucket(passage)
        await #expect(throws: BucketError(.refused, "")) { try await bucket.delete("a") }
        #expect(calls.withLock { $0 } == 1)
    }

    /// A page of something between us and the store that knows no such address: nothing is erased by that.
    @Test func whatIsNotThereIsTheStoresToSay() async throws {
        let passage = try await Passage { _ in .init(status: .notFound, body: Array("<html/>".utf8)) }
        let bucket = try bucket(passage)
        await #expect(throws: BucketError(.malformed, "")) { try await bucket.delete("a") }
        await #expect(throws: BucketError(.malformed, "")) { try await bucket.list("") }
    }

    /// The upload is gone: it was completed before, and only the answer was lost, or it was aborted.
    @Test func onlyItsMakersObjectCountsAsCompleted() async throws {
        let deleted = Mutex(false)
        let passage = try await Passage { request in
            switch request.method {
            case .POST: return .refusal(.notFound, "NoSuchUpload")
            case .DELETE:
                deleted.withLock { $0 = true }
                return .init(status: .noContent)
            default: return .init(headers: [Bucket.markHeader: "mine", "content-length": "3"])
            }
        }
        let bucket = try bucket(passage)
        func complete(_ mark: String, _ byteCount: Int) async throws(BucketError) {
            let part = Upload.Part(number: 1, tag: "\"0\"", byteCount: byteCount, base64Digest: "")
            try await bucket.complete(Upload(key: "a", id: "1", mark: mark), [part])
        }
        try await complete("mine", 3)
        await #expect(throws: BucketError(.absent, "")) { try await complete("another", 3) }
        #expect(!deleted.withLock { $0 })
        // What is not whole does not stay.
        await #expect(throws: BucketError(.unavailable, "")) { try await complete("mine", 4) }
        #expect(deleted.withLock { $0 })
    }

    private func bucket(_ passage: Passage) throws -> Bucket {
        try Bucket(
            BucketAddress("s3://abc?endpoint=http://\(passage.authority)"),
            credentials: .environment(SeaweedFS.environment), timing: .withoutPauses())
    }

    /// Answers that say that all is well, and are not.
    @Test(arguments: [
        "", "<x/>", "<ListBucketResult>", "<ListBucketResult/>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>other</Key><Size>1</Size><LastModified>2026-11-30T19:48:03Z</LastModified></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>-1</Size><LastModified>2026-11-30T19:48:03Z</LastModified></Contents></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key><Size>99999999999999999999</Size><LastModified>2026-11-30T19:48:03Z</LastModified></Contents></ListBucketResult>",
    ])
    func aListThatIsNoneIsRefused(_ answer: String) async throws {
        let passage = try await Passage { _ in .init(body: Array(answer.utf8)) }
        let bucket = try Bucket(
            BucketAddress("s3://abc/vault?endpoint=http://\(passage.authority)"),
            credentials: .environment(SeaweedFS.environment), timing: .withoutPauses())
        await #expect(throws: BucketError(.malformed, "")) { try await bucket.list("") }
    }

    @Test(arguments: ["bytes 0-9/10", "bytes 5-9/10", "bytes 0-4/10x", "", "bytes 0-99999999999999999999/10"])
    func anotherRangeThanAskedForIsRefused(_ range: String) async throws {
        let passage = try await Passage { _ in
            .init(status: .partialContent, headers: ["content-range": range], body: [1, 2, 3])
        }
        let bucket = try bucket(passage)
        await #expect(throws: BucketError(.malformed, "")) { try await bucket.read("a", 2..<5) { _ in } }
    }

    @Test func onlyTheAuthorityThatIsNamedVouchesForTheStore() async throws {
        let scratch = try Scratch()
        for name in ["one", "other"] {
            _ = try Command.openssl(
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                scratch.path("\(name).key"), "-out", scratch.path("\(name).pem"), "-days", "2", "-subj",
                "/CN=store",
                "-addext", "subjectAltName=IP:127.0.0.1")
        }
        let chain = try NIOSSLCertificate.fromPEMFile(scratch.path("one.pem"))
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: scratch.path("one.key"), format: .pem)))
        let passage = try await Passage(tls: try NIOSSLContext(configuration: tls)) { _ in
            .init(body: Array("<VersioningConfiguration/>".utf8))
        }
        func ask(_ authorities: String) async throws(BucketError) {
            let bucket = try Bucket(
                BucketAddress("s3://abc?endpoint=https://\(passage.authority)\(authorities)"),
                credentials: .environment(SeaweedFS.environment), timing: .withoutPauses())
            try await bucket.refuseVersions()
        }
        try await ask("&ca=\(scratch.path("one.pem"))")
        for authorities in ["", "&ca=\(scratch.path("other.pem"))", "&ca=\(scratch.path("one.key"))"] {
            await #expect(throws: BucketError(.misconfigured, "")) { try await ask(authorities) }
        }
    }
}
