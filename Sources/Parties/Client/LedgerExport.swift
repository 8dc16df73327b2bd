import Contract
import Identity
public import Remote
import TransparencyLog

/// The ledger as an archive that verifies itself: a folder in the layout of c2sp.org/tlog-tiles with
/// `genesis.cbor` and `ledger.vkey`, which other people's tools read and a lost ledger starts again from.
public struct LedgerExport: Sendable {
    private static let pageEntries = TilePath.widthMax * 2

    private let connection: Connection
    private let remembered: RememberedCheckpoint

    public init(_ connection: Connection, home: Folder) {
        self.connection = connection
        self.remembered = RememberedCheckpoint(folder: home)
    }

    /// Writes the log up to its newest checkpoint that may be believed; the folder must not exist. The tiles
    /// are made here from the entries, and their root is the checkpoint's. Returns the number of entries.
    public func write(
        to folder: Folder, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
    ) async throws -> UInt64 {
        try folder.requireNew()
        let checkpoint = try await remembered.advance(connection)
        let head = checkpoint.checkpoint.head
        try folder.make()
        try folder.write(connection.network.genesisFile, as: Network.genesisName, mode: 0o644)
        try folder.write(connection.network.checkpointKeys.log.encoded, as: "ledger.vkey", mode: 0o644)
        var tiles = TileFolder(folder)
        var position: UInt64 = 0
        while position < head.size {
            let page = try await connection.leaves(from: position, limit: Self.pageEntries)
                .prefix(Int(min(head.size - position, UInt64(Self.pageEntries))))
            guard !page.isEmpty else {
                throw ClientFailure.unverified("the log ends before its checkpoint's size")
            }
            for leaf in page { try tiles.append(leaf) }
            position += UInt64(page.count)
            progress(position, head.size)
        }
        guard try tiles.finish() == head else {
            throw ClientFailure.unverified("the entries have another Merkle root than the checkpoint signs")
        }
        // Last: an archive without a checkpoint is none.
        try folder.write(checkpoint.note.encoded, as: "checkpoint", mode: 0o644)
        return head.size
    }
}

/// Tiles as files, written as they fill.
private struct TileFolder {
    private let folder: Folder
    private var tree = MerkleTree()
    private var entries: [[UInt8]] = []
    /// Of each level the hashes that fill no tile yet, and how many tiles were filled.
    private var levels: [(hashes: [[UInt8]], tiles: UInt64)] = []

    init(_ folder: Folder) { self.folder = folder }

    mutating func append(_ leaf: [UInt8]) throws {
        guard leaf.count <= EntryBundle.entryBytesMax else {
            throw ClientFailure.unverified("entry \(tree.size) is longer than an entry may be")
        }
        let leafHash = Merkle.leafHash(leaf)
        _ = tree.append([leafHash])
        entries.append(leaf)
        if entries.count == TilePath.widthMax { try writeEntries() }
        try add(leafHash, level: 0)
    }

    /// Writes what is left over, and says what all of it is the log of.
    mutating func finish() throws -> TreeHead {
        if !entries.isEmpty { try writeEntries() }
        for level in levels.indices where !levels[level].hashes.isEmpty { try writeHashes(level) }
        return tree.head
    }

    private mutating func add(_ hash: [UInt8], level: Int) throws {
        if level == levels.count { levels.append(([], 0)) }
        levels[level].hashes.append(hash)
        guard levels[level].hashes.count == TilePath.widthMax else { return }
        var subtree = MerkleTree()
        _ = subtree.append(levels[level].hashes)
        try writeHashes(level)
        levels[level].hashes = []
        levels[level].tiles += 1
        try add(subtree.head.root, level: level + 1)
    }

    private mutating func writeEntries() throws {
        let index = (tree.size - 1) / UInt64(TilePath.widthMax)
        try write(
            EntryBundle.encode(entries), as: TilePath(.entries, index: index, width: entries.count))
        entries = []
    }

    private func writeHashes(_ level: Int) throws {
        let (hashes, index) = levels[level]
        try write(
            hashes.flatMap { $0 }, as: TilePath(.hashes(level: level), index: index, width: hashes.count))
    }

    private func write(_ bytes: [UInt8], as path: TilePath) throws {
        let file = folder.folder(String(decoding: path.encoded, as: UTF8.self))
        try file.parent.make()
        try file.parent.write(bytes, as: file.name, mode: 0o644)
    }
}
