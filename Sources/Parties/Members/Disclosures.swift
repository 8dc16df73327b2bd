import API
public import Contract
import Foundation
import Homes
import Remote
public import Workflow

extension Member {
    /// Every release by an organisation from `since` on and before `until`, proven to be on the ledger: by `name`, or else
    /// by this member's own; for an auditing organisation's member by all that keep records.
    ///
    /// Throws `badInput` where the organisation keeps no records, so that none can be of it.
    public func disclosures(
        of name: OrganisationName? = nil, since: LedgerTime? = nil, until: LedgerTime? = nil
    ) async throws -> [Disclosure] {
        let checkpoint = try await remembered.advance(connection)
        let governance = try await connection.governance(under: checkpoint)
        let custodians = governance.organisations.filter(\.pinned.kind.isCustodian).map(\.name)
        let named = name.map { [$0] } ?? (organisation.kind == .auditor ? custodians : [organisation.name])
        if let other = named.first(where: { !custodians.contains($0) }) {
            let names = custodians.map(\.description).joined(separator: ", ")
            throw PartyError.badInput(
                "\(other) keeps no records, so it releases none: name one that does with --organisation (\(names))"
            )
        }
        return try await connection.read(under: checkpoint) { ledger throws(Pause) in
            var rows = [Disclosure]()
            for custodian in named {
                rows += try ledger.disclosures(of: custodian, since: since, until: until)
            }
            return rows.sorted { $0.position < $1.position }
        }
    }
}

// MARK: As JSON

extension Disclosure: Encodable {
    private enum CodingKeys: CodingKey {
        case time, position, release, record, custodian, reader, readerOrganisation, reason, grant, emergency
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(time, forKey: .time)
        try fields.encode(position, forKey: .position)
        try fields.encode(release, forKey: .release)
        try fields.encode(record, forKey: .record)
        try fields.encode(custodian, forKey: .custodian)
        try fields.encode(reader, forKey: .reader)
        try fields.encode(readerOrganisation, forKey: .readerOrganisation)
        try fields.encode(reason, forKey: .reason)
        try fields.encodeIfPresent(grant, forKey: .grant)
        try fields.encodeIfPresent(emergency, forKey: .emergency)
    }
}
