import Age
import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Primitives
import Remote
import Sealing

/// An organisation's folder with its private keys, each opened when it is needed.
struct OfficeKeys: Sendable {
    let folder: Folder
    let name: OrganisationName
    private let passphrase: SecretBytes

    init(_ folder: Folder, of name: OrganisationName, passphrase: SecretBytes) {
        self.folder = folder
        self.name = name
        self.passphrase = passphrase
    }

    var root: RootKey { RootKey(folder, of: name, passphrase: passphrase) }

    private static let validatorName = "validator.key.pem"

    /// The key that the organisation's validator cosigns with; nil when it is not here.
    func validator() throws(PartyError) -> SigningKey? {
        guard folder.has(Self.validatorName) else { return nil }
        return try SigningKey(
            opening: try PartyError.files { try folder.read(Self.validatorName) }, passphrase: passphrase,
            what: "the validator's key of \(name)")
    }

    func authority(of organisation: Network.Organisation) throws -> CertificateAuthority {
        let key = try SealedPrivateKey.opened(
            try folder.read("authority.key.pem"), passphrase: passphrase,
            what: "the authority's key of \(name)")
        return try CertificateAuthority(certificate: organisation.authority, privateKey: key)
    }

    /// The identities of the organisation that a role needs, each with the comment that names it.
    func identities(
        of role: Role, in organisation: Network.Organisation
    ) throws -> [(name: String, identity: AgeIdentity)] {
        guard organisation.kind.isCustodian else { return [] }
        var identities = [(name: String, identity: AgeIdentity)]()
        func add(_ file: String, expecting recipient: AgeRecipient) throws {
            let what = "the \(file) key of \(name)"
            let opened = try IdentityFile(
                opening: try folder.read("\(file).age"), passphrase: passphrase, what: what)
            guard opened.identities[0].recipient == recipient else {
                throw PartyError.unverified("\(what) is not the one that the network agreed on")
            }
            identities.append((file, opened.identities[0]))
        }
        if [.clinician, .registrar, .gateway].contains(role) {
            try add("desk", expecting: organisation.deskRecipient)
        }
        if role == .gateway { try add("records", expecting: organisation.recordsRecipient) }
        return identities
    }

    // MARK: Certificates that were issued

    private static let issuedName = "issued"

    /// Keeps a copy of a member's certificate (DER): what is taken back later must be known.
    func keep(certificate: [UInt8]) throws {
        let issued = folder.folder(Self.issuedName)
        try issued.make()
        try issued.write(
            PEM.encode(certificate, label: "CERTIFICATE"), as: "\(Digest(hashing: certificate)).pem",
            mode: 0o644)
    }

    /// The certificate of that hash that was issued here, DER; nil when there is no copy.
    func issued(_ hash: Digest) -> [UInt8]? {
        guard let pem = try? folder.folder(Self.issuedName).read("\(hash).pem"),
            let der = try? PEM.decode(pem, label: "CERTIFICATE"), Digest(hashing: der) == hash
        else { return nil }
        return der
    }
}
