import Remote
public import SQLiteLedger
import TransparencyLog

/// Why a validator does not cosign: what the ledger shows is not what its own execution gives.
public struct Refusal: Error, Sendable, CustomStringConvertible {
    /// Where and why; nil when the checkpoint itself could not be verified.
    public let reason: CopyRefusal?
    public let description: String
    /// The checkpoint that was refused.
    let shown: VerifiedCheckpoint?

    init(_ reason: CopyRefusal, shown: VerifiedCheckpoint) {
        self.reason = reason
        self.description = "\(reason)"
        self.shown = shown
    }

    init(_ failure: ClientFailure) {
        reason = nil
        description = failure.description
        shown = nil
    }

    /// Whether it may pass by itself: a clock that is put right.
    var isPassing: Bool {
        if case .clock = reason { true } else { false }
    }
}
