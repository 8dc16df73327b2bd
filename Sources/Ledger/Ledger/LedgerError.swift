public import Contract

/// Why a ledger gives no answer. A refusal by the contract is no error but an `Outcome`.
public enum LedgerError: Error, Hashable, Sendable {
    /// It takes no statements; reading goes on.
    case readOnly(ReadOnlyReason)
    /// What is stored is not what was written.
    case damaged(Finding)
    /// The disk is full: nothing was recorded. It goes on as soon as there is space.
    case diskFull
    /// The system failed to read or write; the text is SQLite's or the system's and holds no content.
    case storage(String)
    /// The network that orders the statements cannot be reached, or refuses to order: nothing was recorded.
    case unordered(String)
    /// A statement was handed over for ordering, and nobody says what became of it. It is found on the ledger
    /// or it is not: submit the same bytes again.
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
}

/// Whether a ledger takes statements.
public enum LedgerState: Hashable, Sendable {
    case healthy
    /// It would otherwise contradict what it has signed before: it only reads.
    case readOnly(ReadOnlyReason)
    case closed
}

/// Why a ledger only reads.
public enum ReadOnlyReason: Hashable, Sendable {
    /// The anchor outside the database covers more entries than the database has: an old copy was put back,
    /// or entries were lost.
    case behindAnchor(anchored: UInt64, present: UInt64)
    /// At the anchor's size the database has another root: its history was changed.
    case differsFromAnchor(size: UInt64)
    /// The anchor is gone, though entries were acknowledged under it.
    case anchorMissing
    /// The anchor is no checkpoint that this ledger signed.
    case anchorDamaged
    /// The database contradicts its own signed checkpoint or cannot say where it ends.
    case damaged(Finding)
    /// A validator has cosigned more entries than the database has: an old copy was put back, or entries were
    /// lost.
    case behindCosigner(OrganisationName, cosigned: UInt64, present: UInt64)
    /// A validator has cosigned another history of the first `size` entries.
    case differsFromCosigner(OrganisationName, size: UInt64)
    /// The validators that the genesis asks for have not yet said, since this start, that they know nothing
    /// newer. It goes on by itself.
    case awaitingValidators
    /// A block of the ledger that this one is a copy of holds something that its own execution does not come
    /// to: the entry that would stand at `position`, and why.
    case contradicts(block: UInt64, position: UInt64, String)
    /// A write failed in a way that leaves open what the disk holds. Start again: what was acknowledged is
    /// there.
    case storageFailed(String)
}

/// One thing about a stored ledger that is not as it was written.
public struct Finding: Hashable, Sendable {
    public enum Place: Hashable, Sendable {
        case entry(UInt64)
        /// The root of 2^level entries from position * 2^level on.
        case node(level: Int, position: UInt64)
        case state(StateKey)
        case subject([UInt8], position: UInt64)
        case checkpoint
        /// The Merkle tree as a whole.
        case tree
        /// The file beside the database.
        case anchor
        /// The database file or its structure as a whole.
        case database
    }

    public let place: Place
    public let problem: String

    public init(_ place: Place, _ problem: String) {
        self.place = place
        self.problem = problem
    }
}

extension Finding: CustomStringConvertible {
    public var description: String { "\(place): \(problem)" }
}

extension Finding.Place: CustomStringConvertible {
    public var description: String {
        switch self {
        case .entry(let position): "entry \(position)"
        case .node(let level, let position): "tree node \(level)/\(position)"
        case .state(let key): "state \(lowercaseHex(key.bytes))"
        case .subject(let subject, let position): "index of \(lowercaseHex(subject)) at \(position)"
        case .checkpoint: "checkpoint"
        case .tree: "tree"
        case .anchor: "anchor"
        case .database: "database"
        }
    }
}

extension ReadOnlyReason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .behindAnchor(let anchored, let present):
            "the database has \(present) entries, but \(anchored) were acknowledged: an old copy, or entries were lost"
        case .differsFromAnchor(let size): "the first \(size) entries are not those that were acknowledged"
        case .anchorMissing: "the file `checkpoint` beside the database is gone"
        case .anchorDamaged: "the file `checkpoint` beside the database is no checkpoint of this ledger"
        case .damaged(let finding): "damaged: \(finding)"
        case .behindCosigner(let organisation, let cosigned, let present):
            "the database has \(present) entries, but the validator of \(organisation) has cosigned \(cosigned): an old copy, or entries were lost"
        case .differsFromCosigner(let organisation, let size):
            "the first \(size) entries are not those that the validator of \(organisation) has cosigned"
        case .awaitingValidators:
            "it waits for the validators that its network asks for to confirm where the log ends"
        case .contradicts(let block, let position, let reason):
            "block \(block) holds what this organisation's execution refuses, at position \(position): \(reason)"
        case .storageFailed(let message): "writing failed (\(message)); start again once the disk is well"
        }
    }
}

extension LedgerError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .readOnly(let reason): "the ledger only reads: \(reason)"
        case .damaged(let finding): "the ledger is damaged: \(finding)"
        case .diskFull: "the disk is full"
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
