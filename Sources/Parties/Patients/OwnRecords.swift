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
        if let opened = keptOpen(record) { return opened }
        let unlocked = try await unlock(record, connection)
        guard let parts = unlocked.fetched.opened else { preconditionFailure("an owner fetches parts") }
        let kept = keptRecords
        try kept.make()
        try kept.write(unlocked.fetched.envelope, as: Self.envelopeName(record))
        for (blob, bytes) in parts.sealed { try kept.write(bytes, as: Self.name(of: blob, record)) }
        unlocked.finish()
        return OpenedRecord(record, parts)
    }

    /// The same from what the home keeps of it alone; nil where that is not all.
    func keptOpen(_ record: OwnRecord) -> OpenedRecord? {
        let kept = keptRecords
        guard let envelope = try? kept.read(Self.envelopeName(record)),
            var parts = try? record.parts(envelope: envelope, with: wallet)
        else { return nil }
        while let blob = parts.next {
            guard let bytes = try? kept.read(Self.name(of: blob, record)), (try? parts.take(bytes)) != nil
            else { return nil }
        }
        return OpenedRecord(record, parts)
    }

    private var keptRecords: Folder { home.folder.folder("records") }

    private static func envelopeName(_ record: OwnRecord) -> String { "\(record.handle).owner.age" }

    private static func name(of blob: BlobName, _ record: OwnRecord) -> String {
        "\(record.handle).\(blob.digest).\(blob.kind.name).age"
    }
}
