import Contract
import Files
import Foundation
import NIOHTTP1
import Synchronization
import Vault
import VaultConformance

@testable import ObjectStore
@testable import S3
@testable import S3Vault
@testable import Surroundings

/// A vault in a folder of its own of a real store, through a passage that can make an object look older.
final class StoreSubject: VaultSubject {
    let vault: any Vault
    /// The same folder, without the passage.
    let bucket: Bucket
    private let passage: Passage
    private let ages: Ages
    private let place: String
    private let store: SeaweedFS
    private let spool: Scratch

    /// With `road` the vault is reached over that, and has to live with its faults.
    init(over road: FaultyRoad? = nil, partBytes: Int = 16 << 20, uploadSeconds: Int = 86_400) async throws {
        store = try await SeaweedFS.running()
        place = "ready/\(UUID().uuidString)"
        spool = try Scratch()
        ages = Ages(below: "/\(place)/")
        let (ages, authority) = (ages, store.authority)
        passage = try await Passage { request in
            let reply =
                if let road { try await road.answer(request) } else {
                    try await request.passedOn(to: authority)
                }
            return ages.applied(to: reply, of: request)
        }
        bucket = try store.bucket(place)
        vault = try await Self.open(
            try store.bucket(place, through: passage), spool, partBytes, uploadSeconds)
    }

    private static func open(
        _ bucket: Bucket, _ spool: Scratch, _ partBytes: Int = 16 << 20, _ uploadSeconds: Int = 86_400
    ) async throws -> S3Vault {
        try await S3Vault(
            bucket, owner: "tests", spool: Folder(spool.directory.path), partBytes: partBytes,
            uploadSeconds: uploadSeconds)
    }

    func reopened() async throws -> any Vault {
        try await Self.open(try store.bucket(place, through: passage), spool)
    }

    func age(_ blob: BlobName, in record: RecordHandle, by seconds: Int) {
        ages.add(seconds, to: BlobKey(record, blob).text)
    }

    func damage(_ blob: BlobName, in record: RecordHandle) async throws {
        let key = BlobKey(record, blob).text
        var bytes = try await bucket.open(key, first: 1 << 20).first
        bytes[5] ^= 0x10
        try await bucket.put(key, Content(bytes))
    }
}

/// How much older objects look than they are. What is put again is new.
private final class Ages: Sendable {
    private let path: String
    private let seconds = Mutex<[String: Int]>([:])

    init(below path: String) { self.path = path }

    func add(_ more: Int, to key: String) { seconds.withLock { $0[key, default: 0] += more } }

    func applied(to reply: Passage.Reply?, of request: Passage.Request) -> Passage.Reply? {
        if request.method == .PUT, request.path.hasPrefix(path) {
            seconds.withLock { $0[String(request.path.dropFirst(path.count))] = nil }
        }
        guard var reply, request.method == .GET, request.uri.contains("list-type=2"), reply.cutAfter == nil
        else {
            return reply
        }
        var text = String(decoding: reply.body, as: UTF8.self)
        for (key, seconds) in seconds.withLock({ $0 }) {
            guard let name = text.range(of: "\(key)</Key>"),
                let start = text.range(of: "<LastModified>", range: name.upperBound..<text.endIndex),
                let end = text.range(of: "</LastModified>", range: start.upperBound..<text.endIndex),
                let time = UTCTime(iso8601: Array(text[start.upperBound..<end.lowerBound].utf8))
            else { continue }
            let date = Date(timeIntervalSince1970: Double(time.secondsSince1970 - seconds))
            text.replaceSubrange(
                start.upperBound..<end.lowerBound, with: date.formatted(.iso8601))
        }
        reply.body = Array(text.utf8)
        reply.headers.remove(name: "content-length")
        return reply
    }
}
