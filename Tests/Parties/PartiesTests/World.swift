import API
import Age
import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote
import Sealing
import TransparencyLog
import Workflow

@testable import Homes
@testable import Offices

/// A founded network in a temporary folder, with what its organisations keep to themselves.
struct World: Sendable {
    let folder: Folder
    let network: Network
    let passphrase = SecretBytes(copying: Array("a test's passphrase".utf8))

    static let now = machineTime()

    /// Made once: sealing its keys takes seconds.
    static let shared = Task {
        try await PassphraseWork.$factor.withValue(4) {
            let folder = Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")
            let founding = try NetworkFounding(
                organisations: [
                    (OrganisationName("hospital1")!, .hospital), (OrganisationName("insurer")!, .insurer),
                ], port: 9)
            let passphrase = SecretBytes(copying: Array("a test's passphrase".utf8))
            try await founding.found(in: folder, passphrase: passphrase)
            return World(folder: folder, network: try Network(folder))
        }
    }

    func organisation(_ name: String) throws -> Network.Organisation {
        try network.organisation(OrganisationName(name)!)
    }

    func root(of name: String) throws -> SigningKey {
        let folder = self.folder.folder("organisations").folder(name)
        return try SigningKey(opening: try folder.read("root.pem"), passphrase: passphrase, what: "root")
    }

    func authority(of name: String) throws -> CertificateAuthority {
        let folder = self.folder.folder("organisations").folder(name)
        return try CertificateAuthority(
            certificate: try organisation(name).authority,
            privateKey: try SealedPrivateKey.opened(
                try folder.read("authority.key.pem"), passphrase: passphrase, what: "authority"))
    }

    func desk(of name: String) throws -> AgeIdentity {
        let folder = self.folder.folder("organisations").folder(name)
        return try IdentityFile(
            opening: try folder.read("desk.age"), passphrase: passphrase, what: "desk"
        ).identities[0]
    }

    /// A statement as a ledger would hold it, signed and verified.
    func statement(_ assertion: Assertion, by key: SigningKey) throws -> VerifiedStatement {
        let bytes = Statement.make(assertion, now: Self.now).signed(by: key, network: network.id)
        return try SignedStatement(bytes, network: network.id).verified()!
    }
}

extension World {
    /// A statement that the first of `keys` says and the others agree to.
    func agreed(_ assertion: Assertion, by keys: [SigningKey]) throws -> VerifiedStatement {
        var draft = StatementDraft(assertion, signer: keys[0].key, network: network.id, now: Self.now)
        for key in keys.dropFirst() { draft.agree(by: key) }
        return try SignedStatement(
            draft.statement.signed(by: keys[0], network: network.id), network: network.id
        ).verified()!
    }

    /// The entry of a ledger that took the statement.
    func entry(_ statement: VerifiedStatement, at position: UInt64) -> LogEntry {
        LogEntry(
            position: position, time: Self.now, statement: statement.bytes,
            writesDigest: Digest(hashing: []), stateDigest: Digest(hashing: []))
    }

    /// The founders' roots, and whoever else has to agree.
    func roots(and others: SigningKey...) throws -> [SigningKey] {
        try [root(of: "hospital1"), root(of: "insurer")] + others
    }

    var endorsers: [OrganisationName] { [OrganisationName("hospital1")!, OrganisationName("insurer")!] }
}

/// A member before it is verified: every part of the evidence can be exchanged.
struct Candidate {
    let world: World
    let key = SigningKey.generate()
    let identity = AgeIdentity.generate(.x25519)
    var organisation = "insurer"
    var enrolledBy: SigningKey
    var card: VerifiedMember.Card
    var enrol: Enrol
    /// Where the enrolment stands in the log.
    var enrolledAt: UInt64 = 10
    var retire: Retire?
    /// Whether who has the key agrees to the enrolment.
    var agrees = true
    var replacement: Enrol?
    var state: MemberState?
    var governance: Governance
    var organisationState: OrganisationState?
    var list: RevocationList?

    init(_ world: World, name: String = "Olga Officer", at organisation: String = "insurer") throws {
        self.world = world
        self.organisation = organisation
        governance = Governance(world.network.genesis)
        let expires = World.now + 86_400
        let certificate = try world.authority(of: organisation).issueMember(
            name: name, role: .officer, key: key.key, notAfter: Date(timeIntervalSince1970: Double(expires)),
            now: Date(timeIntervalSince1970: Double(World.now)))
        let name = OrganisationName(organisation)!
        enrolledBy = try world.root(of: organisation)
        card = VerifiedMember.Card(
            key: key.key, organisation: name, recipient: identity.recipient.text,
            certificate: certificate)
        enrol = Enrol(
            organisation: name, member: key.key, role: .officer, recipientHash: identity.recipient.hash,
            certificateHash: Digest(hashing: certificate), expires: expires, suite: .hybrid)
        state = MemberState(
            organisation: name, role: .officer, recipientHash: enrol.recipientHash,
            certificateHash: enrol.certificateHash, expires: expires, suite: .hybrid, retired: false)
    }

    func verified(at time: LedgerTime = World.now) throws -> VerifiedMember {
        let enrolment = try world.agreed(.enrol(enrol), by: [enrolledBy] + (agrees ? [key] : []))
        var history = [(enrolledAt, enrolment)]
        if let retire {
            history.append((enrolledAt + 1, try world.statement(.retire(retire), by: enrolledBy)))
        }
        if let replacement {
            history.append((enrolledAt + 1, try world.statement(.enrol(replacement), by: enrolledBy)))
        }
        return try VerifiedMember(
            key.key,
            claims: .init(
                card: card, history: history, state: state, organisationState: organisationState,
                authority: try world.organisation(organisation).authority, list: list),
            governance: governance, now: time)
    }

    /// A revocation list of the organisation, which names the certificate for `reason`.
    func listed(_ reason: RevocationList.Reason?, seconds: Double = 1_000) throws -> RevocationList {
        let authority = try world.authority(of: organisation)
        let now = Date(timeIntervalSince1970: Double(World.now))
        let serial = try MemberCertificate.verify(
            card.certificate, under: authority.certificate, at: now
        ).serial
        return try authority.issueList(
            number: 1, entries: reason.map { [.init(serial: serial, revoked: now, reason: $0)] } ?? [],
            now: now.addingTimeInterval(-10), nextUpdate: now.addingTimeInterval(seconds))
    }

    /// The organisation's root is replaced at that position of the log.
    mutating func rotate(to root: SigningKey, at position: UInt64) throws {
        let statement = try world.agreed(
            .rotateRoot(
                RotateRoot(
                    organisation: OrganisationName(organisation)!, root: root.key, endorsers: world.endorsers)
            ),
            by: try world.roots(and: root))
        try governance.apply(world.entry(statement, at: position), statement)
    }
}
