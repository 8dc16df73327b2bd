import Contract

/// The digests that statements name as blobs in vaults, and of which record each is: they belong to one record each
/// (docs/decisions/0023).
///
/// It keeps half of each digest: a log of millions of statements fits into memory, and no two digests are found that
/// have a half in common.
struct NamedDigests {
    /// A digest that statements about two records name.
    struct Shared: Hashable {
        let digest: Digest
        let first: RecordHandle
        let second: RecordHandle
    }

    private var numbers: [RecordHandle: UInt32] = [:]
    private var records: [RecordHandle] = []
    private var owners: [SIMD2<UInt64>: UInt32] = [:]
    private(set) var shared: Set<Shared> = []

    /// How many there are.
    var count: Int { owners.count }

    /// Takes the next statement of the log.
    mutating func note(_ assertion: Assertion) {
        guard let record = assertion.record else { return }
        for blob in assertion.blobs where blob.role != .letter {
            let half = Self.half(blob.digest)
            guard let owner = owners[half] else {
                owners[half] = number(of: record)
                continue
            }
            let found = Shared(digest: blob.digest, first: records[Int(owner)], second: record)
            if found.first != record { shared.insert(found) }
        }
    }

    private mutating func number(of record: RecordHandle) -> UInt32 {
        if let number = numbers[record] { return number }
        let number = UInt32(records.count)
        records.append(record)
        numbers[record] = number
        return number
    }

    private static func half(_ digest: Digest) -> SIMD2<UInt64> {
        func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return [number(digest.bytes[0..<8]), number(digest.bytes[8..<16])]
    }
}
