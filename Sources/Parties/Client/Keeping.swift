public import API
public import Age
public import Contract
import Files
import Foundation
import Identity
import Primitives
public import Remote

/// What a custodian's members do with records after they were deposited. What needs a record's key is a
/// gateway's to do, which holds the key of custodian's envelopes; each such look is released on the ledger.
public struct Keeping: Sendable {
    let member: Member
    let connection: Connection
    private var name: OrganisationName { member.organisation.name }
    private var spool: Folder { member.home.folder.folder("spool") }

    public init(_ member: Member, _ connection: Connection) {
        self.member = member
        self.connection = connection
    }

    private func submit(_ assertion: Assertion) async throws -> Wire.Receipt {
        try await connection.submit(.make(assertion, now: machineTime()), signedBy: member.signingKey)
    }

    /// A folder for ciphertext on its way, removed afterwards.
    private func spooled<Result>(_ body: (Folder) async throws -> Result) async throws -> Result {
        let draft = spool.folder(lowercaseHex(Random.bytes(8)))
        try spool.make()
        try draft.make()
        defer { spool.remove(draft.name) }
        return try await body(draft)
    }

    private func keep(_ bytes: [UInt8], as name: String, in folder: Folder) throws -> DepositJournal.Blob {
        try folder.write(bytes, as: name)
        return .init(name: name, digest: Digest(hashing: bytes), byteCount: bytes.count)
    }

    private func put(_ bytes: [UInt8]) async throws -> Digest {
        let digest = Digest(hashing: bytes)
        _ = try await connection.call(
            .put, Routes.Organisation(name).blob(digest.hex),
            .bytes(bytes, type: "application/octet-stream"))
        return digest
    }

    // MARK: No permit at hand

    /// Saves files without the patient's permit, openly marked so: nobody outside the custodian can be
    /// granted them until the patient adopts the record. `patient` is whatever the custodian knows the
    /// patient by.
    public func depositCustodial(
        _ paths: [String], patient: String, reason: CustodialReason, kind: AgeKeyKind = .hybrid
    ) async throws -> (record: RecordHandle, receipt: Wire.Receipt) {
        let sources = try FileSealing.sources(paths)
        let batch = try FileSealing.batchRoot(of: sources)
        return try await spooled { folder in
            let key = AgeIdentity.generate(kind)
            guard let record = RecordHandle(Random.bytes(32)) else {
                preconditionFailure("a handle has 32 bytes")
            }
            let (files, blobs) = try FileSealing.seal(sources, to: key.recipient, into: folder)
            let descriptor = try keep(
                try Descriptor(patient: patient, depositedAt: machineTime(), files: files)
                    .sealed(to: key.recipient), as: "descriptor.age", in: folder)
            let envelope = try keep(
                try Envelope.wrap(key, record: record, for: member.organisation), as: "custodian.age",
                in: folder)
            try await connection.send(blobs + [descriptor, envelope], in: folder, to: name)
            let deposit = Deposit(
                organisation: name, record: record, recipientHash: key.recipient.hash,
                descriptor: descriptor.digest, custodianEnvelope: envelope.digest, files: blobs.map(\.digest),
                suite: kind.suite, custodial: reason, batch: batch)
            return (record, try await submit(.deposit(deposit)))
        }
    }

    /// Gives a custodial record its owner, the patient of that number, by one of the patient's permits
    /// (gateway).
    public func adopt(_ record: RecordHandle, patient number: String) async throws -> Wire.Receipt {
        let desk = try Desk(member, connection)
        let patient = try await desk.patient(number)
        guard let permit = try await desk.permit(of: patient, for: record.bytes) else {
            throw Problem.rejected(.permitMissing)
        }
        let unlocked = try await unlock(record)
        let envelope = try await put(try Envelope.wrap(unlocked.key, record: record, for: patient))
        unlocked.released.finish()
        return try await submit(
            .adopt(Adopt(organisation: name, record: record, permit: permit, ownerEnvelope: envelope)))
    }

    private func unlock(_ record: RecordHandle) async throws -> Unlocked {
        try await Fetching(member, connection).unlock(.custody(record, .administration))
    }

    // MARK: A record that changes

    /// Adds files to a record under the owner's standing consent `grant` (gateway). Without one the result is
    /// a draft that the owner has to agree to.
    public func append(
        _ paths: [String], to record: RecordHandle, grant: StatementID?
    ) async throws -> StatementDraft {
        let sources = try FileSealing.sources(paths)
        let batch = try FileSealing.batchRoot(of: sources)
        // Known before anything is opened and sent.
        if let grant { try await requireUsable(grant) }
        let unlocked = try await unlock(record)
        return try await spooled { folder in
            let (files, blobs) = try FileSealing.seal(sources, to: unlocked.key.recipient, into: folder)
            var whole = unlocked.descriptor
            whole.files += files
            let descriptor = try keep(
                try whole.sealed(to: unlocked.key.recipient), as: "descriptor.age", in: folder)
            try await connection.send(blobs + [descriptor], in: folder, to: name)
            unlocked.released.finish()
            let append = Append(
                organisation: name, record: record, grant: grant, descriptor: descriptor.digest,
                files: blobs.map(\.digest), batch: batch)
            return draft(.append(append))
        }
    }

