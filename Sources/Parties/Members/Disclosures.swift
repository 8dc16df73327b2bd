import API
public import Contract
import Foundation
import Homes
import Remote
public import Workflow

extension Member {
    /// Every release by this member's organisation from `since` on and before `until`, proven to be on the
    /// ledger.
    public func disclosures(
        since: LedgerTime? = nil, until: LedgerTime? = nil
    ) async throws -> [Disclosure] {
        let checkpoint = try await remembered.advance(connection)
        let name = organisation.name
        return try await connection.read(under: checkpoint) { ledger throws(Pause) in
            try ledger.disclosures(of: name, since: since, until: until)
        }
    }
}

// MARK: As JSON

extension Disclosure: Encodable {
    private enum CodingKeys: CodingKey {
        case time, position, release, record, reader, readerOrganisation, reason, grant, emergency
    }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(time, forKey: .time)
        try fields.encode(position, forKey: .position)
        try fields.encode(release, forKey: .release)
        try fields.encode(record, forKey: .record)
        try fields.encode(reader, forKey: .reader)
        try fields.encode(readerOrganisation, forKey: .readerOrganisation)
        try fields.encode(reason, forKey: .reason)
        try fields.encodeIfPresent(grant, forKey: .grant)
        try fields.encodeIfPresent(emergency, forKey: .emergency)
    }
}
