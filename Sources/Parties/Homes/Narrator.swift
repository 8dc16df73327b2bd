import API
public import Contract
import Evidence
import Foundation
import Identity
package import Remote
import Sealing
package import TransparencyLog

/// One thing that happened to a patient's record or request, in words.
public struct HistoryEvent: Encodable, Sendable {
    public let time: LedgerTime
    /// Where the log has it.
    public let position: UInt64
    public let statement: StatementID
    public let kind: String
    public let record: RecordHandle?
    /// A sentence; every name in it was verified or is marked, and escaped.
    public let text: String
}

/// Statements of the log as sentences, with the names of verified members.
package struct Narrator {
    package let connection: Connection
    private let checkpoint: VerifiedCheckpoint
    private var names: [PublicKey: String] = [:]
    /// Keys of the reader's own.
    private let own: Set<PublicKey>

    package init(_ connection: Connection, under checkpoint: VerifiedCheckpoint, own: Set<PublicKey>) {
        self.connection = connection
        self.checkpoint = checkpoint
        self.own = own
    }

    /// Every statement about `subject`, proven, in its order.
    package func statements(
        about subject: [UInt8]
    ) async throws -> [(entry: LogEntry, statement: VerifiedStatement)] {
        var all = [(entry: LogEntry, statement: VerifiedStatement)]()
        var after: UInt64?
        while true {
            let page = try await connection.positions(of: .init(subject: subject), after: after, limit: 1_000)
            for position in page where position < checkpoint.checkpoint.head.size {
                all.append(try await connection.provenStatement(at: position, under: checkpoint))
            }
            guard let last = page.last else { return all }
            after = last
        }
    }

    package mutating func event(_ entry: LogEntry, _ statement: VerifiedStatement) async throws
        -> HistoryEvent
    {
        HistoryEvent(
            time: entry.time, position: entry.position, statement: statement.id,
            kind: statement.assertion.kind.name, record: statement.assertion.record,
            text: try await sentence(statement))
    }

    /// Who a key is: `you`, a verified member, or why it is not to be trusted.
    package mutating func name(_ key: PublicKey) async throws -> String {
        if own.contains(key) { return "you" }
        if let name = names[key] { return name }
        var name: String
        do {
            name = try await connection.verifiedMember(key, under: checkpoint).shown
        } catch let failure as ClientFailure where failure.leavesUnverified {
            name = try await retired(key) ?? "the key \(key.hex.prefix(16)) (not verified)"
        }
        names[key] = name
        return name
    }

    /// A former member, as its card still names it.
    private func retired(_ key: PublicKey) async throws -> String? {
        guard let state: MemberState = try await connection.state(.member(key)) else { return nil }
        return "a former \(state.role.name) of \(state.organisation) (\(key.hex.prefix(16)))"
    }

    private mutating func sentence(_ statement: VerifiedStatement) async throws -> String {
        let who = try await name(statement.caller)
        switch statement.assertion {
        case .deposit(let it):
            let under = it.custodial.map { "without your permit (\($0.name))" } ?? "under one of your permits"
            return "\(who) saved \(it.files.count) file(s) at \(it.organisation), \(under)"
        case .append(let it): return "\(who) added \(it.files.count) file(s) at \(it.organisation)"
        case .reseal(let it):
            return "\(who) sealed it anew at \(it.organisation): what was copied before stays readable to "
                + "whoever has it, and opens nothing new"
        case .dispatch(let it): return "\(it.organisation) signed what it has sent (\(who))"
        case .acknowledge(let it): return "\(it.organisation) has received it and keeps it too (\(who))"
        case .adopt(let it): return "\(it.organisation) made it yours (\(who))"
        case .remove: return "\(who) ordered it to be erased everywhere"
        case .attestErasure(let it): return "\(it.organisation) has signed that it is gone there (\(who))"
        case .hold(let it):
            return it.until.map {
                "\(it.organisation) must keep it until \(StatementText.moment($0)) (\(it.reason.name), \(who))"
            } ?? "\(it.organisation) no longer has to keep it (\(who))"
        case .request(let it):
            return "\(who) asked \(it.custodian) for access, for \(it.purpose.name), until "
                + StatementText.moment(it.notAfter)
        case .route(let it): return "\(it.organisation) passed the request on to you (\(who))"
        case .answer(let it):
            return it.verdict == .approved ? "\(who) approved the request" : "\(who) rejected the request"
        case .grant(let it):
            let grantee =
                try await it.grantee.asyncMap { try await name($0) }
                ?? "any \(it.role?.name ?? "member") of \(it.organisation)"
            let what = [GrantKind.read: "read", .transfer: "receive", .append: "add to"][it.kind] ?? ""
            return "\(who) let \(grantee) \(what) it for \(it.purpose.name), at most \(it.releases) time(s), "
                + "from \(StatementText.moment(it.notBefore)) until \(StatementText.moment(it.notAfter))"
        case .revoke(let it): return "\(who) ended the grant \(it.grant.hex.prefix(16))"
        case .delegate(let it):
            return "\(who) let the key \(it.delegate.hex.prefix(16)) act for this record (\(it.scope.name)) "
                + "until \(StatementText.moment(it.notAfter))"
        case .undelegate(let it): return "\(who) ended what \(it.delegate.hex.prefix(16)) may do"
        case .instruct(let it):
            return it.emergencies == .refused
                ? "\(who) refused emergencies for it" : "\(who) allowed emergencies for it"
        case .reassign(let it):
            return "\(who) and \(it.secondOrganisation) are giving it to another wallet: veto it if you have "
                + "not lost yours"
        case .veto: return "\(who) stopped its reassignment"
        case .release(let it): return try await sentence(it, who)
        case .emergency(let it):
            let reader = try await name(it.reader)
            let second = try await name(it.second)
            return "EMERGENCY (\(it.reason.name)): \(who) and \(second) let \(reader) open it until "
                + StatementText.moment(it.notAfter)
        case .review(let it): return "\(who) looked into an emergency: \(it.finding.name)"
        case .admit, .suspend, .rotateRoot, .enrol, .retire: return "\(who): \(statement.assertion.kind.name)"
        }
    }

    private func sentence(_ it: Release, _ who: String) async throws -> String {
        switch it.basis {
        case .owner: return "\(who) opened it, kept by \(it.custodian)"
        case .delegate: return "your delegate opened it, kept by \(it.custodian)"
        case .care, .administration:
            return "\(who), of \(it.custodian)'s own staff, opened it (\(it.basis?.name ?? ""))"
        case .emergency: return "\(who) opened it in an emergency, kept by \(it.custodian)"
        case nil: return "\(who) opened it, as granted, kept by \(it.custodian)"
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ body: (Wrapped) async throws -> Value) async rethrows -> Value? {
        guard let self else { return nil }
        return try await body(self)
    }
}
