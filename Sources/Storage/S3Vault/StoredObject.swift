import S3
import Vault

/// A blob that lies in a bucket. Its first bytes come with its size: small ones are one call, and stay readable when they
/// are erased.
struct StoredObject: StoredBlob {
    let byteCount: Int
    private let key: String
    private let bucket: Bucket
    private let first: [UInt8]

    private static let firstBytes = 64 << 10

    init(_ key: String, in bucket: Bucket) async throws(BucketError) {
        self.key = key
        self.bucket = bucket
        (byteCount, first) = try await bucket.open(key, first: Self.firstBytes)
    }

    func read(_ range: Range<Int>, _ take: (_ piece: [UInt8]) async throws -> Void) async throws {
        precondition(0 <= range.lowerBound && range.upperBound <= byteCount, "the range is not of this blob")
        let known = range.clamped(to: 0..<first.count)
        if !known.isEmpty { try await take(Array(first[known])) }
        let rest = max(range.lowerBound, first.count)..<max(range.upperBound, first.count)
        do {
            try await bucket.read(key, rest.clamped(to: first.count..<byteCount), take)
        } catch let error as BucketError {
            throw VaultError(error)
        }
    }
}
