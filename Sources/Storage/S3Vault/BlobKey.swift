import Contract

/// The key of a blob's object: `records/<handle>/<blob>`.
struct BlobKey {
    static let root = "records/"
    /// What comes after all keys below `root`, for a slash is the character before a zero.
    static let rootEnd = "records0"

    let record: RecordHandle
    let blob: BlobName

    init(_ record: RecordHandle, _ blob: BlobName) {
        self.record = record
        self.blob = blob
    }

    /// Reads what `text` writes; nil for anything else.
    init?(_ text: String) {
        let key = Array(text.utf8)
        guard let record = Self.record(of: key), let blob = BlobName(key.dropFirst(Self.blobOffset)) else {
            return nil
        }
        self.init(record, blob)
    }

    var text: String { Self.folder(of: record) + blob.text }

    /// What the keys of a record's blobs begin with.
    static func folder(of record: RecordHandle) -> String { "\(root)\(record.hex)/" }

    /// What comes after all keys of a record.
    static func end(of record: RecordHandle) -> String { "\(root)\(record.hex)0" }

    private static let blobOffset = root.utf8.count + 65

    /// The record in whose folder a key lies; nil for a key that lies in none.
    static func record(of key: [UInt8]) -> RecordHandle? {
        guard key.starts(with: root.utf8), key.count > blobOffset, key[blobOffset - 1] == 0x2f else {
            return nil
        }
        return decodeLowercaseHex(Array(key[root.utf8.count..<blobOffset - 1])).flatMap { RecordHandle($0) }
    }
}
