import API
import Contract
import Foundation
import Homes
import Identity
import Remote
public import Workflow

extension Patient {
    /// All that happened to this wallet's records and to the requests that were passed on to it, in its
    /// order, proven to be on the ledger; and how often each grant was used.
    public func history() async throws -> (events: [HistoryEvent], grants: [GrantUse]) {
        var events = [UInt64: HistoryEvent]()
        var grants = [UInt64: GrantUse]()
        let records = try await ownRecords()
        let own = Set(records.map { ownerKey(of: $0).key })
        try await everywhere { joined, connection in
            let checkpoint = try await remembered.advance(connection)
            let wallet = membership(joined)
            let found = try await connection.read(under: checkpoint) { ledger throws(Pause) in
                try ledger.history(wallet, of: records, own: own)
            }
            // The organisations of a network share one log.
            for event in found.events { events[event.position] = event }
            for grant in found.grants { grants[grant.position] = grant }
        }
        return (
            events.values.sorted { $0.position < $1.position },
            grants.values.sorted { $0.position < $1.position }
        )
    }
}

// MARK: As JSON

extension HistoryEvent: Encodable {
    private enum CodingKeys: CodingKey { case time, position, statement, kind, record, text }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(time, forKey: .time)
        try fields.encode(position, forKey: .position)
        try fields.encode(statement, forKey: .statement)
        try fields.encode(kind, forKey: .kind)
        try fields.encodeIfPresent(record, forKey: .record)
        try fields.encode(text, forKey: .text)
    }
}

extension GrantUse: Encodable {
    private enum CodingKeys: CodingKey { case grant, record, grantee, kind, used, stage }

    public func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(grant, forKey: .grant)
        try fields.encode(record, forKey: .record)
        try fields.encode(grantee, forKey: .grantee)
        try fields.encode(kind.name, forKey: .kind)
        try fields.encode(used, forKey: .used)
        try fields.encode(stage, forKey: .stage)
    }
}
