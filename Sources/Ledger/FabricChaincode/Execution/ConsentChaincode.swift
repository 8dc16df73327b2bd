public import Contract
internal import Identity
internal import Primitives
internal import TransparencyLog

/// The contract as a chaincode: a pure function from a transaction's arguments, its time and the values that
/// it reads to what it answers and writes.
///
/// `open` is the half that needs no state: it decodes, checks signatures and says what is to be read.
/// `ChaincodeCall.execute` is the other. Peers, auditors and every replay of a channel go through both.
public struct ConsentChaincode: Sendable {
    /// What decides on a statement: `Contract.decide`.
    public typealias Rules = @Sendable (VerifiedStatement, LedgerTime, Reads) -> Decision

    public let genesis: Genesis
    public let network: NetworkID
    let checkpointKeys: CheckpointKeys
    let rules: Rules

    /// The chaincode of the network of this genesis file. Throws `CBOR.Malformed` or `NoteError` when it is
    /// none.
    ///
    /// Only a test of what happens when an organisation runs another contract gives other `rules`.
    public init(
        genesisFile: [UInt8], rules: @escaping Rules = { decide($0, at: $1, reads: $2) }
    ) throws {
        genesis = try Genesis.decode(genesisFile)
        network = Genesis.networkID(of: genesisFile)
        checkpointKeys = try CheckpointKeys(genesis)
        self.rules = rules
    }

    /// The transaction with these arguments, ready to be executed.
    public func open(_ arguments: [[UInt8]]) -> ChaincodeCall {
        do throws(ChaincodeError) {
            let invocation = try ChaincodeInvocation(arguments: arguments)
            return ChaincodeCall(self, invocation.function, try content(of: invocation))
        } catch {
            return ChaincodeCall(self, "unknown", .over(.refused(error)))
        }
    }

    private func content(
        of invocation: ChaincodeInvocation
    ) throws(ChaincodeError) -> ChaincodeCall.Content {
        switch invocation {
        case .read(let keys): return .read(keys)
        case .status: return .status
        case .submit(let bytes):
            guard let signed = try? SignedStatement(bytes, network: network) else {
                return .over(.rejected(.malformed))
            }
            guard let verified = signed.verified() else { return .over(.rejected(.signatureInvalid)) }
            return .submit(verified)
        case .begin(let note):
            guard let note else { return .begin(nil) }
            guard let checkpoint = try? checkpointKeys.open(note), checkpointKeys.meetsQuorum(checkpoint)
            else {
                throw ChaincodeError(.checkpointNotBelieved)
            }
            return .begin(checkpoint.checkpoint.head)
        case .import(let leaves):
            return .import(
                leaves.map { leaf in
                    ChaincodeCall.Entry(
                        leafHash: Merkle.leafHash(leaf),
                        opened: OpenedEntry(
                            leaf, network: network, hash: SHA256.digest, isValid: Signatures.isValid))
                })
        }
    }
}
