import API
public import Contract
import Foundation
import Identity
public import Remote
import TransparencyLog

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

/// How often a grant was used.
public struct GrantUse: Encodable, Sendable {
    public let grant: StatementID
    public let record: RecordHandle
    public let grantee: String
    public let kind: String
    /// How often it was opened or, where it lets add to a record, added to.
    public let used: UInt64
    public let stage: String

    /// `opened twice`, `never opened`.
    public var text: String {
        let what = kind == GrantKind.append.name ? "added to" : "opened"
        return switch used {
        case 0: "never \(what)"
        case 1: "\(what) once"
        case 2: "\(what) twice"
        default: "\(what) \(used) times"
        }
    }
}

/// Statements of the log as sentences, with the names of verified members.
struct Narrator {
    let connection: Connection
    let checkpoint: VerifiedCheckpoint
    private var names: [PublicKey: String] = [:]
    /// Keys of the reader's own.
    private let own: Set<PublicKey>

    init(_ connection: Connection, under checkpoint: VerifiedCheckpoint, own: Set<PublicKey>) {
        self.connection = connection
        self.checkpoint = checkpoint
        self.own = own
    }

    /// Every statement about `subject`, proven, in its order.
    func statements(
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

    mutating func event(_ entry: LogEntry, _ statement: VerifiedStatement) async throws -> HistoryEvent {
        HistoryEvent(
            time: entry.time, position: entry.position, statement: statement.id,
            kind: statement.assertion.kind.name, record: statement.assertion.record,
            text: try await sentence(statement))
    }

    /// Who a key is: `you`, a verified member, or why it is not to be trusted.
    mutating func name(_ key: PublicKey) async throws -> String {
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
        var text = ""
        for part in statement.assertion.sentence.parts {
            switch part {
            case .text(let words): text += words
            case .signer: text += try await name(statement.caller)
            case .holder(let key): text += try await name(key)
            case .time(let time): text += StatementText.moment(time)
            }
        }
        return text
    }
}

extension Patient {
    /// All that happened to this wallet's records and to the requests that were passed on to it, in its
    /// order, proven to be on the ledger; and how often each grant was used.
    public func history() async throws -> (events: [HistoryEvent], grants: [GrantUse]) {
        var events = [UInt64: HistoryEvent]()
        // A grant is found under its record and under the request that it names.
        var uses = [UInt64: GrantUse]()
        let records = try await ownRecords()
        let own = Set(records.map { ownerKey(of: $0).key })
        try await everywhere { membership, connection in
            let checkpoint = try await home.remembered.advance(connection)
            let keys = try await answeringKeys(at: membership, connection)
            var narrator = Narrator(connection, under: checkpoint, own: own.union(keys.keys))
            var subjects = records.filter { $0.depositedAt == membership.name }.map(\.handle.bytes)
            let permits = try await connection.state(keys.keys.map { .permit($0) })
            for value in permits.values {
                if case .request(let id)? = PermitState(bytes: value)?.use { subjects.append(id.bytes) }
            }
            for subject in subjects {
                for (entry, statement) in try await narrator.statements(about: subject) {
                    events[entry.position] = try await narrator.event(entry, statement)
                    if case .grant(let grant) = statement.assertion {
                        uses[entry.position] = try await use(of: statement.id, grant, &narrator)
                    }
                }
            }
        }
        return (
            events.values.sorted { $0.position < $1.position },
            uses.sorted { $0.key < $1.key }.map(\.value)
        )
    }

    private func use(
        of id: StatementID, _ grant: Grant, _ narrator: inout Narrator
    ) async throws -> GrantUse {
        guard let state: GrantState = try await narrator.connection.state(.grant(id)) else {
            throw ClientFailure.unverified("the ledger's state does not know grant \(id)")
        }
        var grantee = "any \(grant.role?.name ?? "member") of \(grant.organisation)"
        if let key = grant.grantee { grantee = try await narrator.name(key) }
        return GrantUse(
            grant: id, record: grant.record, grantee: grantee, kind: grant.kind.name,
            used: state.releasesUsed, stage: state.stage(at: machineTime()))
    }
}

/// One disclosure of a record by a custodian, for its accounting.
public struct Disclosure: Encodable, Sendable {
    public let time: LedgerTime
    public let position: UInt64
    public let release: StatementID
    public let record: RecordHandle
    public let reader: String
    public let readerOrganisation: String
    /// The grant's purpose, or the basis.
    public let reason: String
    public let grant: StatementID?
    public let emergency: StatementID?

    static let header = [
        "time", "position", "release", "record", "reader", "organisation", "reason", "grant", "emergency",
    ]

    fileprivate var cells: [String] {
        [
            StatementText.moment(time), String(position), release.hex, record.hex, reader, readerOrganisation,
            reason, grant?.hex ?? "", emergency?.hex ?? "",
        ]
    }

    /// A table as RFC 4180 has it, with a header.
    public static func csv(_ disclosures: [Disclosure]) -> String {
        ([header] + disclosures.map(\.cells)).map { row in
            row.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\r\n"
        }.joined()
    }
}

extension Member {
    /// Every release by this member's organisation from `since` on and before `until`, proven to be on the
    /// ledger.
    public func disclosures(
        since: LedgerTime?, until: LedgerTime?, _ connection: Connection
    ) async throws -> [Disclosure] {
        let checkpoint = try await home.remembered.advance(connection)
        var narrator = Narrator(connection, under: checkpoint, own: [])
        var all = [Disclosure]()
        var after: UInt64?
        while true {
            let query = Connection.Query(
                subject: organisation.name.bytes, kind: .release, since: since, until: until)
            let page = try await connection.positions(of: query, after: after, limit: 1_000)
            for position in page where position < checkpoint.checkpoint.head.size {
                let (entry, statement) = try await connection.provenStatement(at: position, under: checkpoint)
                guard case .release(let it) = statement.assertion, it.custodian == organisation.name else {
                    continue
                }
                all.append(try await disclosure(entry, statement, it, &narrator))
            }
            guard let last = page.last else { return all }
            after = last
        }
    }

    private func disclosure(
        _ entry: LogEntry, _ statement: VerifiedStatement, _ it: Release, _ narrator: inout Narrator
    ) async throws -> Disclosure {
        var reason = it.basis?.name ?? ""
        if let grant = it.grant, let state: GrantState = try await narrator.connection.state(.grant(grant)) {
            reason = state.purpose.name
        }
        let isOwners = it.basis == .owner || it.basis == .delegate
        return Disclosure(
            time: entry.time, position: entry.position, release: statement.id, record: it.record,
            reader: isOwners ? "the patient's side" : try await narrator.name(statement.caller),
            readerOrganisation: it.organisation?.description ?? "", reason: reason, grant: it.grant,
            emergency: it.emergency)
    }
}
