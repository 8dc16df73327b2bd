import Contract
import Evidence
import Identity
import Remote
import TransparencyLog

extension Auditor {
    private static var pageEntries: Int { TilePath.widthMax * 2 }

    /// Exports the ledger as an archive that verifies itself, in the layout of c2sp.org/tlog-tiles with
    /// `genesis.cbor` and `ledger.vkey`: other people's tools read it, and a lost ledger starts again from it.
    ///
    /// `write` is handed each file of it: a path of one or more parts, and its bytes. It is the log up to the newest
    /// checkpoint that may be believed; the tiles are made here from the entries, and their root is the
    /// checkpoint's. Gives the number of entries.
    public func export(
        progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in },
        write: (_ path: String, _ bytes: [UInt8]) throws -> Void
    ) async throws -> UInt64 {
        let checkpoint = try await remembered.advance(connection)
        let head = checkpoint.checkpoint.head
        try write(Network.genesisName, connection.network.genesisFile)
        try write("ledger.vkey", connection.network.checkpointKeys.log.encoded)
        var tiles = TileWriting()
        var position: UInt64 = 0
        while position < head.size {
            try Task.checkCancellation()
            let page = try await connection.leaves(from: position, limit: Self.pageEntries)
                .prefix(Int(min(head.size - position, UInt64(Self.pageEntries))))
            guard !page.isEmpty else {
                throw PartyError.unverified("the log ends before its checkpoint's size")
            }
            for leaf in page { try tiles.append(leaf, write) }
            position += UInt64(page.count)
            progress(position, head.size)
        }
        guard try tiles.finish(write) == head else {
            throw PartyError.unverified("the entries have another Merkle root than the checkpoint signs")
        }
        // Last: an archive without a checkpoint is none.
        try write("checkpoint", checkpoint.note.encoded)
        return head.size
    }
}

/// Tiles as files, written as they fill.
private struct TileWriting {
    typealias Write = (_ path: String, _ bytes: [UInt8]) throws -> Void

    private var tree = MerkleTree()
    private var entries: [[UInt8]] = []
    /// Of each level the hashes that fill no tile yet, and how many tiles were filled.
    private var levels: [(hashes: [[UInt8]], tiles: UInt64)] = []

    mutating func append(_ leaf: [UInt8], _ write: Write) throws {
        guard leaf.count <= EntryBundle.entryBytesMax else {
            throw PartyError.unverified("entry \(tree.size) is longer than an entry may be")
        }
        let leafHash = Merkle.leafHash(leaf)
        _ = tree.append([leafHash])
        entries.append(leaf)
        if entries.count == TilePath.widthMax { try writeEntries(write) }
        try add(leafHash, level: 0, write)
    }

    /// Writes what is left over, and says what all of it is the log of.
    mutating func finish(_ write: Write) throws -> TreeHead {
        if !entries.isEmpty { try writeEntries(write) }
        for level in levels.indices where !levels[level].hashes.isEmpty { try writeHashes(level, write) }
        return tree.head
    }

    private mutating func add(_ hash: [UInt8], level: Int, _ write: Write) throws {
        if level == levels.count { levels.append(([], 0)) }
        levels[level].hashes.append(hash)
        guard levels[level].hashes.count == TilePath.widthMax else { return }
        var subtree = MerkleTree()
        _ = subtree.append(levels[level].hashes)
        try writeHashes(level, write)
        levels[level].hashes = []
        levels[level].tiles += 1
        try add(subtree.head.root, level: level + 1, write)
    }

    private mutating func writeEntries(_ write: Write) throws {
        let index = (tree.size - 1) / UInt64(TilePath.widthMax)
        let path = TilePath(.entries, index: index, width: entries.count)
        try write(path.text, EntryBundle.encode(entries))
        entries = []
    }

    private func writeHashes(_ level: Int, _ write: Write) throws {
        let (hashes, index) = levels[level]
        let path = TilePath(.hashes(level: level), index: index, width: hashes.count)
        try write(path.text, hashes.flatMap { $0 })
    }
}

extension TilePath {
    fileprivate var text: String { String(decoding: encoded, as: UTF8.self) }
}
