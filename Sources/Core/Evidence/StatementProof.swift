public import Contract
import Identity
public import TransparencyLog

/// One statement with the proof that it is on the ledger, in one file that needs nothing but the network's
/// genesis to be verified: a c2sp.org/tlog-proof whose `extra` is the entry.
public struct StatementProof: Sendable {
    public let entry: LogEntry
    public let statement: VerifiedStatement
    /// The checkpoint that covers it.
    public let checkpoint: VerifiedCheckpoint
    /// The organisations whose validators have cosigned that.
    public let cosigners: [OrganisationName]

    /// Verifies a proof file under a genesis file: the entry is in the log, its checkpoint has the ledger's
    /// signature and the cosignatures that the genesis asks for, and the statement's own signatures hold.
    ///
    /// How old the cosignatures are does not matter: what was proven once stays so. That the contract had to
    /// accept the statement is what the cosigners vouch for. Throws `unverified`, with what does not hold.
    public init(verifying file: [UInt8], genesis genesisFile: [UInt8]) throws(PartyError) {
        guard let genesis = try? Genesis.decode(genesisFile), let keys = try? CheckpointKeys(genesis) else {
            throw .unverified("the genesis does not hold")
        }
        let proof: ProofFile
        do throws(NoteError) {
            proof = try ProofFile(decoding: file)
        } catch {
            throw .unverified("this is no c2sp.org/tlog-proof file")
        }
        guard let leaf = proof.extra else { throw .unverified("the proof has no entry in it") }
        do throws(NoteError) {
            checkpoint = try proof.verify(
                leafHash: Merkle.leafHash(leaf), log: keys.log, cosigners: keys.cosigners)
        } catch {
            throw .unverified(Self.reason(error))
        }
        guard keys.meetsQuorum(checkpoint) else {
            throw .unverified("the checkpoint has not the cosignatures that the genesis asks for")
        }
        let logged = try LoggedStatement(
            leaf, at: proof.index, network: Genesis.networkID(of: genesisFile))
        (entry, statement) = (logged.entry, logged.statement)
        cosigners = keys.cosigned(checkpoint)
    }

    private static func reason(_ error: NoteError) -> String {
        switch error {
        case .notIncluded: "the entry is not in the log of the checkpoint"
        case .unsigned: "the checkpoint is not signed by this network's ledger"
        case .wrongOrigin: "the checkpoint is of another log"
        case .badSignature: "a signature of the checkpoint does not hold"
        default: "the proof's checkpoint is malformed"
        }
    }
}
