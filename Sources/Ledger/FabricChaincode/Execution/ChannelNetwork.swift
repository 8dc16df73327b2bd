public import Contract
public import TransparencyLog

/// The value of the key `network`: which network the channel carries, and how far the log that it began with
/// is imported.
///
/// Every transaction reads it, and it changes only while a log is imported: no transaction waits for it
/// afterwards.
public struct ChannelNetwork: Hashable, Sendable {
    /// How far the log of a checkpoint is imported.
    public struct Progress: Hashable, Sendable {
        /// The tree over the entries that are imported: its size is the position of the next.
        public internal(set) var tree: MerkleTree
        /// The last entry's time; the genesis' before the first.
        public internal(set) var time: LedgerTime
        public internal(set) var stateDigest: Digest
        /// What the checkpoint says: so many entries, with this root.
        public let target: TreeHead

        public var isComplete: Bool { tree.size == target.size }
    }

    public let network: NetworkID
    /// Nil when the network began empty.
    public internal(set) var progress: Progress?

    /// Whether statements are taken: nothing is left to import.
    public var isOpen: Bool { progress?.isComplete ?? true }

    private static let version: UInt64 = 1

    init(network: NetworkID, progress: Progress?) {
        self.network = network
        self.progress = progress
    }

    public func encoded() -> [UInt8] {
        CBOR.array([
            .unsigned(Self.version), .bytes(network.bytes),
            progress.map { progress in
                .array([
                    .unsigned(progress.tree.size), .unsigned(progress.time),
                    .bytes(progress.stateDigest.bytes), .array(progress.tree.frontier.map { .bytes($0) }),
                    .unsigned(progress.target.size), .bytes(progress.target.root),
                ])
            } ?? .null,
        ]).encoded()
    }

    /// The network in the chaincode's answer to `status`; nil where none has begun, or it is no such answer.
    public init?(status answer: [UInt8]) {
        guard case .array(let values) = try? CBOR.decode(answer), case .bytes(let value)? = values.first,
            let network = try? Self.decode(value)
        else { return nil }
        self = network
    }

    /// Throws when `bytes` are not the one encoding of such a value, or tell of a log that was imported beyond
    /// its checkpoint or to another root.
    public static func decode(_ bytes: [UInt8]) throws(CBOR.Malformed) -> ChannelNetwork {
        guard case .array(let items) = try CBOR.decode(bytes), items.count == 3,
            items[0] == .unsigned(version), case .bytes(let id) = items[1], let network = NetworkID(id)
        else { throw CBOR.Malformed("not a channel's network") }
        let progress = items[2] == .null ? nil : try Progress(items[2])
        return ChannelNetwork(network: network, progress: progress)
    }
}

extension ChannelNetwork.Progress {
    init(_ item: CBOR) throws(CBOR.Malformed) {
        guard case .array(let items) = item, items.count == 6, case .unsigned(let size) = items[0],
            case .unsigned(let time) = items[1], case .bytes(let digest) = items[2],
            let stateDigest = Digest(digest), case .array(let hashes) = items[3],
            let tree = MerkleTree(size: size, frontier: hashes.compactMap(\.content)),
            tree.frontier.count == hashes.count, case .unsigned(let targetSize) = items[4],
            case .bytes(let root) = items[5], root.count == Merkle.hashBytes,
            size <= targetSize, targetSize <= TreeHead.sizeMax
        else { throw CBOR.Malformed("not an import's progress") }
        let target = TreeHead(size: targetSize, root: root)
        guard size < targetSize || tree.head == target else {
            throw CBOR.Malformed("an import that ended at another root")
        }
        self.init(tree: tree, time: time, stateDigest: stateDigest, target: target)
    }
}

extension CBOR {
    fileprivate var content: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
}
