import API
import Age
public import Contract
public import Files
import Foundation
import Identity
import Primitives
public import Remote

/// Fetches records: a release on the ledger, then ciphertext, then every check, then the files in their
/// place.
public struct Fetching: Sendable {
    public enum Source: Sendable {
        /// What the patient granted to this member.
        case grant(StatementID)
        /// A record of the member's own organisation, which a gateway opens with the records key.
        case custody(RecordHandle, Basis)
        /// What two clinicians have let this member read in an emergency.
        case emergency(StatementID)
    }

    /// A file that was written.
    public struct Written: Sendable {
        public let path: String
        public let byteCount: Int
        public let sha256: Digest
        public let mediaType: String
        /// A program hides in it: not to be run, not to be opened by double-click.
        public let holdsProgram: Bool
    }

    public struct Done: Sendable {
        public let record: RecordHandle
        public let release: StatementID
        public let files: [Written]
    }

    private let member: Member
    private let connection: Connection
    private let progress: @Sendable (_ done: Int, _ total: Int) -> Void

    public init(
        _ member: Member, _ connection: Connection,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        self.member = member
        self.connection = connection
        self.progress = progress
    }

    /// The grants to this member that answer a request of its own. Throws `Problem` with the contract's
    /// reason when there are none.
    public func grants(answering request: StatementID) async throws -> [StatementID] {
        guard let state: RequestState = try await connection.state(.request(request)) else {
            throw Problem.rejected(.requestUnknown)
        }
        let grants = try await member.grants(answering: request, connection)
        guard grants.isEmpty else { return grants }
        switch state.stage {
        case .open, .routed:
            throw ClientFailure.refused("medical data access denied: the patient has not answered yet")
        case .rejected:
            throw ClientFailure.refused("medical data access denied: the patient has rejected the request")
        case .approved: throw Problem.rejected(.grantUnknown)
        }
    }

    /// Fetches a record's files into `target`: a folder, or a file's path when the record has one file and no
    /// folder is there.
    ///
    /// A file that exists already is never replaced unless `replacing`. Throws `Problem` when the contract
    /// refuses; then nothing was served and nothing is written. Throws `unverified` when anything does not
    /// hold; of that file nothing is written.
    ///
    /// `sealed`: a folder that gets what was served too, as it was served: `envelope.age`, `descriptor.age`
    /// and each file's ciphertext under its hash. Any age tool opens them.
    public func fetch(
        _ source: Source, to target: String, replacing: Bool, keepingSealedIn sealed: Folder? = nil
    ) async throws -> Done {
        // Known before a release is used up for it.
        guard replacing || Folder.isFolder(target) || access(target, F_OK) != 0 else {
            throw Unpacking.exists(target)
        }
        let unlocked = try await unlock(source)
        return try await Unpacking(spool: member.home.folder.folder("spool"), progress: progress)
            .unpack(unlocked, to: target, replacing: replacing, keepingSealedIn: sealed)
    }

    // MARK: Keys

    func unlock(_ source: Source) async throws -> Unlocked {
        let markers = member.home.folder.folder("releases")
        switch source {
        case .grant(let id):
            let granted = try await member.granted(id, connection)
            let (released, key, envelope) = try await Self.released(granted, member, connection)
            return try await Unlocked(released, key, envelope: envelope)
        case .emergency(let id):
            guard let state: EmergencyState = try await connection.state(.emergency(id)) else {
                throw Problem.rejected(.emergencyUnknown)
            }
            let release = Release(
                organisation: member.organisation.name, record: state.record, custodian: state.custodian,
                basis: .emergency, emergency: id)
            let released = try await Released(
                release, by: member.signingKey, connection: connection, markers: markers)
            guard let digest = state.envelope else {
                throw ClientFailure.refused("the emergency came without an envelope: a gateway makes one")
            }
            let envelope = try await released.bytes(digest)
            let key = try Envelope.open(
                envelope, with: member.identity,
                expecting: .emergency(state.record, reader: member.signingKey.key),
                recipientHash: released.state.recipientHash)
            return try await Unlocked(released, key, envelope: envelope)
        case .custody(let record, let basis):
            let records = try member.requireRecords()
            let name = member.organisation.name
            let release = Release(
                organisation: name, record: record, custodian: name, grant: nil, basis: basis)
            let released = try await Released(
                release, by: member.signingKey, connection: connection, markers: markers)
            let envelope = try await released.bytes(released.custody.custodianEnvelope)
            let key = try Envelope.open(
                envelope, with: records,
                expecting: .custodian(record), recipientHash: released.state.recipientHash)
            return try await Unlocked(released, key, envelope: envelope)
        }
    }

    /// A release under a grant, and the record's key out of the grantee's envelope, whose every comment
    /// holds.
    static func released(
        _ granted: Granted, _ member: Member, _ connection: Connection
    ) async throws -> (Released, AgeIdentity, envelope: [UInt8]) {
        let grant = granted.grant
        guard
            let custodian = granted.custodians.first(where: { $0 != member.organisation.name })
                ?? granted.custodians.first
        else { throw Problem.rejected(.notACustodian) }
        let release = Release(
            organisation: member.organisation.name, record: grant.record, custodian: custodian,
            grant: granted.id,
            basis: nil)
        let released = try await Released(
            release, by: member.signingKey, connection: connection,
            markers: member.home.folder.folder("releases"))
        guard let digest = granted.state.envelope else { throw Problem.rejected(.grantOfOtherKind) }
        let envelope = try await released.bytes(digest)
        let nonce = granted.nonce
        var binding = Envelope.Binding.grant(
            grant.record, nonce: nonce, grantee: member.signingKey.key, notAfter: grant.notAfter)
        var identity = member.identity
        if let role = grant.role {
            binding = .role(
                grant.record, nonce: nonce, grant.organisation, role, notAfter: grant.notAfter)
            identity = try member.requireDesk()
        }
        let key = try Envelope.open(
            envelope, with: identity, expecting: binding, recipientHash: released.state.recipientHash)
        return (released, key, envelope)
    }
}
