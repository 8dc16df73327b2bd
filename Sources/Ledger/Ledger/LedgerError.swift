/// Why a ledger gives no answer. A refusal by the contract is no error but an `Outcome`.
public enum LedgerError: Error, Hashable, Sendable {
    /// It takes no statements; reading goes on.
    case readOnly(ReadOnlyReason)
    /// What is stored is not what was written.
    case damaged(Finding)
    /// The disk is full: nothing was recorded. It goes on as soon as there is space.
    case diskFull
    /// The machine has no descriptor or no memory left for it: nothing was recorded. It goes on as soon as there
    /// are some; the text is SQLite's or the system's.
    case exhausted(String)
    /// The system failed to read or write; the text is SQLite's or the system's and holds no content.
    case storage(String)
    /// The network that orders the statements cannot be reached, or refuses to order: nothing was recorded.
    case unordered(String)
    /// A statement was handed over for ordering, and no peer says what became of it. It may or may not be on
    /// the ledger: submit the same bytes again.
    case outcomeUnknown(String)
    /// Too many statements wait already.
    case overloaded
    /// A position or size that the log does not have.
    case outOfRange
    /// No checkpoint has yet as many cosignatures as the network asks for.
    case notCosigned
    /// What was to be a cosigned checkpoint of this ledger is none.
    case invalidCosignature(String)
    /// `close` was called.
    case closed

    /// There is no ledger in that directory.
    case absent
    /// There is a ledger in that directory already.
    case exists
    /// Another process has it open.
    case inUse
    /// The genesis file is malformed, or a signature in it does not hold.
    case malformedGenesis(String)
    /// The ledger belongs to a network with another genesis file.
    case otherNetwork
    /// The key is not the one that the genesis names as the ledger's.
    case otherKey

    /// Whether it passes by itself, and leaves nothing open of what the disk holds: what failed may be tried again.
    public var isPassing: Bool {
        switch self {
        case .diskFull, .exhausted: true
        default: false
        }
    }
}

extension LedgerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .readOnly(let reason): "the ledger only reads: \(reason)"
        case .damaged(let finding): "the ledger is damaged: \(finding)"
        case .diskFull: "the disk is full"
        case .exhausted(let message):
            "the machine has no room for another open file (\(message)): try again soon"
        case .storage(let message): "the ledger's storage failed: \(message)"
        case .unordered(let reason): "the statement was not ordered: \(reason)"
        case .outcomeUnknown(let reason):
            "it is not known whether the statement was ordered (\(reason)): submit it again"
        case .overloaded: "too many statements are waiting"
        case .outOfRange: "the log has no such position or size"
        case .notCosigned: "the validators that the network asks for have cosigned no checkpoint yet"
        case .invalidCosignature(let reason): "this is no cosigned checkpoint of the ledger: \(reason)"
        case .closed: "the ledger is closed"
        case .absent: "there is no ledger here"
        case .exists: "there is a ledger here already"
        case .inUse: "another process has this ledger open"
        case .malformedGenesis(let reason): "the genesis file is not valid: \(reason)"
        case .otherNetwork: "the ledger belongs to another network"
        case .otherKey: "the key is not the ledger's"
        }
    }
}
