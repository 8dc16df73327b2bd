import API
public import Contract
import Foundation
import Homes
import Identity
import Remote
import Sealing
import TransparencyLog

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
        since: LedgerTime? = nil, until: LedgerTime? = nil
    ) async throws -> [Disclosure] {
        let checkpoint = try await remembered.advance(connection)
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
