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
        guard let custodian = record.custodians.first else { throw PartyError.rejected(.notACustodian) }
        return try await connected(at: record.depositedAt) { connection in
            let released = try await ReleasedRecord(
                Release(record: handle, custodian: custodian, basis: .owner), by: ownerKey(of: record),
                home: home.folder, connection)
            let envelope = try await released.ownerEnvelope()
            let key = try Envelope.open(
                envelope, with: inboxIdentity(record.depositedAt), expecting: .owner(handle),
                recipientHash: released.state.recipientHash)
            return try await UnlockedRecord(
                released, key, parts: released.state.parts, envelope: envelope
            )
            .deliver(into: sinks, spool: spool)
        }
    }

    /// Fetches an entrusted record's files, as its delegate.
    public func fetchEntrusted(_ handle: RecordHandle, into sinks: any FileSinks) async throws -> Fetched {
        guard let place = joined.first,
            let entrusted = try await entrusted().first(where: { $0.handle == handle })
        else { throw PartyError.rejected(.notTheOwner) }
        guard let custodian = entrusted.custodians.first else { throw PartyError.rejected(.notACustodian) }
        let signingKey = wallet.proxyKey(index: entrusted.index)
        return try await connected(at: place.name) { connection in
            let released = try await ReleasedRecord(
                Release(record: handle, custodian: custodian, basis: .delegate), by: signingKey,
                home: home.folder, connection)
            guard let digest = entrusted.state.envelope else {
                throw PartyError.rejected(.delegationTooNarrow)
            }
            let envelope = try await released.bytes(digest)
            let key = try Envelope.open(
                envelope, with: proxyIdentity(entrusted.index),
                expecting: .delegate(handle, signingKey.key), recipientHash: released.state.recipientHash)
            return try await UnlockedRecord(
                released, key, parts: released.state.parts, envelope: envelope
            )
            .deliver(into: sinks, spool: spool)
        }
    }
}
