import API
public import Contract
import Evidence
public import Homes
import Identity
import Remote
import Sealing
import Workflow

extension Patient {
    /// Fetches an own record's files. Logged like every other release.
    public func fetch(_ handle: RecordHandle, into sinks: any FileSinks) async throws -> Fetched {
        let record = try await ownRecord(handle)
        return try await connected(at: record.depositedAt) { connection in
            try await unlock(record, connection).deliver(into: sinks)
        }
    }

    /// Has an own record released and opens it.
    func unlock(_ record: OwnRecord, _ connection: Connection) async throws -> ReleasedRecord {
        let order = try await connection.read(under: nil) { [wallet] ledger throws(Pause) in
            try ledger.order(of: record, by: wallet)
        }
        return try await ReleasedRecord(order, home: home.folder, connection)
    }

    /// Fetches an entrusted record's files, as its delegate.
    public func fetchEntrusted(_ handle: RecordHandle, into sinks: any FileSinks) async throws -> Fetched {
        guard let place = joined.first,
            let entrusted = try await entrusted().first(where: { $0.handle == handle })
        else { throw PartyError.rejected(.notTheOwner) }
        guard let custodian = entrusted.custodians.first else { throw PartyError.rejected(.notACustodian) }
        guard let envelope = entrusted.state.envelope else {
            throw PartyError.rejected(.delegationTooNarrow)
        }
        let reader = wallet.proxyKey(index: entrusted.index)
        let order = FetchSteps.Order(
            Release(record: handle, custodian: custodian, basis: .delegate), of: entrusted.record,
            covering: .parts(entrusted.record.parts, entrusted.record.keyHashes), envelope: envelope,
            binding: .delegate(handle, reader.key), reader: reader,
            identity: proxyIdentity(entrusted.index))
        return try await connected(at: place.name) { connection in
            try await ReleasedRecord(order, home: home.folder, connection)
                .deliver(into: sinks)
        }
    }
}
