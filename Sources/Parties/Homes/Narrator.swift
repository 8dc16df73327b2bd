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
