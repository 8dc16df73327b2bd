public import Contract

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

extension ReadOnlyReason: CustomStringConvertible {
    /// What is wrong, and what its operator does next.
    public var description: String { "\(cause); \(advice)" }

    private var cause: String {
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
        case .awaitingValidators: "its validators have not confirmed yet where the log ends"
        case .contradicts(let block, let position, let reason):
            "block \(block) holds what this organisation's execution refuses, at position \(position): \(reason)"
        case .storageFailed(let message): "writing failed (\(message))"
        }
    }

    /// Each command stands between backquotes.
    public var advice: String {
        switch self {
        case .behindAnchor, .behindCosigner:
            "put the newest copy back, or make the ledger again from a validator's archive (`medseald ledger import`)"
        case .differsFromAnchor, .differsFromCosigner:
            "keep this folder as evidence, find out with the other organisations which history holds, and make the ledger again from an archive of that (`medseald ledger import`)"
        case .anchorMissing, .anchorDamaged:
            "put it back from the newest backup, or make the ledger again from a validator's archive (`medseald ledger import`)"
        case .damaged:
            "stop the server and look at all of it (`medseald ledger fsck`); unless an entry itself is damaged, make the rest anew (`medseald ledger rebuild`)"
        case .awaitingValidators:
            "it goes on by itself once enough of them run; their organisations start them (`medseald validate NETWORK --organisation NAME`)"
        case .contradicts:
            "keep this folder as evidence, and find out with the other organisations which of you is right"
        case .storageFailed: "start again once the disk is well"
        }
    }
}
