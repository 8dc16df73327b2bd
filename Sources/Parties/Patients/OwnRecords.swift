import API
import Age
import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Primitives
import Remote
import Sealing
public import Workflow

extension Patient {
    func ownerKey(of record: OwnRecord) -> SigningKey {
        wallet.ownerKey(organisation: record.depositedAt, index: record.index)
    }

    /// Every record that was deposited under a permit of this wallet. Nobody had to be told a name: the
    /// wallet knows its own keys.
    public func ownRecords() async throws -> [OwnRecord] {
        var records = [OwnRecord]()
        try await everywhere { records += try await ownRecords(at: $0, $1) }
        return records
    }

    private func ownRecords(at membership: Joined, _ connection: Connection) async throws -> [OwnRecord] {
        let wallet = self.membership(membership)
        return try await connection.read(under: nil) { ledger throws(Pause) in
            try ledger.ownRecords(wallet)
        }
    }

    func membership(_ joined: Joined) -> WalletMembership {
        WalletMembership(wallet, at: joined.name, handedOver: joined.handedOver)
    }

    /// Opens an own record: owner's envelope, then keys and descriptors of its parts. What a vault gives out for that is logged first,
    /// under the owner key; afterwards the home keeps them, sealed as they are.
    func opened(_ record: OwnRecord, _ connection: Connection) async throws -> OpenedRecord {
        let kept = home.folder.folder("records")
        let envelopeName = "\(record.handle).owner.age"
        func name(_ blob: BlobName) -> String { "\(record.handle).\(blob.digest).\(blob.kind.name).age" }
        if kept.has(envelopeName),
            var parts = try? record.parts(envelope: try kept.read(envelopeName), with: wallet)
        {
            while let blob = parts.next, let bytes = try? kept.read(name(blob)),
                (try? parts.take(bytes)) != nil
            {}
            if parts.next == nil { return OpenedRecord(record, parts) }
        }
        let unlocked = try await unlock(record, connection)
        guard let parts = unlocked.fetched.opened else { preconditionFailure("an owner fetches parts") }
        try kept.make()
        try kept.write(unlocked.fetched.envelope, as: envelopeName)
        for (blob, bytes) in parts.sealed { try kept.write(bytes, as: name(blob)) }
        unlocked.finish()
        return OpenedRecord(record, parts)
    }
}
