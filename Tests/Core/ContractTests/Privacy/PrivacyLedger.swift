import Contract

@testable import ContractCases

/// The ledger of some hundred patients over a year, as careful clients write it; and as careless ones do.
///
/// A careful client takes a new key for everything, rounds every number that it may choose to one that many
/// choose, names a request in no more than one grant, and lets time pass between what it says about one record
/// and about another.
struct PrivacyLedger {
    /// What a client does that gives its patient away.
    enum Habit: CaseIterable {
        /// A stock of permits ends at the second, a year after it was made.
        case permitsOfOneStock
        /// What one approval grants is signed with one set of times and sent at once.
        case grantsAtOnce
        /// Each grant of an approval names the request.
        case requestInSeveralGrants
        /// A guardian has one key for all of a patient's records.
        case oneKeyOfAGuardian
        /// A lost wallet's records are reassigned one after the other.
        case recoveryAtOnce
        /// All is removed one after the other.
        case removalAtOnce
        /// A clinician opens all that there is before a visit.
        case readingInARow
    }

    struct Line {
        let time: LedgerTime
        let bytes: [UInt8]
    }

    struct Visit {
        let record: RecordHandle
        let custodian: OrganisationName
        let time: LedgerTime
        /// When the record has an owner.
        var owned: LedgerTime
        let owner: PublicKey
        /// The statement that deposited it.
        let deposit: StatementID
    }

    private(set) var lines: [Line] = []
    /// What the ledger does not say: whose a record is.
    private(set) var patients: [RecordHandle: Int] = [:]
    let members: [HistoryCast.Member]
    let habits: Set<Habit>
    var source: SplitMix64
    /// Those that hold more than was deposited.
    var appended: Set<RecordHandle> = []
    /// Who has taken what over.
    var received: Set<Receipt> = []

    struct Receipt: Hashable {
        let record: RecordHandle
        let by: OrganisationName
    }

    static let day: UInt64 = 86_400
    static let start: LedgerTime = 20_000 * day
    /// A date on which much ends, whoever has chosen it.
    static let commonEnd = start + 500 * day
    static let custodians = ["hospital1", "hospital2", "laboratory1"].map { OrganisationName($0)! }
    static let insurer = OrganisationName("insurer1")!

    init(seed: UInt64, patients count: Int, habits: Set<Habit> = []) {
        source = SplitMix64(state: seed)
        self.habits = habits
        let staff = Self.custodians.flatMap { name in
            Self.staff(of: name, [.clinician: 8, .gateway: 2, .registrar: 2])
        }
        members =
            staff + Self.staff(of: Self.insurer, [.officer: 10])
            + Self.staff(of: OrganisationName("auditor1")!, [.auditor: 2])
        for member in members {
            let enrol = Enrol(
                organisation: member.organisation, member: member.key, role: member.role,
                recipientHash: random(),
                certificateHash: random(), expires: Self.commonEnd, suite: .hybrid)
            say(
                .enrol(enrol), by: Toy.named("root of \(member.organisation)"), with: [member.key],
                at: Self.start)
        }
        for patient in 0..<count { live(PrivatePatient(number: patient, secret: source.bytes(32))) }
        lines.sort { $0.time < $1.time }
    }

    private static func staff(of name: OrganisationName, _ counts: [Role: Int]) -> [HistoryCast.Member] {
        Role.allCases.flatMap { role in
            (0..<(counts[role] ?? 0)).map {
                .init(
                    key: Toy.named("\(role) \($0) at \(name)"), organisation: name, role: role, suite: .hybrid
                )
            }
        }
    }

    // MARK: What every statement is made of

    /// What stands for a hash of something random.
    mutating func random<Meaning>() -> Bytes32<Meaning> { Bytes32(source.bytes(32))! }

    /// Some time from `earliest` on, within so many days.
    mutating func later(than earliest: LedgerTime, days: UInt64) -> LedgerTime {
        earliest + 60 + source.next() % (days * Self.day)
    }

    mutating func member(of name: OrganisationName, _ role: Role) -> HistoryCast.Member {
        source.pick(members.filter { $0.organisation == name && $0.role == role })
    }

    @discardableResult
    mutating func say(
        _ says: Assertion, by signer: PublicKey, with approvers: [PublicKey] = [], at time: LedgerTime,
        validUntil: LedgerTime? = nil
    ) -> StatementID {
        // To the hour, which many share: the difference to the ledger's time would tell one clock from another.
        let statement = Statement(
            says, validUntil: validUntil ?? (time / 3_600 + 2) * 3_600,
            nonce: source.bytes(Statement.nonceBytes))
        lines.append(
            Line(time: time, bytes: HistoryCast.message(statement, by: signer, approvers: approvers)))
        let content = CoseSign1.signedContent(
            payload: statement.approvedContent(), key: signer, network: HistoryCast.network)
        return StatementID(Toy.hash(content))!
    }

    func permit(_ key: PublicKey, for name: OrganisationName, of patient: PrivatePatient) -> [UInt8] {
        let isOfOneStock = habits.contains(.permitsOfOneStock)
        return HistoryCast.permit(
            key, for: name,
            until: isOfOneStock ? Self.commonEnd + UInt64(patient.number) * 977 : Self.commonEnd)
    }

    // MARK: A patient's year

    private mutating func live(_ patient: PrivatePatient) {
        var patient = patient
        let visits = (0..<(3 + source.below(6))).map { _ in visit(&patient) }
        for visit in visits { follow(visit, &patient) }
        for _ in 0..<(1 + source.below(2)) { ask(about: visits, &patient) }
        end(visits, &patient)
    }

    /// A deposit, under a permit or, now and then, without one until the patient can be asked.
    private mutating func visit(_ patient: inout PrivatePatient) -> Visit {
        let name = source.pick(Self.custodians)
        let time = later(than: Self.start + Self.day, days: 360)
        let isCustodial = source.chance(1, in: 12)
        let (record, owner): (RecordHandle, PublicKey) = (random(), patient.key(for: name))
        let permit = permit(owner, for: name, of: patient)
        let deposit = Deposit(
            organisation: name, record: record, permit: isCustodial ? nil : permit, recipientHash: random(),
            descriptor: random(), ownerEnvelope: isCustodial ? nil : random(), custodianEnvelope: random(),
            manifest: random(), root: random(), suite: .hybrid,
            custodial: isCustodial ? .patientUnable : nil, additionsHash: random())
        let id = say(.deposit(deposit), by: member(of: name, .clinician).key, at: time)
        patients[record] = patient.number
        var visit = Visit(
            record: record, custodian: name, time: time, owned: time, owner: owner, deposit: id)
        if isCustodial {
            visit.owned = later(than: time, days: 20)
            let adopt = Adopt(organisation: name, record: record, permit: permit, ownerEnvelope: random())
            say(.adopt(adopt), by: member(of: name, .registrar).key, at: visit.owned)
        }
        return visit
    }
}

/// One patient's wallet: keys from one secret, each for one thing.
struct PrivatePatient {
    let number: Int
    let secret: [UInt8]
    private var used: UInt64 = 0

    init(number: Int, secret: [UInt8]) {
        self.number = number
        self.secret = secret
    }

    /// The next one-time key.
    mutating func key(for name: OrganisationName) -> PublicKey {
        used += 1
        return PublicKey(SmallSHA256.hash(secret + name.bytes + Array("\(used)".utf8)))!
    }
}
