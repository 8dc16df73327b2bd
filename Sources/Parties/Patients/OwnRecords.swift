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

    /// Opens an own record: owner's envelope and descriptor. What a vault gives out for that is logged first,
    /// under the owner key; afterwards the home keeps both, sealed as they are.
    func opened(_ record: OwnRecord, _ connection: Connection) async throws -> OpenedRecord {
        let kept = home.folder.folder("records")
        let envelopeName = "\(record.handle).owner.age"
        let descriptorNames = record.state.parts.map { "\(record.handle).\($0.descriptor).descriptor.age" }
        if kept.has(envelopeName), descriptorNames.allSatisfy({ kept.has($0) }),
            let whole = try? OpenedRecord(
                record, envelope: try kept.read(envelopeName),
                descriptors: try descriptorNames.map { try kept.read($0) }, with: wallet)
        {
            return whole
        }
        let unlocked = try await unlock(record, connection)
        try kept.make()
        try kept.write(unlocked.fetched.envelope, as: envelopeName)
        for (name, part) in zip(descriptorNames, unlocked.fetched.parts) {
            try kept.write(part.sealed, as: name)
        }
        unlocked.finish()
        return OpenedRecord(record, unlocked.fetched)
    }
}
