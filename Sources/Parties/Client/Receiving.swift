public import API
public import Contract
import Files
import Foundation
import Identity
import Primitives
public import Remote

/// Receives a record from another custodian under a transfer grant: the same bytes into the own vault, the
/// key wrapped anew for the own organisation, and the acknowledgement on the ledger.
public struct Receiving: Sendable {
    public struct Done: Sendable {
        public let record: RecordHandle
        public let files: Int
        /// Nil when the organisation was custodian already.
        public let receipt: Wire.Receipt?
    }

    private let member: Member
    private let connection: Connection
    private let progress: @Sendable (_ files: Int, _ of: Int) -> Void

    public init(
        _ member: Member, _ connection: Connection,
        progress: @escaping @Sendable (_ files: Int, _ of: Int) -> Void = { _, _ in }
    ) {
        self.member = member
        self.connection = connection
        self.progress = progress
    }

    /// Throws `Problem` when the contract refuses: no grant, not a transfer, revoked, expired. Again after an
    /// interruption is harmless.
    public func receive(_ id: StatementID) async throws -> Done {
        let granted = try await member.granted(id, connection)
        let record = granted.grant.record
        let own = member.organisation
        guard granted.grant.kind == .transfer else { throw Problem.rejected(.grantOfOtherKind) }
        guard own.kind.isCustodian else { throw Problem.rejected(.organisationKindNotAllowed) }
        if let custody: CustodyState = try await connection.state(.custody(record, own.name)) {
            _ = custody
            return Done(record: record, files: 0, receipt: nil)
        }
        let (released, key, _) = try await Fetching.released(granted, member, connection)
        let descriptor = try await released.bytes(released.state.descriptor)
        // Opened to be sure that the record is whole; nothing of it is kept.
        _ = try Descriptor(opening: descriptor, of: released.state, with: key)
        let ownerEnvelope = try await released.ownerEnvelope()
        let custodianEnvelope = try Envelope.wrap(key, record: record, for: own)
        for (index, file) in released.state.files.enumerated() {
            try await pass(file, released)
            progress(index + 1, released.state.files.count)
        }
        for bytes in [descriptor, ownerEnvelope, custodianEnvelope] {
            _ = try await connection.call(
                .put, Routes.Organisation(own.name).blob(Digest(hashing: bytes).hex),
                .bytes(bytes, type: "application/octet-stream"))
        }
        let acknowledge = Acknowledge(
            organisation: own.name, record: record, grant: id, release: released.id,
            descriptor: released.state.descriptor, ownerEnvelope: Digest(hashing: ownerEnvelope),
            custodianEnvelope: Digest(hashing: custodianEnvelope), files: released.state.files)
        let receipt = try await connection.submit(
            .make(.acknowledge(acknowledge), now: machineTime()), signedBy: member.signingKey)
        released.finish()
        return Done(record: record, files: released.state.files.count, receipt: receipt)
    }

    /// One file's ciphertext out of the old vault, checked, into the new one.
    private func pass(_ file: Digest, _ released: Released) async throws {
        let routes = Routes.Organisation(member.organisation.name)
        let missing: Wire.Digests = try await connection.call(
            .post, routes.missing, json: Wire.Digests(digests: [file]))
        guard missing.digests.contains(file) else { return }
        let spool = member.home.folder.folder("spool")
        try spool.make()
        let name = "\(lowercaseHex(Random.bytes(8))).age"
        defer { spool.remove(name) }
        let byteCount = try await released.ciphertext(file, to: spool.file(name))
        _ = try await connection.call(
            .put, routes.blob(file.hex), .file(path: spool.file(name), byteCount: byteCount, digest: file))
    }
}
