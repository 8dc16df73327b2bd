import API
import Age
public import Contract
import Evidence
public import Homes
import Identity
import Manifests
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
    /// `only`: the files of these names; nil: all. `kept` gets what was served too, as it was served: any age tool opens
    /// it. Throws `Problem` when the contract refuses; then nothing was served and no sink has begun. Throws
    /// `unverified` when anything does not hold; that file is not committed.
    public func fetch(
        _ right: FetchRight, into sinks: any FileSinks, only: [String]? = nil,
        keepingSealed kept: (any FileSinks)? = nil,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> Fetched {
        try await unlock(right).deliver(
            into: sinks, only: only, keepingSealed: kept, spool: spool, progress: progress)
    }

    func unlock(_ right: FetchRight) async throws -> UnlockedRecord {
        switch right {
        case .grant(let id):
            let granted = try await granted(id)
            if granted.grant.coverage == .part { return try await unlockedFiles(of: granted) }
            let (released, key, envelope) = try await released(under: granted)
            return try await UnlockedRecord(
                released, key, parts: granted.state.covered(of: released.state), envelope: envelope)
        case .emergency(let id):
            guard let state: EmergencyState = try await connection.state(.emergency(id)) else {
                throw PartyError.rejected(.emergencyUnknown)
            }
            let released = try await released(
                Release(
                    organisation: organisation.name, record: state.record, custodian: state.custodian,
                    basis: .emergency, emergency: id))
            guard let digest = state.envelope else {
                throw PartyError.refused("the emergency came without an envelope: a gateway makes one")
            }
            let envelope = try await released.bytes(digest)
            let opened = try Envelope.open(
                envelope, with: keys.identity, expecting: .emergency(state.record, reader: key),
                recipientHash: released.state.recipientHash)
            return try await UnlockedRecord(
                released, opened, parts: released.state.parts, envelope: envelope)
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
            return try await UnlockedRecord(
                released, opened, parts: released.state.parts, envelope: envelope)
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
        let released = try await release(under: granted)
        guard let digest = granted.state.envelope else { throw PartyError.rejected(.grantOfOtherKind) }
        let envelope = try await released.bytes(digest)
        let (binding, identity) = try binding(of: granted)
        let opened = try Envelope.open(
            envelope, with: identity, expecting: binding, recipientHash: released.state.recipientHash)
        return (released, opened, envelope)
    }

    /// Single files: their headers out of the grantee's envelope.
    private func unlockedFiles(of granted: Granted) async throws -> UnlockedRecord {
        let released = try await release(under: granted)
        guard let digest = granted.state.envelope, let listed = granted.grant.manifest else {
            throw PartyError.rejected(.grantOfOtherKind)
        }
        let envelope = try await released.bytes(digest)
        let manifest: Manifest
        do {
            manifest = try Manifest(decoding: try await released.bytes(listed))
        } catch let malformed as Manifest.Malformed {
            throw PartyError.unverified("the grant's manifest is malformed", cause: malformed)
        }
        guard manifest.root == granted.grant.root else {
            throw PartyError.unverified("the grant's manifest has another root than the ledger names")
        }
        let (binding, identity) = try binding(of: granted)
        let files = try PartialEnvelope(
            opening: envelope, with: identity, expecting: binding, files: manifest)
        return UnlockedRecord(released, files: files, with: identity, envelope: envelope)
    }

    private func release(under granted: Granted) async throws -> ReleasedRecord {
        guard
            let custodian = granted.custodians.first(where: { $0 != organisation.name })
                ?? granted.custodians.first
        else { throw PartyError.rejected(.notACustodian) }
        return try await released(
            Release(
                organisation: organisation.name, record: granted.grant.record, custodian: custodian,
                grant: granted.id, basis: nil))
    }

    /// What the grant's envelope is bound to, and what opens it.
    private func binding(of granted: Granted) throws -> (Envelope.Binding, AgeIdentity) {
        let grant = granted.grant
        if let role = grant.role {
            return (
                .role(
                    grant.record, nonce: granted.nonce, grant.organisation, role, notAfter: grant.notAfter),
                try keys.requireDesk()
            )
        }
        return (
            .grant(grant.record, nonce: granted.nonce, grantee: key, notAfter: grant.notAfter),
            keys.identity
        )
    }
}
