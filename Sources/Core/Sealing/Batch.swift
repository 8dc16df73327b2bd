public import Contract
public import Evidence
import Identity
import Primitives
public import TransparencyLog

/// Many small files, or the readings of a device, as one file: one statement records them all, and each can be
/// shown to be among them without the others (docs/reference/format.md, "Batch").
///
/// Not for files that are to be granted one by one: whoever may open the batch has all of it.
public struct Batch: Sendable {
    /// One of the small files, with what keeps it from being guessed by its hash.
    public struct Entry: Hashable, Sendable {
        /// Its place in the batch, from 0.
        public let index: UInt64
        /// How many there are.
        public let count: UInt64
        /// 32 random bytes.
        public let salt: [UInt8]
        public let name: String
        public let content: [UInt8]

        /// A leaf of the batch's tree.
        func encoded() -> [UInt8] {
            CBOR.array([
                .unsigned(index), .unsigned(count), .bytes(salt), .bytes(Array(name.utf8)), .bytes(content),
            ]).encoded()
        }

        /// Nil when `bytes` are not the one encoding of an entry.
        init?(_ bytes: [UInt8]) {
            guard case .array(let parts)? = try? CBOR.decode(bytes), parts.count == 5,
                case .unsigned(let index) = parts[0], case .unsigned(let count) = parts[1], index < count,
                case .bytes(let salt) = parts[2], salt.count == Merkle.hashBytes,
                case .bytes(let nameBytes) = parts[3],
                UTF8.isValid(nameBytes),
                case .bytes(let content) = parts[4], content.count <= Batch.entryBytesMax
            else { return nil }
            self.init(
                index: index, count: count, salt: salt, name: String(decoding: nameBytes, as: UTF8.self),
                content: content)
        }

        init(index: UInt64, count: UInt64, salt: [UInt8], name: String, content: [UInt8]) {
            self.index = index
            self.count = count
            self.salt = salt
            self.name = name
            self.content = content
        }
    }

    /// Of one entry, and of the whole file: it is held in memory.
    public static let entryBytesMax = 1 << 20
    public static let bytesMax = 1 << 28
    public static let entriesMax = 1_000_000
    private static let version: UInt64 = 1
    /// How the file begins: an array of three, of which the first two say what it is.
    static let head: [UInt8] = [0x83] + CBOR.text(Array("medseal-batch".utf8)).encoded() + [0x01]

    public let entries: [Entry]
    private let leaves: [[UInt8]]

    /// Makes a batch of what has these names and contents, in this order. Throws `badInput` for none, too many
    /// or too much.
    public init(of contents: [(name: String, content: [UInt8])]) throws(PartyError) {
        let count = UInt64(contents.count)
        let entries = contents.enumerated().map { index, it in
            Entry(
                index: UInt64(index), count: count, salt: Random.bytes(32), name: it.name, content: it.content
            )
        }
        if let long = entries.first(where: { $0.content.count > Self.entryBytesMax }) {
            throw .badInput(
                "entry \(long.index) has more than \(Self.entryBytesMax) bytes: deposit it as a file")
        }
        try self.init(entries: entries, leaves: entries.map { $0.encoded() })
    }

    /// Reads a batch's file. Throws `badInput` unless it is one.
    public init(_ file: [UInt8]) throws(PartyError) {
        guard case .array(let parts)? = try? CBOR.decode(file), file.starts(with: Self.head),
            parts.count == 3,
            case .array(let items) = parts[2]
        else { throw .badInput("this is no batch") }
        var entries = [Entry]()
        var leaves = [[UInt8]]()
        for (index, item) in items.enumerated() {
            guard case .bytes(let leaf) = item, let entry = Entry(leaf), entry.index == UInt64(index),
                entry.count == UInt64(items.count)
            else { throw .badInput("entry \(index) of the batch is malformed") }
            entries.append(entry)
            leaves.append(leaf)
        }
        try self.init(entries: entries, leaves: leaves)
    }