    /// Throws the contract's reason where a standing consent is over or used up.
    private func requireUsable(_ id: StatementID) async throws {
        guard let grant: GrantState = try await connection.state(.grant(id)) else {
            throw Problem.rejected(.grantUnknown)
        }
        if let refusal = grant.refusal(at: machineTime()) { throw Problem.rejected(refusal) }
        guard grant.releasesUsed < grant.releasesAllowed else { throw Problem.rejected(.releasesUsedUp) }
    }

    /// Seals a record anew under a fresh key: its files, its descriptor, and an envelope for the owner, the
    /// custodian and each member whose grant is in force (gateway). A draft that the owner has to agree to;
    /// until then nothing changes. Delegates have to be named anew by the owner.
    public func reseal(_ record: RecordHandle, kind: AgeKeyKind = .hybrid) async throws -> StatementDraft {
        let unlocked = try await unlock(record)
        let desk = try Desk(member, connection)
        let patient = try await desk.patient(unlocked.descriptor.patient)
        let key = AgeIdentity.generate(kind)
        return try await spooled { folder in
            var whole = unlocked.descriptor
            var blobs = [DepositJournal.Blob]()
            for index in whole.files.indices {
                let blob = try await resealed(
                    whole.files[index], unlocked, to: key.recipient, as: "\(index).age", in: folder)
                whole.files[index].ciphertext = blob.digest
                blobs.append(blob)
            }
            let descriptor = try keep(try whole.sealed(to: key.recipient), as: "descriptor.age", in: folder)
            let owner = try keep(
                try Envelope.wrap(key, record: record, for: patient), as: "owner.age", in: folder)
            let custodian = try keep(
                try Envelope.wrap(key, record: record, for: member.organisation), as: "custodian.age",
                in: folder)
            let granted = try await rewrapped(key, record, in: folder)
            try await connection.send(
                blobs + [descriptor, owner, custodian] + granted.map(\.blob), in: folder, to: name)
            unlocked.released.finish()
            let reseal = Reseal(
                organisation: name, record: record, recipientHash: key.recipient.hash, suite: kind.suite,
                descriptor: descriptor.digest, ownerEnvelope: owner.digest,
                custodianEnvelope: custodian.digest, files: blobs.map(\.digest),
                grants: granted.map { Rewrapped(of: $0.grant, envelope: $0.blob.digest) }
                    .sorted { $0.of < $1.of }, delegates: [])
            return draft(.reseal(reseal))
        }
    }

    /// One file out of the vault, opened and sealed anew; the plaintext is on this disk only as long as that
    /// takes.
    private func resealed(
        _ file: Descriptor.File, _ unlocked: Unlocked, to recipient: AgeRecipient, as name: String,
        in folder: Folder
    ) async throws -> DepositJournal.Blob {
        let (old, plain) = ("old.age", "plain")
        defer {
            folder.remove(old)
            folder.remove(plain)
        }
        _ = try await unlocked.released.ciphertext(file.ciphertext, to: folder.file(old))
        let opened = try openFile(
            at: folder.file(old), to: folder.file(plain), with: .identity(unlocked.key), hashing: .plaintext)
        guard opened.sha256 == file.sha256.bytes else {
            throw ClientFailure.unverified("a file of the record is not what its descriptor says")
        }
        let sealed = try sealFile(
            at: folder.file(plain), to: folder.file(name), for: .recipients([recipient]),
            hashing: [.ciphertext])
        guard let digest = Digest(sealed.sha256) else { preconditionFailure("SHA-256 has 32 bytes") }
        return .init(name: name, digest: digest, byteCount: sealed.byteCount)
    }

    /// An envelope with the new key for each grant to a member that is in force; whose identity does not hold
    /// any more is left out, and opens nothing any more.
    private func rewrapped(
        _ key: AgeIdentity, _ record: RecordHandle, in folder: Folder
    ) async throws -> [(grant: StatementID, blob: DepositJournal.Blob)] {
        let checkpoint = try await member.home.remembered.advance(connection)
        var all = [(grant: StatementID, blob: DepositJournal.Blob)]()
        for position in try await connection.positions(about: record.bytes, kind: .grant) {
            let statement = try await connection.statement(at: position)
            guard case .grant(let grant) = statement.assertion, grant.record == record, grant.kind != .append,
                let grantee = grant.grantee,
                let state: GrantState = try await connection.state(.grant(statement.id)), !state.revoked,
                machineTime() < state.notAfter, all.count < Limits.rewrappedMax,
                let holder = try? await connection.verifiedMember(grantee, under: checkpoint)
            else { continue }
            let envelope = try Envelope.wrap(
                key, record: record, nonce: statement.statement.nonce, notAfter: grant.notAfter, for: holder)
            all.append(
                (statement.id, try keep(envelope, as: "\(all.count).envelope.age", in: folder)))
        }
        return all
    }

