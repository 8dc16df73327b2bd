import Contract
import Vault

extension PartialBlob {
    /// What the file is called that has the part: `RECORD.SENDER.BLOB`. So it is found by what it is to become, and
    /// nothing has to be kept beside it.
    var fileName: String { "\(record.hex).\(sender.hex).\(blob.text)" }

    /// Reads what `fileName` writes; nil for anything else.
    init?(fileName: [UInt8]) {
        let parts = fileName.split(
            separator: UInt8(ascii: "."), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3,
            let record = decodeLowercaseHex(Array(parts[0])).flatMap({ RecordHandle($0) }),
            let sender = decodeLowercaseHex(Array(parts[1])).flatMap({ PublicKey($0) }),
            let blob = BlobName(parts[2])
        else { return nil }
        self.init(blob, in: record, from: sender)
    }
}
