public import Contract

/// A blob that may come in several goes. What was kept is gone on with by `Vault.resume`, also by the next process where
/// the vault lies in a folder.
public protocol ResumableBlob: IncomingBlob {
    /// How many bytes of it are there.
    var byteCount: Int { get async }

    /// Lets go of what is there, durable where the vault outlives its process: the next `resume` goes on after it. Throws
    /// `closed`, `full`, `damaged`, `unavailable`; then nothing may be left.
    func keep() async throws(VaultError)
}

/// A blob of which a sender brings a part at a time. Each sender's is its own: none spoils what another one brings.
public struct PartialBlob: Hashable, Sendable {
    public let record: RecordHandle
    public let blob: BlobName
    public let sender: PublicKey

    public init(_ blob: BlobName, in record: RecordHandle, from sender: PublicKey) {
        self.record = record
        self.blob = blob
        self.sender = sender
    }
}

/// A part that was kept, and when something last came of it (seconds since 1970).
public struct KeptPart: Sendable {
    public let partial: PartialBlob
    public let time: Int

    /// A sender who begins more gives up his oldest one.
    public static let perSenderMax = 16
    /// Where so many are kept, the oldest of all is given up for one more.
    public static let allMax = 512

    public init(_ partial: PartialBlob, time: Int) {
        self.partial = partial
        self.time = time
    }
}

extension Collection<KeptPart> {
    /// Those that go when `sender` begins another one.
    public func surplus(for sender: PublicKey, allMax: Int = KeptPart.allMax) -> [PartialBlob] {
        let oldestFirst = sorted { $0.time < $1.time }.map(\.partial)
        let own = oldestFirst.filter { $0.sender == sender }
        guard own.count < KeptPart.perSenderMax else {
            return Array(own.prefix(own.count - KeptPart.perSenderMax + 1))
        }
        return Array(oldestFirst.prefix(Swift.max(0, count - allMax + 1)))
    }
}
