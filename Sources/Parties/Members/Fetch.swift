import API
import Age
public import Contract
import Evidence
public import Homes
import Identity
import Remote
import Sealing

extension Member {
    /// By what right a record is fetched.
    public enum FetchRight: Sendable {
        /// What the patient granted to this member.
        case grant(StatementID)
        /// A record of the member's own organisation, which a gateway opens with the records key.
        case custody(RecordHandle, Basis)
        /// What two clinicians have let this member read in an emergency.
        case emergency(StatementID)
    }

    /// Fetches a record: a release on the ledger, then ciphertext, then every check, then each file into its sink.
    ///
    /// `kept` gets what was served too, as it was served: any age tool opens it. Throws `Problem` when the contract
    /// refuses; then nothing was served and no sink has begun. Throws `unverified` when anything does not hold; that
    /// file is not committed.
    public func fetch(
        _ right: FetchRight, into sinks: any FileSinks, keepingSealed kept: (any FileSinks)? = nil,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> Fetched {
        try await unlock(right).deliver(
            into: sinks, keepingSealed: kept, spool: spool, progress: progress)
    }

    func unlock(_ right: FetchRight) async throws -> UnlockedRecord {
        switch right {
        case .grant(let id):
            let (released, key, envelope) = try await released(under: try await granted(id))
            return try await UnlockedRecord(released, key, envelope: envelope)
        case .emergency(let id):
            guard let state: EmergencyState = try await connection.state(.emergency(id)) else {
                throw Problem.rejected(.emergencyUnknown)
            }
            let released = try await released(
                Release(
                    organisation: organisation.name, record: state.record, custodian: state.custodian,
                    basis: .emergency, emergency: id))
            guard let digest = state.envelope else {
                throw ClientFailure.refused("the emergency came without an envelope: a gateway makes one")
            }
            let envelope = try await released.bytes(digest)
            let opened = try Envelope.open(
                envelope, with: keys.identity, expecting: .emergency(state.record, reader: key),
                recipientHash: released.state.recipientHash)
            return try await UnlockedRecord(released, opened, envelope: envelope)
        case .custody(let record, let basis):
            let records = try keys.requireRecords()
            let released = try await released(
                Release(
                    organisation: organisation.name, record: record, custodian: organisation.name,
                    grant: nil, basis: basis))
            let envelope = try await released.bytes(released.custody.custodianEnvelope)
            let opened = try Envelope.open(
                envelope, with: records, expecting: .custodian(record),
                recipientHash: released.state.recipientHash)
            return try await UnlockedRecord(released, opened, envelope: envelope)
        }
    }

    private func released(_ release: Release) async throws -> ReleasedRecord {
        try await ReleasedRecord(release, by: keys.signingKey, home: keys.home.folder, connection)
    }

    /// A release under a grant, and the record's key out of the grantee's envelope, whose every comment
    /// holds.
    func released(
        under granted: Granted
    ) async throws -> (ReleasedRecord, AgeIdentity, envelope: [UInt8]) {
        let grant = granted.grant
        guard
            let custodian = granted.custodians.first(where: { $0 != organisation.name })
                ?? granted.custodians.first
        else { throw Problem.rejected(.notACustodian) }
        let released = try await released(
            Release(
                organisation: organisation.name, record: grant.record, custodian: custodian,
                grant: granted.id, basis: nil))
        guard let digest = granted.state.envelope else { throw Problem.rejected(.grantOfOtherKind) }
        let envelope = try await released.bytes(digest)
        var binding = Envelope.Binding.grant(
            grant.record, nonce: granted.nonce, grantee: key, notAfter: grant.notAfter)
        var identity = keys.identity
        if let role = grant.role {
            binding = .role(
                grant.record, nonce: granted.nonce, grant.organisation, role, notAfter: grant.notAfter)
            identity = try keys.requireDesk()
        }
        let opened = try Envelope.open(
            envelope, with: identity, expecting: binding, recipientHash: released.state.recipientHash)
        return (released, opened, envelope)
    }
}
