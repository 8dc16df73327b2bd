public import API
public import Age
public import Contract
import Files
public import Homes
import Identity
import Remote
import Sealing

extension Member {
    /// Saves files without the patient's permit, openly marked so: nobody outside the custodian can be
    /// granted them until the patient adopts the record. `patient` is whatever the custodian knows the
    /// patient by.
    public func depositCustodial(
        _ files: [SourceFile], patient: String, reason: CustodialReason, kind: AgeKeyKind = .hybrid
    ) async throws -> (record: RecordHandle, receipt: Wire.Receipt) {
        let draft = try spool.part()
        let folder = draft.folder
        defer { withExtendedLifetime(draft) {} }
        let recordKey = AgeIdentity.generate(kind)
        let record = newHandle()
        let sealed = try await SealedFiles(files, to: recordKey.recipient, into: folder)
        let descriptor = try folder.keep(
            try Descriptor(patient: patient, depositedAt: surroundings.now(), files: sealed.files)
                .sealed(to: recordKey.recipient), as: "descriptor.age")
        let envelope = try folder.keep(
            try Envelope.wrap(recordKey, record: record, for: organisation), as: "custodian.age")
        try await connection.send(sealed.blobs + [descriptor, envelope], in: folder, to: organisation.name)
        let deposit = Deposit(
            organisation: organisation.name, record: record, recipientHash: recordKey.recipient.hash,
            descriptor: descriptor.digest, custodianEnvelope: envelope.digest,
            files: sealed.blobs.map(\.digest), suite: kind.suite, custodial: reason, batch: sealed.batch)
        return (record, try await say(.deposit(deposit)))
    }
}
