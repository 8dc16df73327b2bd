import Contract
import Identity
import Ledger
import TransparencyLog

/// Where the log ends: all that the next entry builds on.
struct LogHead {
    /// Of what the log's times are multiples.
    let timeStep: UInt64
    var tree: MerkleTree
    /// The last entry's time and state digest; the genesis' before the first.
    var time: LedgerTime
    var stateDigest: Digest

    var size: UInt64 { tree.size }
}

extension LogHead {
    /// The end of the log without entries.
    init(beforeFirstOf genesis: Genesis, network: NetworkID) {
        let start = Replay(genesis: genesis, network: network)
        self.init(
            timeStep: genesis.timeStep, tree: MerkleTree(), time: start.time, stateDigest: start.stateDigest)
    }
}

extension LedgerTables {
    /// The end of the log as stored, `empty` without entries.
    func end(or empty: LogHead) throws -> LogHead {
        let size = try size()
        guard size > 0 else { return empty }
        let last = try logEntry(at: size - 1)
        return LogHead(
            timeStep: empty.timeStep, tree: try MerkleTree(size: size, reading: self), time: last.time,
            stateDigest: last.stateDigest)
    }
}

extension NoteSigner {
    /// A checkpoint over `head`, signed by the log's key: the note's bytes.
    func checkpoint(of head: TreeHead) throws(LedgerError) -> [UInt8] {
        do throws(NoteError) {
            return try sign(Checkpoint(origin: verifierKey.name, head: head)).encoded
        } catch {
            throw .otherKey
        }
    }
}
