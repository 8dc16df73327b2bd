import Age
public import Contract
import Foundation
import Identity
public import Primitives
public import Remote

/// An organisation's root key, certificate authority and age keys, opened from a network folder: who enrols
/// and retires members, and speaks for the organisation in the network.
public struct OrganisationOffice: Sendable {
    public let network: Network
    public let organisation: Network.Organisation
    let root: SigningKey
    let folder: Folder
    private let passphrase: SecretBytes

    /// `folder` is the one that `medseal network init` made, or `apply`. Where the organisation's root is being
    /// replaced, it is the one that the ledger has accepted. Throws `refused` for a wrong passphrase.
    public init(
        _ folder: Folder, organisation name: OrganisationName, passphrase: SecretBytes
    ) async throws {
        network = try Network(folder)
        organisation = try network.organisation(name)
        self.folder = folder.folder("organisations").folder(name.description)
        root = try await RootKey(self.folder, of: name, passphrase: passphrase).current(in: network)
        self.passphrase = passphrase
    }

    static let rootName = "root.pem"

    /// Runs `body` with a connection that calls as the organisation's root.
    func connected<Result>(_ body: (Connection) async throws -> Result) async throws -> Result {
        try await Connection.open(network, caller: root, home: organisation.name, memory: folder, body)
    }

    func requireRole(_ role: Role) throws(ClientFailure) {
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

    // MARK: Certificates

    private static let issuedName = "issued"

    func authority() throws -> CertificateAuthority {
        let key = try SealedPrivateKey.opened(
            try folder.read("authority.key.pem"), passphrase: passphrase,
            what: "the authority's key of \(organisation.name)")
        return try CertificateAuthority(certificate: organisation.authority, privateKey: key)
    }

    /// A member's certificate, of which the office keeps a copy: what is taken back later must be known.
    func issue(name: String, role: Role, key: PublicKey, notAfter: Date, now: Date) throws -> [UInt8] {
        let certificate = try authority().issueMember(
            name: name, role: role, key: key, notAfter: notAfter, now: now)
        let issued = folder.folder(Self.issuedName)
        try issued.make()
        try issued.write(
            PEM.encode(certificate, label: "CERTIFICATE"), as: "\(Digest(hashing: certificate)).pem",
            mode: 0o644)
        return certificate
    }

    /// The certificate of that hash that was issued here, DER; nil when there is no copy.
    func issued(_ hash: Digest) -> [UInt8]? {
        guard let pem = try? folder.folder(Self.issuedName).read("\(hash).pem"),
            let der = try? PEM.decode(pem, label: "CERTIFICATE"), Digest(hashing: der) == hash
        else { return nil }
        return der
    }

    // MARK: Age keys

    /// The identities of the organisation that a role needs, each with the comment that names it.
    func keys(of role: Role) throws -> [(name: String, identity: AgeIdentity)] {
        guard organisation.kind.isCustodian else { return [] }
        var keys = [(name: String, identity: AgeIdentity)]()
        func add(_ name: String, expecting recipient: AgeRecipient) throws {
            let what = "the \(name) key of \(organisation.name)"
            let opened = try IdentityFile(
                opening: try folder.read("\(name).age"), passphrase: passphrase, what: what)
            guard opened.identities[0].recipient == recipient else {
                throw ClientFailure.unverified("\(what) is not the one that the network agreed on")
            }
            keys.append((name, opened.identities[0]))
        }
        if [.clinician, .registrar, .gateway].contains(role) {
            try add("desk", expecting: organisation.deskRecipient)
        }
        if role == .gateway { try add("records", expecting: organisation.recordsRecipient) }
        return keys
    }
}
