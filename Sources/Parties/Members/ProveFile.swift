import Age
public import Contract
import Evidence
import Homes
import Manifests
import Remote
import Sealing
public import Workflow

extension Member {
    /// A file that proves that the file of that name is in a record: its address, the way from it to the root that a
    /// statement names, and the proof that this is on the ledger. It was verified as its readers will; it shows nothing
    /// of the record's other files.
    ///
    /// `right`: by what the record's list is read. Throws `badInput` where it has no such file.
    public func proveFile(
        _ name: String, of record: RecordHandle, _ right: FetchRight
    ) async throws -> [UInt8] {
        let unlocked = try await unlock(right)
        guard unlocked.record == record else {
            throw PartyError.badInput("the grant is of another record")
        }
        guard let file = try unlocked.descriptor.files(named: [name]).first?.file else {
            throw PartyError.badInput("the record has no file of such a name: see its list")
        }
        let checkpoint = try await remembered.advance(connection)
        for opened in unlocked.fetched.parts {
            guard let manifest = opened.descriptor.manifest, manifest.contains(file.ciphertext) else {
                continue
            }
            let statement = try await connection.proof(of: opened.part.statement.bytes, under: checkpoint)
            guard let proof = FileProof.encoded(file.ciphertext, in: manifest, statement: statement) else {
                continue
            }
            _ = try FileProof(verifying: proof, genesis: network.genesisFile)
            unlocked.finish()
            return proof
        }
        throw PartyError.refused(
            "a grant of single files proves nothing of the record: ask its owner or its hospital")
    }
}
