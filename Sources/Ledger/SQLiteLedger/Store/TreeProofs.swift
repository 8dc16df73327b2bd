import Ledger
import TransparencyLog

/// Proofs from the stored tree, verified before they are given away: what is damaged is thrown as `damaged`.
extension LedgerTables {
    /// The hashes that lead from the entry at `position` to the tree of `size`, itself a prefix of `signed`.
    func inclusionProof(position: UInt64, size: UInt64, under signed: TreeHead) throws -> [[UInt8]] {
        let head = try head(size: size, under: signed)
        let leafHash = Merkle.leafHash(try entry(at: position))
        let proof = try InclusionProof(of: position, inTreeOf: size, reading: NodeRows(of: self))
        guard proof.verify(leafHash: leafHash, index: position, size: size, root: head.root) else {
            throw LedgerError.damaged(
                Finding(.tree, "does not lead from entry \(position) to the signed root"))
        }
        return proof.hashes
    }

    /// The hashes that lead from the tree of `oldSize` to that of `newSize`, itself a prefix of `signed`.
    func consistencyProof(
        from oldSize: UInt64, to newSize: UInt64, under signed: TreeHead
    ) throws -> [[UInt8]] {
        let old = try TreeHead(size: oldSize, reading: self)
        let new = try head(size: newSize, under: signed)
        let proof = try ConsistencyProof(from: oldSize, to: newSize, reading: NodeRows(of: self))
        guard proof.verify(from: old, to: new) else {
            throw LedgerError.damaged(
                Finding(.tree, "does not lead from size \(oldSize) to size \(newSize)"))
        }
        return proof.hashes
    }

    /// The head at `size`, proven to be a prefix of `signed`.
    func head(size: UInt64, under signed: TreeHead) throws -> TreeHead {
        if size == signed.size { return signed }
        let head = try TreeHead(size: size, reading: self)
        guard try ConsistencyProof(from: size, to: signed.size, reading: self).verify(from: head, to: signed)
        else {
            throw LedgerError.damaged(Finding(.tree, "at size \(size) does not lead to the signed root"))
        }
        return head
    }
}
