import Contract
import Foundation
import Testing

@testable import ObjectStore
@testable import S3

/// A bucket of a real store.
struct BucketTests {
    private let store: SeaweedFS
    private let bucket: Bucket

    init() async throws {
        store = try await SeaweedFS.running()
        bucket = try store.bucket("ready/\(UUID().uuidString)")
    }

    private func bytes(of key: String, _ range: Range<Int>) async throws -> [UInt8] {
        var bytes = [UInt8]()
        try await bucket.read(key, range) { bytes += $0 }
        return bytes
    }

    @Test func anObjectIsPutReadReplacedAndRemoved() async throws {
        #expect(try await bucket.size(of: "a") == nil)
        try await bucket.put("a", Content(Array("hello".utf8)), ifAbsent: true)
        await #expect(throws: BucketError(.exists, "")) {
            try await bucket.put("a", Content(Array("other".utf8)), ifAbsent: true)
        }
        #expect(try await bytes(of: "a", 1..<4) == Array("ell".utf8))
        #expect(try await bytes(of: "a", 2..<2) == [])
        let (byteCount, first) = try await bucket.open("a", first: 100)
        #expect(byteCount == 5 && first == Array("hello".utf8))
        try await bucket.put("a", Content(Array("hi".utf8)))
        #expect(try await bucket.size(of: "a") == 2)
        await #expect(throws: BucketError(.shorter, "")) { try await bytes(of: "a", 0..<5) }
        await #expect(throws: BucketError(.shorter, "")) { try await bytes(of: "a", 3..<5) }
        try await bucket.delete("a")
        try await bucket.delete("a")
        #expect(try await bucket.size(of: "a") == nil)
        await #expect(throws: BucketError(.absent, "")) { try await bytes(of: "a", 0..<1) }
        await #expect(throws: BucketError(.absent, "")) { try await bucket.open("a", first: 1) }
    }

    @Test func anEmptyObjectIsOne() async throws {
        try await bucket.put("empty", Content([]))
        let (byteCount, first) = try await bucket.open("empty", first: 10)
        #expect(byteCount == 0 && first.isEmpty)
    }

    @Test func listsComeInPagesAndOrder() async throws {
        let keys = (0..<25).map { "k/\(UnicodeScalar(UInt8(0x61 + $0)))" }
        for key in keys.shuffled() { try await bucket.put(key, Content(Array(key.utf8))) }
        try await bucket.put("l", Content([]))
        // What other programs may have put.
        try await bucket.put("k/z ä&<\u{1}>+%", Content([]))
        var seen = [Listing.Object]()
        var last: String?
        while true {
            let listing = try await bucket.list("k/", after: last, limit: 7)
            seen += listing.objects
            #expect(listing.objects.count <= 7)
            guard listing.isCutOff, let key = seen.last?.key else { break }
            last = String(decoding: key, as: UTF8.self)
        }
        #expect(seen.map { String(decoding: $0.key, as: UTF8.self) } == keys + ["k/z ä&<\u{1}>+%"])
        #expect(seen.dropLast().allSatisfy { $0.byteCount == 3 })
        let now = Int(Date().timeIntervalSince1970)
        #expect(seen.allSatisfy { abs($0.time - now) < 600 })
        #expect(try await bucket.list("none/").objects.isEmpty)
    }

    private func parts(_ sizes: [Int]) -> [[UInt8]] {
        sizes.enumerated().map { index, size in
            (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 9 &+ index) }
        }
    }

    @Test func anUploadInPartsIsSeenWhenItIsWhole() async throws {
        let pieces = parts([Bucket.partBytesMin, Bucket.partBytesMin, 1_000])
        let upload = try await bucket.beginUpload("big")
        let open = try await bucket.uploads("b")
        #expect(open.uploads.map(\.upload.key) == ["big"])
        // In any order, and one of them twice.
        var known = [Int: Upload.Part]()
        for number in [3, 1, 2, 1] {
            known[number] = try await bucket.put(Content(pieces[number - 1]), part: number, of: upload)
        }
        #expect(try await bucket.size(of: "big") == nil)
        let all = [1, 2, 3].compactMap { known[$0] }
        try await bucket.complete(upload, all)
        #expect(try await bucket.size(of: "big") == 2 * Bucket.partBytesMin + 1_000)
        let around = Bucket.partBytesMin - 10..<Bucket.partBytesMin + 10
        #expect(try await bytes(of: "big", around) == Array((pieces[0] + pieces[1])[around]))
        #expect(try await bucket.uploads("").uploads.isEmpty)
        // Its maker may not have heard the answer.
        try await bucket.complete(upload, all)
    }

    @Test func anAbortedUploadIsGone() async throws {
        let upload = try await bucket.beginUpload("big")
        let part = try await bucket.put(Content([1, 2, 3]), part: 1, of: upload)
        try await bucket.abort(upload)
        try await bucket.abort(upload)
        await #expect(throws: BucketError(.absent, "")) { try await bucket.complete(upload, [part]) }
        #expect(try await bucket.uploads("").uploads.isEmpty)
        #expect(try await bucket.size(of: "big") == nil)
    }

    @Test func aClockThatIsWrongIsSetByTheStores() async throws {
        for seconds in [-86_400, 3_600] {
            let bucket = try store.bucket("ready/\(UUID().uuidString)", clockIsAheadBy: seconds)
            try await bucket.put("a", Content([1]))
            #expect(try await bucket.size(of: "a") == 1)
        }
    }

    @Test func aBucketThatKeepsVersionsIsRefused() async throws {
        try await bucket.refuseVersions()
        let name = "versions-\(UUID().uuidString.lowercased())"
        try await store.make(bucket: name)
        let versioned = try store.bucket(name)
        try await versioned.refuseVersions()
        try await versioned.put("a", Content([1]))
        try await store.setVersioning(of: name, "Enabled")
        await #expect(throws: BucketError(.versioned, "")) { try await versioned.refuseVersions() }
        // It was switched on behind our back: what is put or removed now tells.
        await #expect(throws: BucketError(.versioned, "")) { try await versioned.put("a", Content([2])) }
        await #expect(throws: BucketError(.versioned, "")) { try await versioned.delete("a") }
        try await store.setVersioning(of: name, "Suspended")
        await #expect(throws: BucketError(.versioned, "")) { try await versioned.refuseVersions() }
    }

    @Test func whatIsWrongIsSaidWithoutSecrets() async throws {
        let none = try store.bucket("there-is-none")
        await #expect(throws: BucketError(.noBucket, "")) { try await none.refuseVersions() }
        await #expect(throws: BucketError(.noBucket, "")) { try await none.delete("a") }
        let stranger = try Bucket(
            store.address("ready"),
            credentials: .environment([
                "AWS_ACCESS_KEY_ID": SeaweedFS.accessKey,
                "AWS_SECRET_ACCESS_KEY": "wrong-" + SeaweedFS.secretKey,
            ]), timing: .withoutPauses())
        do {
            try await stranger.put("records/0a/secret-name", Content([1]))
            Issue.record("a wrong secret was taken")
        } catch {
            #expect(error.code == .refused)
            #expect(!"\(error)".contains(SeaweedFS.secretKey) && !"\(error)".contains("secret-name"))
        }
    }
}
