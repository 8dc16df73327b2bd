import API
import Contract
import Identity
import Ledger
import Synchronization
import TransparencyLog

/// Whether the server can do its work, and why not: what a monitor asks for, without a signature.
///
/// It tells kinds of trouble only: positions, hashes and causes are for who signs, and for the server's log.
struct Readiness: Sendable {
    /// Validators confirm anew every 15 seconds. Where the newest confirmation is older, too few of them are running.
    private static let confirmedSecondsMax: UInt64 = 60
    private static let keptDuration = Duration.seconds(1)

    private let keys: CheckpointKeys?
    private let asksForValidators: Bool
    /// Whether the disk is full.
    private let isFull: @Sendable () -> Bool
    private let last = Kept()

    /// Asking costs some signatures, and anyone may ask: the answer is told again for a second.
    private final class Kept: Sendable {
        let answer = Mutex<(health: Wire.Health, until: Duration)?>(nil)
    }

    init(_ genesis: Genesis, isFull: @escaping @Sendable () -> Bool) {
        keys = try? CheckpointKeys(genesis)
        asksForValidators = !genesis.quorum.rules.isEmpty
        self.isFull = isFull
    }

    /// `now` is the machine's clock in seconds since 1970, `elapsed` one that does not go back.
    func health(of ledger: any ConsentLedger, at now: UInt64, elapsed: Duration) -> Wire.Health {
        last.answer.withLock { last in
            if let last, elapsed < last.until { return last.health }
            let health = Wire.Health(reasons: reasons(ledger, now))
            last = (health, elapsed + Self.keptDuration)
            return health
        }
    }

    private func reasons(_ ledger: any ConsentLedger, _ now: UInt64) -> [Wire.Health.Reason] {
        var reasons = [Wire.Health.Reason]()
        switch ledger.state {
        case .healthy, .readOnly(.awaitingValidators): break
        case .readOnly, .closed:
            reasons.append(
                .init(
                    code: .readOnly,
                    detail:
                        "the ledger takes no statements: medseald ledger fsck, or the server's log, says why")
            )
        }
        if isFull() {
            reasons.append(
                .init(code: .full, detail: "the disk is full: nothing more is taken until there is room"))
        }
        if let missing = missingValidators(ledger, now) {
            reasons.append(.init(code: .validators, detail: missing))
        }
        return reasons
    }

    /// What to say where too few validators have confirmed the log of late; nil where enough have.
    private func missingValidators(_ ledger: any ConsentLedger, _ now: UInt64) -> String? {
        guard asksForValidators, let keys else { return nil }
        func opened(_ note: [UInt8]?) -> VerifiedCheckpoint? { note.flatMap { try? keys.open($0) } }
        let since = now - min(now, Self.confirmedSecondsMax)
        let confirmed = opened(try? ledger.cosignedCheckpoint()).flatMap { keys.confirmed($0) }
        if ledger.state == .healthy, let confirmed, confirmed >= since { return nil }
        let running = opened(try? ledger.candidate()).map { keys.cosigned($0, since: since) } ?? []
        let names = running.isEmpty ? "none" : running.map { "\($0)" }.joined(separator: ", ")
        return
            "too few validators have confirmed the log within the last minute (\(names)): start the others (medseald validate)"
    }
}

extension APIServer {
    func health() -> Wire.Health { readiness.health(of: ledger, at: clock(), elapsed: elapsed()) }
}
