public import API
import Age
public import Contract
import Evidence
import Foundation
import Homes
import Identity
import Primitives
import Remote
import Sealing
import TransparencyLog
public import Workflow

extension Patient {
    /// The own record of that handle. Throws the contract's reason when it is nobody's or somebody else's.
    public func ownRecord(_ handle: RecordHandle) async throws -> OwnRecord {
        guard let record = try await ownRecords().first(where: { $0.handle == handle }) else {
            throw PartyError.rejected(.notTheOwner)
        }
        return record
    }

    /// Says `assertion` as the owner of `record`.
    func order(_ assertion: Assertion, as record: OwnRecord) async throws -> Wire.Receipt {
        try await connected(at: record.depositedAt) { connection in
            try await connection.submit(surroundings.statement(assertion), signedBy: ownerKey(of: record))
        }
    }

    /// Orders a record to be erased by everybody who keeps it. From now on it is served to nobody; each
    /// custodian attests on the ledger that it is gone.
    public func remove(_ handle: RecordHandle) async throws -> Wire.Receipt {
        try await order(.remove(Remove(record: handle)), as: try await ownRecord(handle))
    }

    /// Says beforehand whether a record may be opened in an emergency.
    public func instruct(_ handle: RecordHandle, emergencies: EmergencyRule) async throws -> Wire.Receipt {
        try await order(
            .instruct(Instruct(record: handle, emergencies: emergencies)), as: try await ownRecord(handle))
    }

    /// Says what looking into an emergency on an own record has found, after its end.
    public func review(_ emergency: StatementID, finding: ReviewFinding) async throws -> Wire.Receipt {
        var found: EmergencyState?
        try await everywhere { _, connection in
            if found == nil { found = try await connection.state(.emergency(emergency)) }
        }
        guard let state = found else { throw PartyError.rejected(.emergencyUnknown) }
        let review = Review(record: state.record, emergency: emergency, finding: finding)
        return try await order(.review(review), as: try await ownRecord(state.record))
    }

    /// The emergencies that were declared on own records, in no order.
    public func emergencies() async throws -> [StatementID] {
        var found = [StatementID]()
        for record in try await ownRecords() {
            try await connected(at: record.depositedAt) { connection in
                for position in try await connection.positions(about: record.handle.bytes, kind: .emergency) {
                    found.append(try await connection.statement(at: position).id)
                }
            }
        }
        return found
    }

    /// Stops a reassignment of a record: whoever asked for it has not lost this wallet.
    public func veto(_ handle: RecordHandle) async throws -> Wire.Receipt {
        try await order(.veto(Veto(record: handle)), as: try await ownRecord(handle))
    }

    /// Agrees to a draft about a record of this wallet: an `append` or a `reseal`.
    ///
    /// A re-sealing has to be of the very files that the record has, each once: the ledger does not see that, so this
    /// does. Throws `unverified` where it is of others.
    public func agree(to draft: inout StatementDraft) async throws {
        guard draft.network == network.id else {
            throw PartyError.badInput("the draft is for another network")
        }
        guard let handle = draft.statement.assertion.record else {
            throw PartyError.badInput("the draft is about no record: no wallet has to agree to it")
        }
        let record = try await ownRecord(handle)
        if case .reseal(let it) = draft.statement.assertion {
            try await check(it, draft.enclosed, of: record)
        }
        draft.agree(by: ownerKey(of: record))
    }

    private func check(_ it: Reseal, _ enclosed: [[UInt8]], of record: OwnRecord) async throws {
        func blob(_ digest: Digest) throws(PartyError) -> [UInt8] {
            guard let bytes = enclosed.first(where: { Digest(hashing: $0) == digest }) else {
                throw .unverified(
                    "the draft does not show what is sealed: ask for the draft that medseal reseal writes")
            }
            return bytes
        }
        let keys = try Envelope.open(
            try blob(it.ownerEnvelope), with: inboxIdentity(record.depositedAt), expecting: .owner(it.record),
            of: it.keyHashes)
        let part = RecordPart(
            statement: record.state.contents, descriptor: it.descriptor, manifest: it.manifest, root: it.root)
        let new = try Descriptor(opening: try blob(it.descriptor), of: part, with: keys.record)
        let old = try await connected(at: record.depositedAt) { try await opened(record, $0) }
        guard new.isResealing(of: old.descriptor) else {
            throw PartyError.unverified(
                "the re-sealing is not of the files that the record has: do not agree, and ask the hospital why"
            )
        }
    }

    /// Leaves an envelope with the custodian that the record was deposited at, under the record's own key: no server
    /// learns by it which inbox the record belongs to.
    func put(
        _ envelope: [UInt8], as kind: BlobKind, _ record: OwnRecord, _ connection: Connection
    ) async throws -> Digest {
        let digest = Digest(hashing: envelope)
        _ = try await connection.calling(as: ownerKey(of: record)).call(
            .put,
            Routes.Organisation(record.depositedAt).blob(
                BlobName(digest, kind).text, of: record.handle.hex),
            .bytes(envelope, type: "application/octet-stream"))
        return digest
    }
}
