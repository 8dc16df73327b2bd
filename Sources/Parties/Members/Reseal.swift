import API
public import Age
public import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Manifests
import Primitives
import Remote
import Sealing
public import Workflow

extension Member {
    /// Seals a record anew under fresh keys: its files, its descriptor, and an envelope for the owner, the
    /// custodian and each member whose grant is in force (gateway). A draft that the owner has to agree to;
    /// until then nothing changes. Delegates have to be named anew by the owner.
    public func reseal(_ record: RecordHandle, kind: AgeKeyKind = .hybrid) async throws -> StatementDraft {
        let unlocked = try await unlock(.custody(record, .administration))
        let patient = try await patient(unlocked.descriptor.patient)
        let keys = RecordKeys.generate(kind)
        guard let additions = keys.additions else { preconditionFailure("these are all keys") }
        let work = try spool.part()
        defer { withExtendedLifetime(work) {} }
        let folder = work.folder
        var whole = unlocked.descriptor
        var blobs = [SealedBlob]()
        for index in whole.files.indices {
            try Task.checkCancellation()
            let blob = try await resealed(
                whole.files[index], unlocked, to: keys.record.recipient, as: "\(index).age", in: folder)
            whole.files[index].ciphertext = blob.digest
            blobs.append(blob)
        }
        let manifest = try whole.requireManifest()
        let list = try folder.keep(manifest.encoded(), as: "manifest", .manifest)
        let descriptor = try folder.keep(
            try whole.sealed(to: keys.record.recipient), as: "descriptor.age", .descriptor)
        let owner = try folder.keep(
            try Envelope.wrap(keys, record: record, for: patient), as: "owner.age", .ownerEnvelope)
        let custodian = try folder.keep(
            try Envelope.wrap(keys, record: record, for: organisation), as: "custodian.age",
            .custodianEnvelope)
        let granted = try await rewrapped(keys, record, unlocked.state, in: folder)
        try await connection.send(
            blobs + [list, descriptor, owner, custodian] + granted.map(\.blob), of: record, in: folder,
            to: organisation.name)
        unlocked.finish()
        // The owner sees by these that all files are there again, and no other.
        return draft(
            .reseal(
                Reseal(
                    organisation: organisation.name, record: record,
                    recipientHash: keys.record.recipient.hash, suite: kind.suite,
                    descriptor: descriptor.digest, ownerEnvelope: owner.digest,
                    custodianEnvelope: custodian.digest, manifest: list.digest,
                    root: manifest.root,
                    grants: granted.map { Rewrapped(of: $0.grant, envelope: $0.blob.digest) }
                        .sorted { $0.of < $1.of }, delegates: [],
                    additionsHash: additions.recipient.hash)),
            enclosing: [try folder.read(owner.name), try folder.read(descriptor.name)])
    }

    /// One file out of the vault, opened and sealed anew; its plaintext is in memory only, a piece at a time.
    private func resealed(
        _ file: Descriptor.File, _ unlocked: ReleasedRecord, to recipient: AgeRecipient, as name: String,
        in folder: Folder
    ) async throws -> SealedBlob {
        let old = "old.age"
        defer { folder.remove(old) }
        _ = try await unlocked.ciphertext(file.ciphertext, to: folder.file(old))
        let conduit = Conduit(opening: folder.file(old), with: unlocked.fetched.key(of: file))
        var source = conduit.source
        let sealed: SealedFile
        do {
            sealed = try sealFile(
                from: &source, to: folder.file(name), for: .recipients([recipient]), hashing: [.ciphertext])
        } catch {
            conduit.abandon()
            throw error
        }
        guard try conduit.opened().plaintextSHA256 == file.sha256.bytes else {
            folder.remove(name)
            throw PartyError.unverified("a file of the record is not what its descriptor says")
        }
        guard let digest = Digest(sealed.sha256) else { preconditionFailure("SHA-256 has 32 bytes") }
        return SealedBlob(name: name, blob: BlobName(digest, .file), byteCount: sealed.byteCount)
    }

    /// An envelope with the new keys for each grant to a member that is in force and for all there is; whose identity does
    /// not hold any more is left out, and opens nothing any more.
    private func rewrapped(
        _ keys: RecordKeys, _ record: RecordHandle, _ whole: RecordState, in folder: Folder
    ) async throws -> [(grant: StatementID, blob: SealedBlob)] {
        let checkpoint = try await remembered.advance(connection)
        var all = [(grant: StatementID, blob: SealedBlob)]()
        for position in try await connection.positions(about: record.bytes, kind: .grant) {
            let statement = try await connection.statement(at: position)
            guard case .grant(let grant) = statement.assertion, grant.record == record, grant.kind != .append,
                grant.coverage != .part,
                let grantee = grant.grantee,
                let state: GrantState = try await connection.state(.grant(statement.id)), !state.revoked,
                state.covered(of: whole).count == whole.parts.count, surroundings.now() < state.notAfter,
                all.count < Limits.rewrappedMax,
                let holder = try? await connection.verifiedMember(grantee, under: checkpoint)
            else { continue }
            let granted =
                state.kind == .transfer || state.coverage == .growing
                ? keys : RecordKeys(present: keys.record)
            let envelope = try Envelope.wrap(
                granted, record: record, nonce: statement.statement.nonce, notAfter: grant.notAfter,
                for: holder)
            all.append(
                (statement.id, try folder.keep(envelope, as: "\(all.count).envelope.age", .grantEnvelope)))
        }
        return all
    }
}
