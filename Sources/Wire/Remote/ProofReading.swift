import Contract
import Evidence
public import TransparencyLog

extension Connection {
    /// The proof file for a statement, or for the first statement about a record, which is its deposit.
    ///
    /// It was verified as its readers will. Throws `refused` when the ledger knows nothing of that id.
    public func proof(of id: [UInt8], under checkpoint: VerifiedCheckpoint) async throws -> [UInt8] {
        let head = checkpoint.checkpoint.head
        guard let position = try await positions(of: Query(subject: id), limit: 1).first,
            position < head.size
        else {
            throw PartyError.refused("the ledger knows no statement and no record \(lowercaseHex(id))")
        }
        let leaf = try await leaf(at: position)
        let file = ProofFile(
            index: position, inclusion: try await inclusion(of: position, in: head.size),
            checkpoint: checkpoint.note, extra: leaf
        ).encoded
        let proven = try StatementProof(verifying: file, genesis: network.genesisFile)
        guard proven.statement.id.bytes == id || proven.statement.subjects.contains(id) else {
            throw PartyError.unverified("the server shows a statement about something else")
        }
        return file
    }
}