    private init(entries: [Entry], leaves: [[UInt8]]) throws(PartyError) {
        guard (1...Self.entriesMax).contains(entries.count) else {
            throw .badInput("a batch has 1 to \(Self.entriesMax) entries; these are \(entries.count)")
        }
        // The file adds at most five bytes to each of a million entries.
        guard leaves.reduce(0, { $0 + $1.count }) <= Self.bytesMax - (1 << 23) else {
            throw .badInput("a batch has at most \(Self.bytesMax >> 20) MiB; make several")
        }
        self.entries = entries
        self.leaves = leaves
    }

    /// The batch's file: a CBOR array of `medseal-batch`, the version, and the array of the entries' bytes.
    public func encoded() -> [UInt8] {
        CBOR.array([
            .text(Array("medseal-batch".utf8)), .unsigned(Self.version), .array(leaves.map { .bytes($0) }),
        ]).encoded()
    }

    /// What a deposit states of it: the Merkle root (RFC 6962) of the entries.
    public var root: Digest {
        guard let root = Digest(tree.head.root) else { preconditionFailure("a root has 32 bytes") }
        return root
    }

    private var tree: WholeTree { WholeTree(of: leaves.map(Merkle.leafHash)) }

    /// The entry with the way from it to the root. `index` must be one of the batch's.
    func inclusion(of index: Int) throws(TreeError) -> (leaf: [UInt8], hashes: [[UInt8]]) {
        (leaves[index], try tree.inclusion(of: UInt64(index)).hashes)
    }
}

/// One entry of a batch with the proof that a statement on the ledger is about the batch that it is in: a file
/// to hand on, verified with nothing but the network's genesis.
public struct BatchProof: Sendable {
    public let entry: Batch.Entry
    /// The deposit, or the statement that appended it, and that it is on the ledger.
    public let statement: StatementProof
    /// The record that the batch is a file of.
    public let record: RecordHandle

    private static let version: UInt64 = 1
    public static let bytesMax = Batch.entryBytesMax + (1 << 18)

    /// Verifies a proof file: the entry is in the batch, the statement names the batch and is on the ledger.
    /// Throws `unverified`, with what does not hold.
    public init(verifying file: [UInt8], genesis: [UInt8]) throws(PartyError) {
        guard case .array(let parts)? = try? CBOR.decode(file), parts.count == 5,
            parts[0] == .text(Array("medseal-batch-proof".utf8)), parts[1] == .unsigned(Self.version),
            case .bytes(let leaf) = parts[2], case .array(let items) = parts[3],
            case .bytes(let proof) = parts[4]
        else { throw .unverified("this is no proof of a batch's entry") }
        var hashes = [[UInt8]]()
        for case .bytes(let hash) in items { hashes.append(hash) }
        guard let entry = Batch.Entry(leaf), hashes.count == items.count else {
            throw .unverified("the entry in the proof is malformed")
        }
        statement = try StatementProof(verifying: proof, genesis: genesis)
        guard let record = statement.statement.assertion.record,
            let root = statement.statement.assertion.batch
        else { throw .unverified("the statement in the proof is about no batch") }
        let inclusion = InclusionProof(hashes: hashes)
        guard
            inclusion.verify(
                leafHash: Merkle.leafHash(leaf), index: entry.index, size: entry.count, root: root.bytes)
        else { throw .unverified("the entry is not in the batch that the statement is about") }
        self.entry = entry
        self.record = record
    }

    /// The proof file of entry `index` of `batch`, which must be one of its entries; `statement` is the proof file of
    /// the statement about the batch.
    public static func file(of index: Int, in batch: Batch, statement: [UInt8]) throws(TreeError) -> [UInt8] {
        let (leaf, hashes) = try batch.inclusion(of: index)
        return CBOR.array([
            .text(Array("medseal-batch-proof".utf8)), .unsigned(version), .bytes(leaf),
            .array(hashes.map { .bytes($0) }), .bytes(statement),
        ]).encoded()
    }
}

extension Assertion {
    /// The Merkle root of the batch that it is about, if it is about one.
    public var batch: Digest? {
        switch self {
        case .deposit(let it): it.batch
        case .append(let it): it.batch
        default: nil
        }
    }
}
