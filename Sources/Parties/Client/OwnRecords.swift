import API
import Age
public import Contract
import Files
import Foundation
import Identity
import Primitives
import Remote

/// A record whose owner key this wallet derives.
public struct OwnRecord: Sendable {
    public let handle: RecordHandle
    /// Whose permit it was deposited under.
    public let depositedAt: OrganisationName
    let index: UInt64
    public let state: RecordState
    /// The organisations that keep it, those that the network names.
    public let custodians: [OrganisationName]
}

/// An own record, opened.
struct OpenedRecord: Sendable {
    let record: OwnRecord
    let descriptor: Descriptor
    let key: AgeIdentity
}

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
        let keys = try await answeringKeys(at: membership, connection).sorted { $0.value < $1.value }
        let uses = try await connection.state(keys.map { .permit($0.key) })
        var found = [(handle: RecordHandle, key: PublicKey, index: UInt64)]()
        for (key, index) in keys {
            guard let bytes = uses[.permit(key)], case .record(let handle)? = PermitState(bytes: bytes)?.use
            else {
                continue
            }
            found.append((handle, key, index))
        }
        let names = network.custodians.map(\.name)
        let states = try await connection.state(
            found.flatMap { item in [.record(item.handle)] + names.map { .custody(item.handle, $0) } })
        let now = machineTime()
        return try found.compactMap { item in
            guard let bytes = states[.record(item.handle)], let state = RecordState(bytes: bytes) else {
                throw ClientFailure.unverified("the ledger's state does not know record \(item.handle)")
            }
            // A reassignment names its key before it takes effect, and the key before it ends then.
            guard state.owner(at: now) == item.key else { return nil }
            return OwnRecord(
                handle: item.handle, depositedAt: membership.name, index: item.index, state: state,
                custodians: names.filter { states[.custody(item.handle, $0)] != nil })
        }
    }

    /// Opens an own record: owner's envelope and descriptor. What a vault gives out for that is logged first,
    /// under the owner key; afterwards the home keeps both, sealed as they are.
    func opened(_ record: OwnRecord, _ connection: Connection) async throws -> OpenedRecord {
        let kept = home.folder.folder("records")
        let envelopeName = "\(record.handle).owner.age"
        let descriptorName = "\(record.handle).descriptor.age"
        if kept.has(envelopeName), kept.has(descriptorName),
            let whole = try? opened(
                record, envelope: try kept.read(envelopeName), descriptor: try kept.read(descriptorName))
        {
            return whole
        }
        guard
            let custodian = record.custodians.first(where: { $0 == record.depositedAt })
                ?? record.custodians.first
        else { throw ClientFailure.refused("nobody keeps record \(record.handle) any more") }
        let release = Release(
            organisation: nil, record: record.handle, custodian: custodian, grant: nil, basis: .owner)
        let released = try await Released(
            release, by: ownerKey(of: record), connection: connection, markers: home.folder.folder("releases")
        )
        let envelope = try await released.ownerEnvelope()
        let descriptor = try await released.bytes(record.state.descriptor)
        let whole = try opened(record, envelope: envelope, descriptor: descriptor)
        try kept.make()
        try kept.write(envelope, as: envelopeName)
        try kept.write(descriptor, as: descriptorName)
        released.finish()
        return whole
    }

    /// Fetches an own record's files into `target`. Logged like every other release.
    public func fetch(_ handle: RecordHandle, to target: String) async throws -> Fetching.Done {
        let record = try await ownRecord(handle)
        guard let custodian = record.custodians.first else { throw Problem.rejected(.notACustodian) }
        return try await connected(at: record.depositedAt) { connection in
            let release = Release(record: handle, custodian: custodian, basis: .owner)
            let released = try await Released(
                release, by: ownerKey(of: record), connection: connection,
                markers: home.folder.folder("releases"))
            let envelope = try await released.ownerEnvelope()
            let key = try Envelope.open(
                envelope, with: inboxIdentity(record.depositedAt), expecting: .owner(handle),
                recipientHash: released.state.recipientHash)
            return try await Unpacking(spool: home.folder.folder("spool")).unpack(
                try await Unlocked(released, key, envelope: envelope), to: target, replacing: false)
        }
    }

    private func opened(_ record: OwnRecord, envelope: [UInt8], descriptor: [UInt8]) throws -> OpenedRecord {
        let key = try Envelope.open(
            envelope, with: inboxIdentity(record.depositedAt), expecting: .owner(record.handle),
            recipientHash: record.state.recipientHash)
        return OpenedRecord(
            record: record, descriptor: try Descriptor(opening: descriptor, of: record.state, with: key),
            key: key)
    }
}
