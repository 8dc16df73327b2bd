import Contract
import Identity
import Primitives

/// A network of a hospital and an insurer, and what is said in it about one record after the other.
struct BenchNetwork: Sendable {
    static let created: LedgerTime = 1_800_000_000

    let ledgerKey = BenchNetwork.key(1)
    private let roots = [BenchNetwork.key(2), BenchNetwork.key(3)]
    private let clinician = BenchNetwork.key(4)
    private let officer = BenchNetwork.key(5)
    private let hospital = OrganisationName("hospital1")!
    private let insurer = OrganisationName("insurer")!
    /// The genesis file.
    let file: [UInt8]
    private let network: NetworkID

    init() {
        let organisations = zip([(hospital, OrganisationKind.hospital), (insurer, .insurer)], [2, 3]).map {
            Genesis.Organisation(
                name: $0.0, kind: $0.1, root: Self.key($1).key, validator: Self.key($1 + 4).key,
                authorityHash: digest(1), recordsRecipientHash: digest(2), deskRecipientHash: digest(3))
        }
        let genesis = Genesis(
            origin: OriginName("medseal/bench")!, ledgerKey: ledgerKey.key, created: Self.created,
            organisations: organisations, quorum: .none)
        file = genesis.signed(by: roots)
        network = Genesis.networkID(of: file)
    }

    private static func key(_ number: UInt8) -> SigningKey {
        SigningKey(seed: SecretBytes(copying: [UInt8](repeating: number, count: 32)))
    }

    private func sign(_ assertion: Assertion, _ key: SigningKey) -> [UInt8] {
        Statement.make(assertion, now: Self.created).signed(by: key, network: network)
    }

    func id(of statement: [UInt8]) -> StatementID { try! SignedStatement(statement, network: network).id }

    /// Decodes the statement and checks its signatures.
    func check(_ statement: [UInt8]) {
        precondition((try? SignedStatement(statement, network: network))?.verified() != nil)
    }

    var enrolments: [[UInt8]] {
        [(clinician, Role.clinician, hospital, roots[0]), (officer, .officer, insurer, roots[1])].map {
            sign(
                .enrol(
                    Enrol(
                        organisation: $0.2, member: $0.0.key, role: $0.1, recipientHash: digest(4),
                        certificateHash: digest(5), expires: Self.created + 1_000_000)), $0.3)
        }
    }

    private func permit(_ key: SigningKey) -> [UInt8] {
        Permit.signed(
            key: key, organisation: hospital, notAfter: Self.created + 1_000_000, network: network)
    }

    /// What is said about one record: a deposit, a request for access, its route, the grant, the answer and
    /// three releases: eight statements, ten signatures.
    func story() -> [[UInt8]] {
        let (owner, answering) = (SigningKey.generate(), SigningKey.generate())
        let record = RecordHandle(Random.bytes(32))!
        let deposit = sign(
            .deposit(
                Deposit(
                    organisation: hospital, record: record, permit: permit(owner), recipientHash: digest(6),
                    descriptor: digest(7), ownerEnvelope: digest(8), custodianEnvelope: digest(9),
                    files: [digest(10)])), clinician)
        let request = sign(
            .request(
                Request(
                    organisation: insurer, custodian: hospital, purpose: .claim,
                    notAfter: Self.created + 100_000, letter: digest(11))), officer)
        let requestID = id(of: request)
        let route = sign(
            .route(
                Route(
                    organisation: hospital, request: requestID, permit: permit(answering), letter: digest(12))
            ),
            clinician)
        let grant = sign(
            .grant(
                Grant(
                    record: record, organisation: insurer, grantee: officer.key, kind: .read, purpose: .claim,
                    notBefore: Self.created, notAfter: Self.created + 100_000, releases: 10,
                    envelope: digest(13), request: requestID)), owner)
        let answer = sign(
            .answer(Answer(request: requestID, verdict: .approved, letter: nil)), answering)
        let release = Release(
            organisation: insurer, record: record, custodian: hospital, grant: id(of: grant), basis: nil)
        return [deposit, request, route, grant, answer]
            + (0..<3).map { _ in sign(.release(release), officer) }
    }
}

private func digest(_ number: UInt8) -> Digest { Digest([UInt8](repeating: number, count: 32))! }
