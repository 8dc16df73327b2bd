public import API
import Age
public import Contract
import Files
public import Homes
import Remote
import Sealing

extension Member {
    /// Adds files to a record under the owner's standing consent `grant` (gateway). Throws the contract's reason where
    /// that is over or used up, before anything is opened and sent.
    public func append(
        _ files: [SourceFile], to record: RecordHandle, under grant: StatementID
    ) async throws -> Wire.Receipt {
        guard let state: GrantState = try await connection.state(.grant(grant)) else {
            throw Problem.rejected(.grantUnknown)
        }
        if let refusal = state.refusal(at: surroundings.now()) { throw Problem.rejected(refusal) }
        guard state.releasesUsed < state.releasesAllowed else { throw Problem.rejected(.releasesUsedUp) }
        return try await say(.append(try await appended(files, to: record, under: grant)))
    }

    /// Adds files to a record once its owner agrees to the draft that this gives (gateway).
    public func proposeAppend(_ files: [SourceFile], to record: RecordHandle) async throws -> StatementDraft {
        draft(.append(try await appended(files, to: record, under: nil)))
    }

    /// Seals and sends them, with a descriptor of the whole record.
    private func appended(
        _ files: [SourceFile], to record: RecordHandle, under grant: StatementID?
    ) async throws -> Append {
        let unlocked = try await unlock(.custody(record, .administration))
        let work = try spool.part()
        defer { withExtendedLifetime(work) {} }
        let sealed = try await SealedFiles(files, to: unlocked.key.recipient, into: work.folder)
        var whole = unlocked.descriptor
        whole.files += sealed.files
        let descriptor = try work.folder.keep(
            try whole.sealed(to: unlocked.key.recipient), as: "descriptor.age", .descriptor)
        try await connection.send(
            sealed.blobs + [descriptor], of: record, in: work.folder, to: organisation.name)
        unlocked.released.finish()
        return Append(
            organisation: organisation.name, record: record, grant: grant, descriptor: descriptor.digest,
            files: sealed.blobs.map(\.digest), batch: sealed.batch)
    }
}