    private func draft(_ assertion: Assertion) -> StatementDraft {
        StatementDraft(
            assertion, signer: member.signingKey.key, network: member.network.id, now: machineTime())
    }

    // MARK: Erasing and keeping

    /// Attests that what had to be erased is gone. The server erases it before it has that ordered.
    public func attestErasure(of record: RecordHandle) async throws -> Wire.Receipt {
        try await submit(.attestErasure(AttestErasure(organisation: name, record: record)))
    }

    /// The records of this custodian that their owners have ordered to be erased and that it has not attested
    /// yet.
    public func removals() async throws -> [(record: RecordHandle, since: LedgerTime, held: HoldState?)] {
        var all = [(record: RecordHandle, since: LedgerTime, held: HoldState?)]()
        for position in try await connection.positions(about: nil, kind: .remove) {
            guard case .remove(let it) = try await connection.statement(at: position).assertion,
                let record: RecordState = try await connection.state(.record(it.record)),
                let removed = record.removed,
                let custody: CustodyState = try await connection.state(.custody(it.record, name)),
                custody.erased == nil
            else { continue }
            all.append((it.record, removed, custody.hold))
        }
        return all
    }

    /// Keeps a record whatever its owner orders, until a time, openly; nil lifts the hold (registrar).
    public func hold(
        _ record: RecordHandle, reason: HoldReason, until: LedgerTime?
    ) async throws -> Wire.Receipt {
        try await submit(.hold(Hold(organisation: name, record: record, reason: reason, until: until)))
    }

    // MARK: Transfers

    /// Signs what was sent under a transfer, hash by hash: the sender's half of the receipt.
    public func dispatch(_ release: StatementID) async throws -> Wire.Receipt {
        guard let state: ReleaseState = try await connection.state(.release(release)) else {
            throw Problem.rejected(.releaseMissing)
        }
        guard let grant = state.grant,
            let record: RecordState = try await connection.state(.record(state.record))
        else { throw Problem.rejected(.releaseMissing) }
        return try await submit(
            .dispatch(
                Dispatch(
                    organisation: name, record: state.record, grant: grant, release: release,
                    descriptor: record.descriptor, files: record.files)))
    }

    // MARK: A lost wallet

    /// Gives a record to the new wallet of the patient of that number, by a permit of that wallet (gateway).
    /// A draft to which a member of a second organisation has to agree; it takes effect after a delay, unless
    /// the old wallet vetoes it.
    public func reassign(
        _ record: RecordHandle, patient number: String, with second: PublicKey,
        of secondOrganisation: OrganisationName
    ) async throws -> StatementDraft {
        let desk = try Desk(member, connection)
        let patient = try await desk.patient(number)
        guard let permit = try await desk.permit(of: patient, for: record.bytes) else {
            throw Problem.rejected(.permitMissing)
        }
        let unlocked = try await unlock(record)
        let envelope = try await put(try Envelope.wrap(unlocked.key, record: record, for: patient))
        unlocked.released.finish()
        return draft(
            .reassign(
                Reassign(
                    organisation: name, record: record, permit: permit, ownerEnvelope: envelope,
                    secondOrganisation: secondOrganisation, second: second)))
    }

    // MARK: Emergencies

    /// Leaves an envelope for a clinician in the vault, to be named by an emergency (gateway). It is served
    /// to nobody before two clinicians have declared one.
    public func emergencyEnvelope(
        _ record: RecordHandle, reader: PublicKey
    ) async throws -> Digest {
        let checkpoint = try await member.home.remembered.advance(connection)
        let holder = try await connection.verifiedMember(reader, under: checkpoint)
        let unlocked = try await unlock(record)
        let envelope = try await put(try Envelope.wrap(unlocked.key, record: record, forEmergency: holder))
        unlocked.released.finish()
        return envelope
    }

    /// A draft of an emergency, to which the second clinician has to agree.
    public func emergency(
        _ record: RecordHandle, reader: PublicKey, of organisation: OrganisationName, second: PublicKey,
        reason: EmergencyReason, hours: Int, envelope: Digest?
    ) throws -> StatementDraft {
        guard (1...24).contains(hours) else {
            throw ClientFailure.badInput("an emergency lasts 1 to 24 hours")
        }
        return draft(
            .emergency(
                Emergency(
                    organisation: name, record: record, readerOrganisation: organisation, reader: reader,
                    second: second, reason: reason, notAfter: machineTime() + UInt64(hours) * 3_600,
                    envelope: envelope)))
    }
}
