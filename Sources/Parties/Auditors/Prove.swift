public import Contract
import Evidence
import Identity
import Remote
public import Sealing

extension Auditor {
    /// A file that proves that a statement is on the ledger: a c2sp.org/tlog-proof. Of a record's handle it proves
    /// the deposit. It was verified as its readers will. Throws `refused` when the ledger knows nothing of `id`.
    public func prove(_ id: Digest) async throws -> [UInt8] {
        try await connection.proof(of: id.bytes, under: try await remembered.advance(connection))
    }

    /// The proof file of entry `index` of `batch`, a file of `record`; verified as its readers will.
    ///
    /// Throws `badInput` where there is no such entry, `refused` when no statement about the record names this
    /// batch.
    public func proveEntry(_ index: Int, of batch: Batch, in record: RecordHandle) async throws -> [UInt8] {
        guard batch.entries.indices.contains(index) else {
            throw PartyError.badInput("the batch has entries 0 to \(batch.entries.count - 1)")
        }
        guard let id = try await statement(about: batch.root, of: record) else {
            throw PartyError.refused("no statement about record \(record) names this batch")
        }
        let checkpoint = try await remembered.advance(connection)
        let file = try BatchProof.file(
            of: index, in: batch, statement: try await connection.proof(of: id.bytes, under: checkpoint))
        _ = try BatchProof(verifying: file, genesis: connection.network.genesisFile)
        return file
    }

    private func statement(about root: Digest, of record: RecordHandle) async throws -> StatementID? {
        for kind in [StatementKind.deposit, .append] {
            for position in try await connection.positions(about: record.bytes, kind: kind) {
                let statement = try await connection.statement(at: position)
                if statement.assertion.batch == root { return statement.id }
            }
        }
        return nil
    }
}
