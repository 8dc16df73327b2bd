import API
import Contract
import HTTPTypes
import Identity
import Manifests
import Primitives
import Records
import Testing
import Vault

/// A victim's record and an attacker's, both kept by hospital1, the victim's by hospital2 too; and people at both who do
/// whatever the attacker asks.
struct Village {
    let world: World
    let clinician: SigningKey
    private let gateway: SigningKey
    private let receiver: SigningKey
    private let officer: SigningKey
    let victim: World.Deposited
    let shadow: World.Deposited
    private let custodial: World.Deposited
    private let guardian: PublicKey
    private let transferred: (grant: StatementID, release: StatementID)

    init() async throws {
        world = try World()
        clinician = try await world.enrol(world.hospital1, .clinician)
        gateway = try await world.enrol(world.hospital1, .gateway)
        receiver = try await world.enrol(world.hospital2, .gateway)
        officer = try await world.enrol(world.auditor, .officer)
        victim = try await world.deposit(by: clinician, at: world.hospital1)
        shadow = try await world.deposit(by: clinician, at: world.hospital1)
        custodial = try await world.deposit(by: clinician, at: world.hospital1, custodial: true)
        let grant = try await world.grant(
            shadow, to: receiver, of: world.hospital2, kind: .transfer, purpose: .treatment)
        let release = try await world.release(shadow, by: receiver, of: world.hospital2, grant: grant.id)
        #expect(release.answer.status == 200)
        transferred = (grant.id, release.id)
        guardian = SigningKey.generate().key
        let envelope = Random.bytes(20)
        #expect(
            try await world.put(
                envelope, as: .delegateEnvelope, of: shadow.handle, by: shadow.owner, at: world.hospital1
            ).status == 201)
        let delegate = Delegate(
            record: shadow.handle, delegate: guardian, scope: .read, notAfter: world.time.now + 1_000,
            envelope: Digest(hashing: envelope))
        #expect(try await world.submit(.delegate(delegate), by: shadow.owner).answer.status == 200)
        // What the receiver needs besides what an attempt names.
        for (blob, kind) in zip(shadow.blobs, World.Deposited.kinds) {
            #expect(
                try await world.put(blob, as: kind, of: shadow.handle, by: receiver, at: world.hospital2)
                    .status
                    == 201)
        }
        try await transfer(victim)
    }

    func answer(to attempt: Attempt) async throws -> World.Answer {
        let bytes = world.signed(attempt.assertion, by: attempt.signer, agreed: attempt.agreed)
        return try await world.send(.post, Routes.statements, by: attempt.signer, body: bytes)
    }

    private func permit() -> [UInt8] {
        Permit.signed(
            key: .generate(), organisation: world.hospital1, notAfter: world.time.now + 10_000,
            network: world.network)
    }

    func attest(
        _ record: World.Deposited, at name: OrganisationName? = nil
    ) async throws -> World.Answer {
        let name = name ?? world.hospital1
        return try await world.submit(
            .attestErasure(AttestErasure(organisation: name, record: record.handle)),
            by: name == world.hospital1 ? clinician : receiver
        ).answer
    }

    /// Has hospital2 receive the record.
    private func transfer(_ record: World.Deposited) async throws {
        let grant = try await world.grant(
            record, to: receiver, of: world.hospital2, kind: .transfer, purpose: .treatment)
        let release = try await world.release(record, by: receiver, of: world.hospital2, grant: grant.id)
        for (blob, kind) in zip(record.blobs, World.Deposited.kinds) {
            _ = try await world.put(blob, as: kind, of: record.handle, by: receiver, at: world.hospital2)
        }
        let acknowledge = Acknowledge(
            organisation: world.hospital2, record: record.handle, grant: grant.id, release: release.id,
            contents: try contents(of: record),
            ownerEnvelope: record.deposit.ownerEnvelope!,
            custodianEnvelope: record.deposit.custodianEnvelope)
        #expect(try await world.submit(.acknowledge(acknowledge), by: receiver).answer.status == 200)
    }

    /// A record of the very same bytes, brought again.
    func shadowOf(_ record: World.Deposited) async throws -> RecordHandle {
        var deposit = record.deposit
        (deposit.record, deposit.permit) = (RecordHandle(Random.bytes(32))!, permit())
        for (blob, kind) in zip(record.blobs, World.Deposited.kinds) {
            #expect(
                try await world.put(
                    blob, as: kind, of: deposit.record, by: clinician, at: world.hospital1
                ).status == 201)
        }
        #expect(try await world.submit(.deposit(deposit), by: clinician).answer.status == 200)
        return deposit.record
    }

    /// Every statement about the attacker's records that can name a blob, naming `blob` in each role that it has: itself,
    /// or as a file by a manifest. What else they name is stored as they name it.
    func attempts(naming blob: [UInt8]) async throws -> [Attempt] {
        try await deposits(naming: blob) + changes(naming: blob) + grants(naming: blob)
            + transfers(naming: blob)
    }

    /// Bytes with which the attempt is what it should be: the record's own, stored in the role that it names them in.
    func own(for attempt: Attempt) async throws -> [UInt8] {
        if attempt.assertion.kind == .grant, attempt.role == .file { return shadow.files }
        var blob = Random.bytes(20)
        if [.manifest, .grantManifest].contains(attempt.role) {
            // A grant's manifest is of files that the record has.
            let file = attempt.role == .manifest ? blob : shadow.files
            if attempt.role == .manifest { try await put(file, .file, of: attempt) }
            blob = try #require(Manifest(of: [Digest(hashing: file)])).encoded()
        }
        try await put(blob, attempt.role, of: attempt)
        return blob
    }

    private func put(_ blob: [UInt8], _ kind: BlobKind, of attempt: Attempt) async throws {
        let stored = try await world.put(
            blob, as: kind, of: attempt.record, by: attempt.storer, at: attempt.custodian)
        #expect(stored.status == 201, "\(attempt.name)")
    }

    /// Stores a fresh blob of a record at hospital1.
    private func stored(_ kind: BlobKind, of record: RecordHandle) async throws -> Digest {
        let blob = Random.bytes(20)
        #expect(
            try await world.put(blob, as: kind, of: record, by: clinician, at: world.hospital1).status == 201)
        return Digest(hashing: blob)
    }

    /// What a statement says of its files when it names `blob` in `role`: the manifest itself, one that lists it, or one
    /// of the record's own.
    private func contents(
        naming blob: [UInt8], in role: BlobKind, of record: RecordHandle, as kind: BlobKind = .manifest
    ) async throws -> (manifest: Digest, root: Digest) {
        if role == kind {
            let files = blob.split(separator: UInt8(ascii: "\n")).compactMap {
                decodeLowercaseHex(Array($0.prefix(64))).flatMap { Digest($0) }
            }
            return (Digest(hashing: blob), Manifest(of: files)?.root ?? Digest(hashing: []))
        }
        var file = Digest(hashing: blob)
        if role != .file {
            file = kind == .manifest ? try await stored(.file, of: record) : Digest(hashing: shadow.files)
        }
        let manifest = try #require(Manifest(of: [file]))
        let storer = kind == .manifest ? clinician : shadow.owner
        #expect(
            try await world.put(manifest.encoded(), as: kind, of: record, by: storer, at: world.hospital1)
                .status == 201)
        return (Digest(hashing: manifest.encoded()), manifest.root)
    }

    private func deposits(naming blob: [UInt8]) async throws -> [Attempt] {
        var attempts = [Attempt]()
        for role in World.Deposited.kinds {
            for reason in [nil, CustodialReason.patientUnable] where reason == nil || role != .ownerEnvelope {
                let name = "\(reason == nil ? "" : "custodial ")deposit, \(role.name)"
                // The same each time: what is stored for an attempt is there for it when it is made again.
                let record = RecordHandle(Digest(hashing: shadow.handle.bytes + Array(name.utf8)).bytes)!
                func named(_ kind: BlobKind) async throws -> Digest {
                    role == kind ? Digest(hashing: blob) : try await stored(kind, of: record)
                }
                let (manifest, root) = try await contents(naming: blob, in: role, of: record)
                let deposit = Deposit(
                    organisation: world.hospital1, record: record, permit: reason == nil ? permit() : nil,
                    recipientHash: Digest(hashing: [7]), descriptor: try await named(.descriptor),
                    ownerEnvelope: reason == nil ? try await named(.ownerEnvelope) : nil,
                    custodianEnvelope: try await named(.custodianEnvelope), manifest: manifest, root: root,
                    suite: .hybrid, custodial: reason, additionsHash: Digest(hashing: [8]))
                attempts.append(
                    Attempt(
                        name: name, role: role,
                        record: record, custodian: world.hospital1, assertion: .deposit(deposit),
                        signer: clinician, storer: clinician, isAboutTheShadow: false))
            }
        }
        return attempts
    }

    private func changes(naming blob: [UInt8]) async throws -> [Attempt] {
        func attempt(
            _ name: String, _ role: BlobKind, _ assertion: Assertion, by signer: SigningKey,
            agreed: [SigningKey], of record: World.Deposited? = nil
        ) -> Attempt {
            Attempt(
                name: "\(name), \(role.name)", role: role, record: (record ?? shadow).handle,
                custodian: world.hospital1, assertion: assertion, signer: signer, agreed: agreed,
                storer: gateway, isAboutTheShadow: record == nil)
        }
        func named(_ kind: BlobKind, in role: BlobKind) async throws -> Digest {
            role == kind ? Digest(hashing: blob) : try await stored(kind, of: shadow.handle)
        }
        var attempts = [Attempt]()
        for role in [BlobKind.file, .manifest, .descriptor, .additionEnvelope] {
            let (manifest, root) = try await contents(naming: blob, in: role, of: shadow.handle)
            let append = Append(
                organisation: world.hospital1, record: shadow.handle, after: try contents(of: shadow),
                descriptor: try await named(.descriptor, in: role), manifest: manifest, root: root,
                recipientHash: Digest(hashing: [9]), envelope: try await named(.additionEnvelope, in: role))
            attempts.append(attempt("append", role, .append(append), by: clinician, agreed: [shadow.owner]))
        }
        for role in World.Deposited.kinds + [.grantEnvelope, .delegateEnvelope] {
            let (manifest, root) = try await contents(naming: blob, in: role, of: shadow.handle)
            let reseal = Reseal(
                organisation: world.hospital1, record: shadow.handle, recipientHash: Digest(hashing: [8]),
                suite: .hybrid, descriptor: try await named(.descriptor, in: role),
                ownerEnvelope: try await named(.ownerEnvelope, in: role),
                custodianEnvelope: try await named(.custodianEnvelope, in: role), manifest: manifest,
                root: root,
                grants: [
                    Rewrapped(of: transferred.grant, envelope: try await named(.grantEnvelope, in: role))
                ],
                delegates: [
                    Rewrapped(of: guardian, envelope: try await named(.delegateEnvelope, in: role))
                ], additionsHash: Digest(hashing: [9]))
            attempts.append(attempt("reseal", role, .reseal(reseal), by: clinician, agreed: [shadow.owner]))
        }
        let adopt = Adopt(
            organisation: world.hospital1, record: custodial.handle, permit: permit(),
            ownerEnvelope: Digest(hashing: blob))
        attempts.append(
            attempt("adopt", .ownerEnvelope, .adopt(adopt), by: gateway, agreed: [], of: custodial))
        let reassign = Reassign(
            organisation: world.hospital1, record: shadow.handle, permit: permit(),
            ownerEnvelope: Digest(hashing: blob), secondOrganisation: world.auditor, second: officer.key)
        attempts.append(
            attempt("reassign", .ownerEnvelope, .reassign(reassign), by: gateway, agreed: [officer]))
        return attempts
    }

    private func grants(naming blob: [UInt8]) async throws -> [Attempt] {
        func attempt(
            _ name: String, _ role: BlobKind, _ assertion: Assertion, by signer: SigningKey,
            agreed: [SigningKey] = [], storer: SigningKey
        ) -> Attempt {
            Attempt(
                name: "\(name), \(role.name)", role: role, record: shadow.handle, custodian: world.hospital1,
                assertion: assertion, signer: signer, agreed: agreed, storer: storer)
        }
        let digest = Digest(hashing: blob)
        var grant = Grant(
            record: shadow.handle, organisation: world.hospital2, grantee: receiver.key, kind: .read,
            purpose: .treatment, notBefore: world.time.now, notAfter: world.time.now + 1_000, releases: 2,
            envelope: digest)
        var attempts = [
            attempt("grant", .grantEnvelope, .grant(grant), by: shadow.owner, storer: shadow.owner)
        ]
        grant.coverage = .part
        for role in [BlobKind.grantEnvelope, .grantManifest, .file] {
            grant.envelope =
                role == .grantEnvelope ? digest : try await stored(.grantEnvelope, of: shadow.handle)
            let (manifest, root) = try await contents(
                naming: blob, in: role, of: shadow.handle, as: .grantManifest)
            (grant.manifest, grant.root) = (manifest, root)
            attempts.append(
                attempt("grant of single files", role, .grant(grant), by: shadow.owner, storer: shadow.owner))
        }
        let delegate = Delegate(
            record: shadow.handle, delegate: SigningKey.generate().key, scope: .read,
            notAfter: world.time.now + 1_000, envelope: digest)
        let second = try await world.enrol(world.hospital1, .clinician)
        let emergency = Emergency(
            organisation: world.hospital1, record: shadow.handle, readerOrganisation: world.hospital1,
            reader: clinician.key, second: second.key, reason: .unconscious,
            notAfter: world.time.now + 600, envelope: digest)
        return attempts + [
            attempt(
                "delegate", .delegateEnvelope, .delegate(delegate), by: shadow.owner, storer: shadow.owner),
            attempt(
                "emergency", .emergencyEnvelope, .emergency(emergency), by: clinician, agreed: [second],
                storer: clinician),
        ]
    }

    /// A receiver names envelopes; what else it must have is what the record is made of.
    private func transfers(naming blob: [UInt8]) async throws -> [Attempt] {
        try [BlobKind.ownerEnvelope, .custodianEnvelope].map { role in
            func named(_ kind: BlobKind, else own: Digest?) -> Digest {
                role == kind ? Digest(hashing: blob) : own!
            }
            let acknowledge = Acknowledge(
                organisation: world.hospital2, record: shadow.handle, grant: transferred.grant,
                release: transferred.release, contents: try contents(of: shadow),
                ownerEnvelope: named(.ownerEnvelope, else: shadow.deposit.ownerEnvelope),
                custodianEnvelope: named(.custodianEnvelope, else: shadow.deposit.custodianEnvelope))
            return Attempt(
                name: "acknowledge, \(role.name)", role: role, record: shadow.handle,
                custodian: world.hospital2, assertion: .acknowledge(acknowledge), signer: receiver,
                storer: receiver)
        }
    }

    private func contents(of record: World.Deposited) throws -> StatementID {
        try #require(try world.records.state(.record(record.handle), as: RecordState.self)).contents
    }
}

/// A statement that would name a blob which is not the record's.
struct Attempt {
    let name: String
    let role: BlobKind
    let record: RecordHandle
    let custodian: OrganisationName
    let assertion: Assertion
    let signer: SigningKey
    var agreed: [SigningKey] = []
    /// Who stores what it names.
    let storer: SigningKey
    var isAboutTheShadow = true

    /// Refused because of what it names, not by the contract: a grant's manifest may list what the record has only.
    func isRefused(_ answer: World.Answer) -> Bool {
        answer.status == 409 && answer.problem?.type == .conflict
            || assertion.kind == .grant && answer.problem?.type == .malformed
    }
}
