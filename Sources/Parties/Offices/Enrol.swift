public import API
public import Age
public import Contract
import Evidence
public import Files
import Foundation
import Identity
public import Primitives
import Remote
import Sealing

extension Office {
    /// For how many days a member is enrolled unless it is said.
    public static let enrolmentDays = 730

    /// Makes a member: keys and certificate in `home`, its enrolment on the ledger, its card at the server.
    /// `replaced`: a key of the same member that this ends, where its home is lost.
    ///
    /// The home appears once the ledger has the enrolment. Throws `PartyError`, or `Problem` when the
    /// contract refuses.
    public func enrol(
        name: String, role: Role, home: Folder, passphrase: SecretBytes, days: Int = enrolmentDays,
        kind: AgeKeyKind = .hybrid, replacing replaced: PublicKey? = nil
    ) async throws -> (key: PublicKey, receipt: Wire.Receipt) {
        try home.requireNew()
        let signingKey = SigningKey.generate()
        let identity = AgeIdentity.generate(kind)
        let enrolment = try enrolment(
            of: signingKey.key, identity.recipient, name: name, role: role, days: days, replacing: replaced)
        let files = MemberHomeFiles(
            enrolment, name: name, signingKey: signingKey,
            keys: IdentityFile(
                member: identity, organisation: try keys.identities(of: role, in: organisation), former: []))

        try home.parent.make()
        let draft = home.parent.folder(".\(home.name)-\(lowercaseHex(surroundings.random(4)))")
        defer { home.parent.remove(draft.name) }
        try network.copy(to: draft.folder("network"))
        try files.write(to: draft, passphrase: passphrase)

        let receipt = try await connection.submit(
            try statement(enrolment.enrol, agreedBy: signingKey), signedBy: try requireRoot())
        try await connection.call(.put, Routes.members, json: enrolment.card)
        try draft.rename(to: home)
        if replaced != nil { try await publishRevocationList(after: receipt) }
        return (signingKey.key, receipt)
    }

    /// The enrolment as the root says it, with the agreement of the key that becomes the member's.
    func statement(_ enrol: Enrol, agreedBy key: SigningKey) throws(PartyError) -> Statement {
        surroundings.statement(.enrol(enrol)).agreed(
            by: key, signer: try requireRoot().key, network: network.id)
    }

    /// A new enrolment with a certificate that the organisation's authority issues for it. Throws `badInput` for a
    /// role that the organisation has not.
    func enrolment(
        of key: PublicKey, _ recipient: AgeRecipient, name: String, role: Role, days: Int,
        replacing replaced: PublicKey?
    ) throws -> Enrolment {
        let organisation = try organisation
        try role.requireOne(of: organisation.kind)
        let now = surroundings.date
        let notAfter = now.addingTimeInterval(Double(days) * 86_400)
        let certificate = try keys.authority(of: organisation).issueMember(
            name: name, role: role, key: key, notAfter: notAfter, now: now)
        try keys.keep(certificate: certificate)
        return Enrolment(
            enrol: Enrol(
                organisation: organisation.name, member: key, role: role, recipientHash: recipient.hash,
                certificateHash: Digest(hashing: certificate),
                expires: UInt64(notAfter.timeIntervalSince1970),
                suite: recipient.kind.suite, replaces: replaced),
            certificate: certificate,
            card: Wire.MemberCard(
                key: key, organisation: organisation.name, recipient: recipient.text,
                certificate: Data(certificate)))
    }
}

/// What is said of a new member on the ledger, with the certificate and card that go with it.
struct Enrolment {
    let enrol: Enrol
    let certificate: [UInt8]
    let card: Wire.MemberCard
}

extension Role {
    /// Throws `badInput` when organisations of that kind have no such members.
    fileprivate func requireOne(of kind: OrganisationKind) throws(PartyError) {
        let allowed: [Role] =
            switch kind {
            case .hospital, .laboratory: [.clinician, .registrar, .gateway, .officer, .auditor]
            case .insurer: [.officer, .gateway, .auditor]
            case .auditor, .authority: [.auditor, .officer]
            }
        guard allowed.contains(self) else {
            throw .badInput("an organisation of the kind \(kind) has no \(name)")
        }
    }
}
