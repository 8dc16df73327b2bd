public import Contract
import Identity
import Ledger
import Synchronization

/// How many records a member may ask for, and have released, in an hour and in a day: more than anybody at
/// work does, far less than a thief of one credential wants.
///
/// Gateways work for their whole house: theirs is `gatewayFactor` times as much.
public struct MemberLimits: Hashable, Sendable {
    public static let gatewayFactor = 10

    public var releasesPerHour: Int
    public var releasesPerDay: Int
    public var requestsPerHour: Int
    public var requestsPerDay: Int

    public init(
        releasesPerHour: Int = 120, releasesPerDay: Int = 600, requestsPerHour: Int = 60,
        requestsPerDay: Int = 240
    ) {
        self.releasesPerHour = releasesPerHour
        self.releasesPerDay = releasesPerDay
        self.requestsPerHour = requestsPerHour
        self.requestsPerDay = requestsPerDay
    }

    public enum Window: UInt64, Sendable, CaseIterable {
        case hour = 3_600
        case day = 86_400
    }

    func limit(_ kind: StatementKind, per window: Window, role: Role) -> Int {
        let limit =
            switch (kind, window) {
            case (.release, .hour): releasesPerHour
            case (.release, .day): releasesPerDay
            case (_, .hour): requestsPerHour
            case (_, .day): requestsPerDay
            }
        return role == .gateway ? limit * Self.gatewayFactor : limit
    }
}

/// Holds members to their limits. What counts is what stands on the ledger, so that a restart forgets nothing;
/// what is on its way there counts too, so that many at once gain nothing.
final class LimitKeeper: Sendable {
    struct Turn: Hashable {
        let member: PublicKey
        let kind: StatementKind
    }

    /// What a member did lately.
    private struct Recent {
        /// The newest position that was looked at.
        var position: UInt64?
        /// Ledger times, rising, of the last day.
        var times = [LedgerTime]()
        /// What is on its way and was not seen on the ledger yet.
        var pending = Set<StatementID>()
    }

    private static let membersMax = 4_096
    private static let pageMax = 1_000

    private let limits: MemberLimits
    private let ledger: any ConsentLedger
    private let recents = Mutex<[Turn: Recent]>([:])

    init(_ limits: MemberLimits, ledger: any ConsentLedger) {
        self.limits = limits
        self.ledger = ledger
    }

    /// Admits the statement `id`, which is on its way until `leave`. Throws `LimitError`.
    func enter(_ turn: Turn, _ id: StatementID, role: Role) throws {
        let now = ledger.now()
        try recents.withLock { recents in
            if recents.count >= Self.membersMax { recents = recents.filter { !$0.value.pending.isEmpty } }
            var recent = recents[turn] ?? Recent()
            try update(&recent, turn, now: now)
            for window in MemberLimits.Window.allCases {
                let limit = limits.limit(turn.kind, per: window, role: role)
                let start = now - min(now, window.rawValue)
                let times = recent.times.drop { $0 <= start }
                guard times.count + recent.pending.count >= limit else { continue }
                // There is room once so many have left the window that one more fits.
                let freeing = times.dropFirst(max(0, times.count - limit)).first ?? now
                recents[turn] = recent
                throw LimitError(
                    member: turn.member, kind: turn.kind, limit: limit, window: window,
                    retryAfter: max(1, freeing + window.rawValue - now))
            }
            recent.pending.insert(id)
            recents[turn] = recent
        }
    }

    /// The statement is on the ledger, or it never will be.
    func leave(_ turn: Turn, _ id: StatementID) {
        recents.withLock { _ = $0[turn]?.pending.remove(id) }
    }

    /// Reads what has come since it was last looked, and forgets what is older than a day.
    private func update(_ recent: inout Recent, _ turn: Turn, now: LedgerTime) throws {
        let start = now - min(now, MemberLimits.Window.day.rawValue)
        // A time is looked for in the log itself, step by step: only where no position is known to begin at.
        let query = EntryQuery(
            subject: turn.member.bytes, kind: turn.kind, since: recent.position == nil ? start : nil)
        while true {
            let page = try ledger.positions(of: query, after: recent.position, limit: Self.pageMax)
            for position in page {
                recent.position = position
                guard let leaf = try ledger.entries(from: position, limit: 1).first,
                    let entry = try? LogEntry.decode(leaf),
                    let statement = try? SignedStatement(entry.statement, network: ledger.network)
                else { continue }
                recent.pending.remove(statement.id)
                recent.times.append(entry.time)
            }
            if page.count < Self.pageMax { break }
        }
        recent.times.removeAll { $0 <= start }
    }
}

extension RecordKeeping {
    /// What counts against a limit of a member's: asking for records, and having one released, of an
    /// organisation that is served here. Nil for everything else; and for patients, whose keys are of one
    /// record each.
    func turn(of signed: SignedStatement) throws -> (turn: LimitKeeper.Turn, role: Role)? {
        let custodian: OrganisationName
        switch signed.statement.assertion {
        case .request(let it): custodian = it.custodian
        case .release(let it): custodian = it.custodian
        default: return nil
        }
        guard custodians[custodian] != nil,
            let member = try state(.member(signed.caller), as: MemberState.self),
            // A retry of what is on the ledger already takes nothing.
            try ledger.position(of: signed.id) == nil
        else { return nil }
        let kind = signed.statement.assertion.kind
        return (LimitKeeper.Turn(member: signed.caller, kind: kind), member.role)
    }
}

/// A member has reached a limit: nothing was ordered.
public struct LimitError: Error, Hashable, Sendable {
    public let member: PublicKey
    public let kind: StatementKind
    public let limit: Int
    public let window: MemberLimits.Window
    /// After so many seconds there is room for one.
    public let retryAfter: UInt64
}
