import Ledger
import Remote
public import SQLiteLedger
import TransparencyLog

/// Why a validator does not cosign: what the ledger shows is not what its own execution gives.
public struct CosigningError: Error, Sendable, CustomStringConvertible {
    /// Where and why; nil when the checkpoint itself could not be verified.
    public let reason: CopyError?
    public let description: String
    /// The checkpoint that was refused.
    let shown: VerifiedCheckpoint?

    init(_ reason: CopyError, shown: VerifiedCheckpoint) {
        self.reason = reason
        self.description = "\(reason)"
        self.shown = shown
    }

    init(_ failure: PartyError) {
        reason = nil
        description = failure.description
        shown = nil
    }

    /// What a validator makes of it.
    enum Consequence {
        /// The log contradicts itself over its own signature, or this machine's store can be relied on no longer.
        case end
        /// A server shows what the log does not prove, or what is old: others may show the log as it is.
        case goOn
        /// No lie: a clock that is to be put right, or no room on this machine for now.
        case wait
    }

    var consequence: Consequence {
        switch reason {
        case .fault, .fork: .end
        case .ledger(let error): error.isPassing ? .wait : .end
        case .clock: .wait
        case .unproven, .goesBack, .incomplete, .otherLog, nil: .goOn
        }
    }
}
