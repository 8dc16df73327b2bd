import Contract
import Glibc
import Identity
import Ledger
import Primitives
import SQLiteLedger
import Synchronization
import Testing

/// A network of a hospital and an insurer with a member each, and what they and a patient may say.
struct TestNetwork: Sendable {
    static let created: LedgerTime = 1_800_000_000

    let ledgerKey = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 1, count: 32)))
    let hospitalRoot = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 2, count: 32)))
    let insurerRoot = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 3, count: 32)))
    let clinician = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 4, count: 32)))
    let officer = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 5, count: 32)))
    let hospitalValidator = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 6, count: 32)))
    let insurerValidator = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
    let hospital = OrganisationName("hospital1")!
    let insurer = OrganisationName("insurer")!
    let genesis: Genesis
    /// The genesis file.
    let file: [UInt8]
    let network: NetworkID

    /// `authorities` are the hashes of organisations' authorities; who is named there and is none of the two
    /// is a second hospital.
    init(
        origin: String = "medseal/test", quorum: Quorum = .none, timeStep: UInt64 = 1,
        authorities: [String: Digest] = [:]
    ) {
        func organisation(
            _ name: OrganisationName, _ kind: OrganisationKind, _ root: SigningKey, _ validator: SigningKey
        ) -> Genesis.Organisation {
            .init(
                name: name, kind: kind, root: root.key, validator: validator.key,
                authorityHash: authorities[name.description] ?? digest(1),
                recordsRecipientHash: digest(2), deskRecipientHash: digest(3))
        }
        let more = Set(authorities.keys).subtracting([hospital, insurer].map(\.description)).sorted().map {
            name in
            (OrganisationName(name)!, SigningKey.generate(), SigningKey.generate())
        }
        genesis = Genesis(
            origin: OriginName(origin)!, ledgerKey: ledgerKey.key, created: Self.created,
            organisations: [
                organisation(hospital, .hospital, hospitalRoot, hospitalValidator),
                organisation(insurer, .insurer, insurerRoot, insurerValidator),
            ] + more.map { organisation($0.0, .hospital, $0.1, $0.2) }, quorum: quorum, timeStep: timeStep)
        file = genesis.signed(by: [hospitalRoot, insurerRoot] + more.map(\.1))
        network = Genesis.networkID(of: file)
    }

    // MARK: Statements

    func sign(
        _ assertion: Assertion, by key: SigningKey, agreed other: SigningKey? = nil,
        now: LedgerTime = Self.created
    ) -> [UInt8] {
        var statement = Statement.make(assertion, now: now)
        if let other { statement = statement.agreed(by: other, signer: key.key, network: network) }
        return statement.signed(by: key, network: network)
    }

    func id(of statement: [UInt8]) -> StatementID {
        try! SignedStatement(statement, network: network).verified()!.id
    }

    func enrol(
        _ member: SigningKey, _ role: Role, of organisation: OrganisationName, by root: SigningKey
    ) -> [UInt8] {
        sign(
            .enrol(
                Enrol(
                    organisation: organisation, member: member.key, role: role, recipientHash: digest(4),
                    certificateHash: digest(5), expires: Self.created + 1_000_000, suite: .hybrid)), by: root,
            agreed: member)
    }

    /// The statements that make the clinician and the officer members.
    var enrolments: [[UInt8]] {
        [
            enrol(clinician, .clinician, of: hospital, by: hospitalRoot),
            enrol(officer, .officer, of: insurer, by: insurerRoot),
        ]
    }

    /// A deposit of `record` under a fresh permit by `owner`.
    func deposit(
        _ record: RecordHandle = .random(), owner: SigningKey = .generate(), now: LedgerTime = Self.created
    ) -> [UInt8] {
        let permit = Permit.signed(
            key: owner, organisation: hospital, notAfter: Self.created + 1_000_000, network: network)
        return sign(
            .deposit(
                Deposit(
                    organisation: hospital, record: record, permit: permit, recipientHash: digest(6),
                    descriptor: digest(7), ownerEnvelope: digest(8), custodianEnvelope: digest(9),
                    manifest: digest(10), root: digest(11), suite: .hybrid, additionsHash: digest(12))),
            by: clinician, now: now)
    }

    func grant(_ record: RecordHandle, owner: SigningKey, releases: UInt64 = 10_000) -> [UInt8] {
        sign(
            .grant(
                Grant(
                    record: record, organisation: insurer, grantee: officer.key, kind: .read, purpose: .claim,
                    notBefore: Self.created, notAfter: Self.created + 100_000, releases: releases,
                    envelope: digest(11), request: nil)), by: owner)
    }

    func release(_ record: RecordHandle, under grant: StatementID) -> [UInt8] {
        sign(
            .release(
                Release(organisation: insurer, record: record, custodian: hospital, grant: grant, basis: nil)),
            by: officer)
    }

    func request() -> [UInt8] {
        sign(
            .request(
                Request(
                    organisation: insurer, custodian: hospital, purpose: .claim,
                    notAfter: Self.created + 100_000,
                    letter: digest(12))), by: officer)
    }

    // MARK: Ledgers

    func open(
        _ directory: TestDirectory, clock: @escaping @Sendable () -> UInt64 = { TestNetwork.created + 10 }
    ) throws -> EmbeddedLedger {
        try EmbeddedLedger(directory: directory.path, genesis: file, key: ledgerKey, clock: clock)
    }

    /// A ledger with the two members enrolled.
    func make(
        in directory: TestDirectory, clock: @escaping @Sendable () -> UInt64 = { TestNetwork.created + 10 }
    ) async throws -> EmbeddedLedger {
        try EmbeddedLedger.create(at: directory.path, genesis: file)
        let ledger = try open(directory, clock: clock)
        for statement in enrolments { try await ledger.commit(statement) }
        return ledger
    }
}

func digest(_ number: UInt8) -> Digest { Digest([UInt8](repeating: number, count: 32))! }

extension Bytes32 where Meaning == RecordMeaning {
    static func random() -> RecordHandle { RecordHandle(Random.bytes(32))! }
}

extension ConsentLedger {
    /// Submits what must be accepted.
    @discardableResult
    func commit(
        _ statement: [UInt8], sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Receipt {
        switch try await submit(statement) {
        case .committed(let receipt): return receipt
        case .rejected(let code):
            Issue.record("refused: \(code.explanation)", sourceLocation: sourceLocation)
            throw code
        }
    }

    /// The code that the statement is refused with, or nil.
    func refusal(of statement: [UInt8]) async throws -> RejectionCode? {
        if case .rejected(let code) = try await submit(statement) { code } else { nil }
    }
}
