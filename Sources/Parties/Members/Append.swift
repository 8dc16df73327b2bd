public import API
import Age
public import Contract
import Evidence
import Files
public import Homes
import Manifests
import Remote
import Sealing
public import Workflow

extension Member {
    /// Adds files to a record under the owner's standing consent `grant` (gateway). Throws the contract's reason where
    /// that is over or used up, before anything is opened and sent.
    public func append(
        _ files: [SourceFile], to record: RecordHandle, under grant: StatementID
    ) async throws -> Wire.Receipt {
        guard let state: GrantState = try await connection.state(.grant(grant)) else {
            throw PartyError.rejected(.grantUnknown)
        }
        if let refusal = state.refusal(at: surroundings.now()) { throw PartyError.rejected(refusal) }
        guard state.releasesUsed < state.releasesAllowed else { throw PartyError.rejected(.releasesUsedUp) }
        return try await say(.append(try await appended(files, to: record, under: grant)))
    }

    /// Adds files to a record once its owner agrees to the draft that this gives (gateway).
    public func proposeAppend(_ files: [SourceFile], to record: RecordHandle) async throws -> StatementDraft {
        draft(.append(try await appended(files, to: record, under: nil)))
    }

    /// Seals and sends them, with a key, a descriptor and a manifest of their own.
    private func appended(
        _ files: [SourceFile], to record: RecordHandle, under grant: StatementID?
    ) async throws -> Append {
        let unlocked = try await unlock(.custody(record, .administration))
        let work = try spool.part()
        defer { withExtendedLifetime(work) {} }
        let keys = try unlocked.fetched.wholeKeys()
        guard let additions = keys.additions else { preconditionFailure("these are all keys") }
        let key = AgeIdentity.generate(keys.record.kind)
        let sources = OutlinedSources(files, of: self.keys.signingKey)
        let sealed = try await SealedFiles(sources, to: key.recipient, into: work.folder)
        let added = Descriptor(
            patient: unlocked.descriptor.patient, depositedAt: surroundings.now(), files: sealed.files)
        let manifest = try added.requireManifest()
        let descriptor = try work.folder.keep(
            try added.sealed(to: key.recipient), as: "descriptor.age", .descriptor)
        let list = try work.folder.keep(manifest.encoded(), as: "manifest", .manifest)
        let envelope = try work.folder.keep(
            try Envelope.wrap(key, addedTo: record, for: additions.recipient), as: "key.age",
            .additionEnvelope)
        do {
            try await connection.send(
                sealed.blobs + [list, descriptor, envelope], of: record, in: work.folder, sources: sources,
                to: organisation.name)
        } catch let error as ChangedSourceError {
            throw error.failure
        }
        unlocked.finish()
        return Append(
            organisation: organisation.name, record: record, grant: grant,
            after: unlocked.state.contents, descriptor: descriptor.digest, manifest: list.digest,
            root: manifest.root, batch: sealed.batch, recipientHash: key.recipient.hash,
            envelope: envelope.digest)
    }
}
