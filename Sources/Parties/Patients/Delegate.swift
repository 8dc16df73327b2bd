public import API
public import Contract
import Homes
import Identity
import Remote
import Sealing
import Workflow

extension Patient {
    /// Lets whoever made `invitation` act for a record until `notAfter`. A record that is withheld from a
    /// guardian is one that this was never called for: its key was never wrapped for one.
    public func delegate(
        _ handle: RecordHandle, to invitation: ProxyInvitation, scope: DelegateScope, notAfter: LedgerTime
    ) async throws -> Wire.Receipt {
        let record = try await ownRecord(handle)
        return try await connected(at: record.depositedAt) { connection in
            let place = try await invitation.unused(connection)
            var envelope: Digest?
            if scope.allowsReading {
                let opened = try await opened(record, connection)
                envelope = try await put(
                    try Envelope.wrap(opened.parts.keys, record: handle, for: place), as: .delegateEnvelope,
                    record,
                    connection)
            }
            let delegate = Delegate(
                record: handle, delegate: place.key, scope: scope, notAfter: notAfter, envelope: envelope)
            return try await connection.submit(
                surroundings.statement(.delegate(delegate)), signedBy: ownerKey(of: record))
        }
    }

    /// Ends a delegation at once.
    public func undelegate(_ handle: RecordHandle, _ delegate: PublicKey) async throws -> Wire.Receipt {
        try await order(
            .undelegate(Undelegate(record: handle, delegate: delegate)), as: try await ownRecord(handle))
    }
}
