public import Contract
public import FabricProtocol

/// Why a Fabric network did not do what it was asked. No case holds the content of a statement.
public enum FabricError: Error, Sendable {
    /// The connection profile, or a key that it names, cannot be used.
    case badProfile(String)
    /// The contract refuses the statement.
    case rejected(RejectionCode)
    /// The chaincode refuses for another reason (docs/operate/fabric.md, "Refusals").
    case refused(status: Int32, String)
    /// No peer answers, or too few endorse, or no orderer takes it: nothing was ordered. Worth trying again.
    case unavailable(String)
    /// Endorsers came to different results: one of them runs another contract, or is behind.
    case endorsementsDiffer(String)
    /// The transaction was ordered and is void; the code says why.
    case void(transaction: String, Protos_TxValidationCode)
    /// What came from the gateway is not what it was asked for. It was not signed.
    case altered(String)
    /// The transaction may have been ordered, and no peer says what became of it.
    case outcomeUnknown(transaction: String)
    /// A block that does not follow from the one before it, or is malformed.
    case badBlock(number: UInt64, String)
}

extension FabricError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badProfile(let reason): reason
        case .rejected(let code): "the contract refuses it: \(code.explanation)"
        case .refused(let status, let reason): "the chaincode refuses (\(status)): \(reason)"
        case .unavailable(let reason): "the Fabric network does not endorse or order: \(reason)"
        case .endorsementsDiffer(let reason):
            "the organisations' peers came to different results: one runs another contract (\(reason))"
        case .void(let transaction, let code): "transaction \(transaction) was ordered and is void: \(code)"
        case .altered(let reason): "the gateway's answer is not what it was asked for: \(reason)"
        case .outcomeUnknown(let transaction):
            "no peer says what became of transaction \(transaction)"
        case .badBlock(let number, let reason): "block \(number): \(reason)"
        }
    }
}
