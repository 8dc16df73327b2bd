public import API
public import Age
public import Contract
public import Foundation
import Identity
public import Primitives
public import Remote

/// An organisation's root key, certificate authority and age keys, opened from a network folder: who enrols
/// and retires members.
public struct OrganisationOffice: Sendable {
    public let network: Network
    public let organisation: Network.Organisation
    private let root: SigningKey
    private let folder: Folder

    /// `folder` is the one that `medseal network init` made. Throws `refused` for a wrong passphrase.
    public init(_ folder: Folder, organisation name: OrganisationName, passphrase: SecretBytes)
        throws(ClientFailure)
    {
        network = try Network(folder)
        organisation = try network.organisation(name)
        self.folder = folder.folder("organisations").folder(name.description)
        guard self.folder.has("root.pem") else {
            throw .badInput(
                "\(folder.path) does not hold the keys of \(name): they stay in the folder that was founded")
        }
        root = try SigningKey(
            opening: try self.folder.read("root.pem"), passphrase: passphrase, what: "the root key of \(name)"
        )
        guard root.key == organisation.root else {
            throw .unverified("the root key is not the one in the genesis")
        }
    }

    public static let lifetimeDays = 730

    /// Makes a member: keys and certificate in `home`, its enrolment on the ledger, its card at the server.
    ///
    /// The home appears once the ledger has the enrolment. Throws `ClientFailure`, or `Problem` when the
    /// contract refuses.
    public func enrol(
        name: String, role: Role, home: Folder, organisationPassphrase: SecretBytes, passphrase: SecretBytes,
        days: Int = lifetimeDays, kind: AgeKeyKind = .hybrid, now: Date = Date()
    ) async throws -> (key: PublicKey, receipt: Wire.Receipt) {
        guard !home.parent.has(home.name) else { throw ClientFailure.badInput("\(home.path) exists already") }
        try requireRole(role)
        let signingKey = SigningKey.generate()
        let identity = AgeIdentity.generate(kind)
        let notAfter = now.addingTimeInterval(Double(days) * 86_400)
        let certificate = try authority(organisationPassphrase).issueMember(
            name: name, role: role, key: signingKey.key, notAfter: notAfter, now: now)
        let keys = try self.keys(of: role, own: identity, passphrase: organisationPassphrase)
        let enrol = Enrol(
            organisation: organisation.name, member: signingKey.key, role: role,
            recipientHash: identity.recipient.hash, certificateHash: Digest(hashing: certificate),
            expires: UInt64(notAfter.timeIntervalSince1970), suite: kind.suite)
        let card = Wire.MemberCard(
            key: signingKey.key, organisation: organisation.name, recipient: identity.recipient.text,
            certificate: Data(certificate))

        try home.parent.make()
        let draft = home.parent.folder(".\(home.name)-\(lowercaseHex(Random.bytes(4)))")
        defer { home.parent.remove(draft.name) }
        try network.copy(to: draft.folder("network"))
        let file = MemberHome.File(
            organisation: organisation.name, role: role.name, name: name, key: signingKey.key)
        try draft.write(try JSON.pretty(file), as: MemberHome.fileName)
        try draft.write(PEM.encode(certificate, label: "CERTIFICATE"), as: "certificate.pem", mode: 0o644)
        try draft.write(
            SealedPrivateKey.seal(pkcs8: signingKey.pkcs8, passphrase: passphrase), as: "signing.pem")
        try draft.write(try keys.sealed(under: passphrase), as: "keys.age")

        let receipt = try await Connection.open(network, caller: root) { connection in
            let receipt = try await connection.submit(
                .make(.enrol(enrol), now: machineTime()), signedBy: root)
            try await connection.call(.put, Routes.members, json: card)
            return receipt
        }
        try draft.rename(to: home)
        return (signingKey.key, receipt)
    }

    /// Ends a member's key at once.
    @discardableResult
    public func retire(_ key: PublicKey) async throws -> Wire.Receipt {
        try await Connection.open(network, caller: root) { connection in
            try await connection.submit(
                .make(.retire(Retire(organisation: organisation.name, member: key)), now: machineTime()),
                signedBy: root)
        }
    }

    private func requireRole(_ role: Role) throws(ClientFailure) {
        let allowed: [Role] =
            switch organisation.kind {
            case .hospital, .laboratory: [.clinician, .registrar, .gateway, .officer, .auditor]
            case .insurer: [.officer, .gateway, .auditor]
            case .auditor, .authority: [.auditor, .officer]
            }
        guard allowed.contains(role) else {
            throw .badInput("an organisation of the kind \(organisation.kind) has no \(role.name)")
        }
    }

    private func authority(_ passphrase: SecretBytes) throws -> CertificateAuthority {
        let key = try SealedPrivateKey.opened(
            try folder.read("authority.key.pem"), passphrase: passphrase,
            what: "the authority's key of \(organisation.name)")
        return try CertificateAuthority(certificate: organisation.authority, privateKey: key)
    }

    /// The member's own identity, and those of the organisation that its role needs.
    private func keys(of role: Role, own: AgeIdentity, passphrase: SecretBytes) throws -> IdentityFile {
        var file = IdentityFile(comments: ["member"], identities: [own])
        func add(_ name: String, expecting recipient: AgeRecipient) throws {
            let what = "the \(name) key of \(organisation.name)"
            let opened = try IdentityFile(
                opening: try folder.read("\(name).age"), passphrase: passphrase, what: what)
            guard opened.identities[0].recipient == recipient else {
                throw ClientFailure.unverified("\(what) is not the one in the genesis")
            }
            file.comments.append(name)
            file.identities.append(opened.identities[0])
        }
        guard organisation.kind.isCustodian else { return file }
        if [.clinician, .registrar, .gateway].contains(role) {
            try add("desk", expecting: organisation.deskRecipient)
        }
        if role == .gateway { try add("records", expecting: organisation.recordsRecipient) }
        return file
    }
}
