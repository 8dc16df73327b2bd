public import API
public import Contract
import Evidence
import Files
import Homes
import Identity
import Manifests
import Remote
import Sealing
import Workflow

/// A record that was received.
public struct Received: Sendable {
    public let record: RecordHandle
    public let files: Int
    /// Nil when the organisation was custodian already.
    public let receipt: Wire.Receipt?
}

extension Member {
    /// Receives a record from another custodian under a transfer grant: the same bytes into the own vault, the
    /// key wrapped anew for the own organisation, and the acknowledgement on the ledger.
    ///
    /// Throws `Problem` when the contract refuses: no grant, not a transfer, revoked, expired. Again after an
    /// interruption is harmless.
    public func receive(
        _ id: StatementID, progress: (_ files: Int, _ of: Int) -> Void = { _, _ in }
    ) async throws -> Received {
        let granted = try await connection.read(under: nil) { ledger throws(Pause) in try ledger.granted(id) }
        let record = granted.grant.record
        guard granted.grant.kind == .transfer else { throw PartyError.rejected(.grantOfOtherKind) }
        guard organisation.kind.isCustodian else { throw PartyError.rejected(.organisationKindNotAllowed) }
        let custody: CustodyState? = try await connection.state(.custody(record, organisation.name))
        guard custody == nil else { return Received(record: record, files: 0, receipt: nil) }
        let reader = keys.reader
        let order = try await connection.read(under: nil) { ledger throws(Pause) in
            try ledger.order(granted, by: reader)
        }
        guard order.isWhole else { throw PartyError.rejected(.superseded) }
        // Opened to be sure that the record is whole; nothing of it is kept.
        let released = try await ReleasedRecord(order, home: keys.home.folder, connection)
        let manifests = try released.fetched.parts.map { try $0.descriptor.requireManifest() }
        let ownerEnvelope = try await ownerEnvelope(of: released)
        let custodianEnvelope = try Envelope.wrap(
            released.fetched.wholeKeys(), record: record, for: organisation)
        let files = manifests.flatMap(\.files)
        for (index, file) in files.enumerated() {
            try Task.checkCancellation()
            try await pass(file, of: record, released)
            progress(index + 1, files.count)
        }
        for (blob, bytes) in released.fetched.opened?.sealed ?? [] {
            _ = try await put(bytes, as: blob.kind, of: record)
        }
        for manifest in manifests { _ = try await put(manifest.encoded(), as: .manifest, of: record) }
        _ = try await put(ownerEnvelope, as: .ownerEnvelope, of: record)
        _ = try await put(custodianEnvelope, as: .custodianEnvelope, of: record)
        let receipt = try await say(
            .acknowledge(
                Acknowledge(
                    organisation: organisation.name, record: record, grant: id, release: released.release,
                    contents: released.state.contents, ownerEnvelope: Digest(hashing: ownerEnvelope),
                    custodianEnvelope: Digest(hashing: custodianEnvelope))))
        released.finish()
        return Received(record: record, files: files.count, receipt: receipt)
    }

    /// The envelope for the record's present owner.
    private func ownerEnvelope(of released: ReleasedRecord) async throws -> [UInt8] {
        let order = released.fetched.order
        let custody: CustodyState? = try await connection.state(.custody(order.record, order.custodian))
        guard let custody,
            let digest = order.state.ownerEnvelope(in: custody, of: order.custodian, at: surroundings.now())
        else { throw PartyError.refused("the record has no owner yet") }
        return try await released.bytes(digest)
    }

    /// One file's ciphertext out of the old vault, checked, into the new one.
    private func pass(
        _ file: Digest, of record: RecordHandle, _ released: ReleasedRecord
    ) async throws {
        let routes = Routes.Organisation(organisation.name)
        let blob = BlobName(file, .file)
        let missing: Wire.BlobNames = try await connection.call(
            .post, routes.missing(in: record.hex), json: Wire.BlobNames(blobs: [blob]))
        guard missing.blobs.contains(blob) else { return }
        let work = try spool.part()
        defer { withExtendedLifetime(work) {} }
        let name = "\(file).age"
        let byteCount = try await released.ciphertext(file, to: work.folder.file(name))
        _ = try await connection.call(
            .put, routes.blob(blob.text, of: record.hex),
            .stream(
                RepeatableContent(of: name, in: work.folder, byteCount: byteCount, digest: file)))
    }
}
