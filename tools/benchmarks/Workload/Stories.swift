package import Contract
import Identity
import Manifests
package import Primitives

/// What a hospital, an insurer and patients say about one record after the other.
package struct Stories: Sendable {
    /// A statement, signed, and whose it is.
    package struct Statement: Sendable {
        package let bytes: [UInt8]
        package let key: SigningKey
        package let id: StatementID
        /// The record that it is about, where it is about one.
        package let record: RecordHandle?
    }

    /// An organisation by its name and its root key.
    package struct Organisation: Sendable {
        package let name: OrganisationName
        package let root: SigningKey

        package init(_ name: OrganisationName, root: SigningKey) {
            self.name = name
            self.root = root
        }
    }

    /// The one file of every record.
    package static let file = Array("file".utf8)
    private static let manifest = Manifest(of: [Digest(hashing: file)])!
    /// What every record consists of and its grant names, kept by the hospital under each record.
    package static let blobs: [(kind: BlobKind, bytes: [UInt8])] =
        [BlobKind.descriptor, .ownerEnvelope, .custodianEnvelope, .grantEnvelope].map {
            ($0, Array($0.name.utf8))
        } + [(.file, file), (.manifest, manifest.encoded())]
    /// How many statements of a story come before its releases.
    package static let beforeReleases = 5
    /// What every request and every route points to.
    package static let letter = Array("letter".utf8)

    package let hospital: Organisation
    package let insurer: Organisation
    package let clinician = SigningKey.generate()
    private let officer = SigningKey.generate()
    private let network: NetworkID
    private let now: LedgerTime
    private let digests = Stories.blobs.map { Digest(hashing: $0.bytes) }
    private let letter = Digest(hashing: Stories.letter)

    /// Everything is said at `now`.
    package init(network: NetworkID, hospital: Organisation, insurer: Organisation, now: LedgerTime) {
        self.network = network
        self.hospital = hospital
        self.insurer = insurer
        self.now = now
    }

    /// What has to be said first.
    package var enrolments: [Statement] {
        [(clinician, Role.clinician, hospital), (officer, .officer, insurer)].map {
            sign(
                .enrol(
                    Enrol(
                        organisation: $0.2.name, member: $0.0.key, role: $0.1, recipientHash: letter,
                        certificateHash: letter, expires: now + 1_000_000, suite: .hybrid)), $0.2.root,
                agreed: $0.0)
        }
    }

    /// What is said about one record: a deposit, a request for access, its route, the grant, the answer and
    /// three releases: eight statements, ten signatures.
    package func story() -> [Statement] {
        let (owner, answering) = (SigningKey.generate(), SigningKey.generate())
        let record = RecordHandle(Random.bytes(32))!
        let deposit = sign(
            .deposit(
                Deposit(
                    organisation: hospital.name, record: record, permit: permit(owner), recipientHash: letter,
                    descriptor: digests[0], ownerEnvelope: digests[1], custodianEnvelope: digests[2],
                    manifest: digests[5], root: Self.manifest.root,
                    suite: .hybrid, additionsHash: digests[4])), clinician)
        let request = sign(
            .request(
                Request(
                    organisation: insurer.name, custodian: hospital.name, purpose: .claim,
                    notAfter: now + 100_000, letter: letter)), officer)
        let route = sign(
            .route(
                Route(
                    organisation: hospital.name, request: request.id, permit: permit(answering),
                    letter: letter)), clinician)
        let grant = sign(
            .grant(
                Grant(
                    record: record, organisation: insurer.name, grantee: officer.key, kind: .read,
                    purpose: .claim, notBefore: now, notAfter: now + 100_000, releases: 10,
                    envelope: digests[3], request: request.id)), owner)
        let answer = sign(
            .answer(Answer(request: request.id, verdict: .approved, letter: nil)), answering)
        let release = Release(
            organisation: insurer.name, record: record, custodian: hospital.name, grant: grant.id, basis: nil)
        return [deposit, request, route, grant, answer]
            + (0..<3).map { _ in sign(.release(release), officer) }
    }

    private func permit(_ key: SigningKey) -> [UInt8] {
        Permit.signed(key: key, organisation: hospital.name, notAfter: now + 1_000_000, network: network)
    }

    private func sign(_ assertion: Assertion, _ key: SigningKey, agreed other: SigningKey? = nil) -> Statement
    {
        var statement = Contract.Statement.make(assertion, now: now, validSeconds: 80_000)
        if let other { statement = statement.agreed(by: other, signer: key.key, network: network) }
        let bytes = statement.signed(by: key, network: network)
        // It was signed here a moment ago.
        return Statement(
            bytes: bytes, key: key, id: try! SignedStatement(bytes, network: network).id,
            record: assertion.record)
    }
}
