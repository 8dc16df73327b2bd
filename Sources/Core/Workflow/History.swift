public import Contract
public import Evidence
import Sealing

/// One thing that happened to a patient's record or request, in words.
public struct HistoryEvent: Equatable, Sendable {
    public let time: LedgerTime
    /// Where the log has it.
    public let position: UInt64
    public let statement: StatementID
    public let kind: String
    public let record: RecordHandle?
    /// A sentence; every name in it was verified or is marked, and escaped.
    public let text: String
}

/// How often a grant was used.
public struct GrantUse: Equatable, Sendable {
    public let position: UInt64
    public let grant: StatementID
    public let record: RecordHandle
    public let grantee: String
    public let kind: GrantKind
    /// How often it was opened or, where it lets add to a record, added to.
    public let used: UInt64
    /// How it stood when the history was read, in a word or two.
    public let stage: String

    /// `opened twice`, `never opened`.
    public var text: String {
        let what = kind == .append ? "added to" : "opened"
        return switch used {
        case 0: "never \(what)"
        case 1: "\(what) once"
        case 2: "\(what) twice"
        default: "\(what) \(used) times"
        }
    }
}

extension LedgerView {
    /// All that happened to these records of a wallet and to the requests that this organisation has passed on to it,
    /// in its order, proven to be on the ledger; and how often each grant was used. `own` are keys of the wallet's.
    public mutating func history(
        _ membership: WalletMembership, of records: [OwnRecord], own: Set<PublicKey>
    ) throws(Pause) -> (events: [HistoryEvent], grants: [GrantUse]) {
        let keys = try answeringKeys(membership)
        let own = own.union(keys.keys)
        var subjects = records.filter { $0.depositedAt == membership.organisation }.map { $0.handle.bytes }
        for value in try state(keys.keys.sorted().map { .permit($0) }).values {
            if case .request(let id)? = PermitState(bytes: value)?.use { subjects.append(id.bytes) }
        }
        var events = [UInt64: HistoryEvent]()
        // A grant is found under its record and under the request that it names.
        var uses = [UInt64: GrantUse]()
        for subject in subjects {
            for logged in try statements(PositionQuery(subject: subject)) {
                let position = logged.entry.position
                guard events[position] == nil else { continue }
                events[position] = try event(logged, own: own)
                if case .grant(let grant) = logged.statement.assertion {
                    uses[position] = try use(of: logged, grant, own: own)
                }
            }
        }
        return (
            events.values.sorted { $0.position < $1.position },
            uses.values.sorted { $0.position < $1.position }
        )
    }

    /// A statement as a sentence.
    public mutating func event(
        _ logged: LoggedStatement, own: Set<PublicKey>
    ) throws(Pause) -> HistoryEvent {
        let statement = logged.statement
        var text = ""
        for part in statement.assertion.sentence.parts {
            switch part {
            case .text(let words): text += words
            case .signer: text += try name(statement.caller, own: own)
            case .holder(let key): text += try name(key, own: own)
            case .time(let time): text += UTC.text(time)
            }
        }
        return HistoryEvent(
            time: logged.entry.time, position: logged.entry.position, statement: statement.id,
            kind: statement.assertion.name, record: statement.assertion.record, text: text)
    }

    private mutating func use(
        of logged: LoggedStatement, _ grant: Grant, own: Set<PublicKey>
    ) throws(Pause) -> GrantUse {
        let id = logged.statement.id
        guard let state: GrantState = try state(.grant(id)),
            let record: RecordState = try self.state(.record(grant.record))
        else {
            throw .failure(.unverified("the ledger's state does not know grant \(id)"))
        }
        var grantee = "any \(grant.role?.name ?? "member") of \(grant.organisation)"
        if let key = grant.grantee { grantee = try name(key, own: own) }
        return GrantUse(
            position: logged.entry.position, grant: id, record: grant.record, grantee: grantee,
            kind: grant.kind, used: state.releasesUsed, stage: state.stage(in: record, at: now))
    }

    /// Who a key is: `you`, a verified member, or why it is not to be trusted.
    public mutating func name(_ key: PublicKey, own: Set<PublicKey>) throws(Pause) -> String {
        if own.contains(key) { return "you" }
        switch try member(key) {
        case .success(let member): return member.shown
        case .failure:
            // A former member, as the ledger still knows it.
            guard let state: MemberState = try state(.member(key)) else {
                return "the key \(key.hex.prefix(16)) (not verified)"
            }
            return "a former \(state.role.name) of \(state.organisation) (\(key.hex.prefix(16)))"
        }
    }
}
