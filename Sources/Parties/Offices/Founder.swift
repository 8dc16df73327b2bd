import API
import Age
import Contract
import Files
import Foundation
import Homes
import Identity
import Primitives
import Remote
import Sealing

/// An organisation while it is being founded, with all its private keys.
struct Founder: Sendable {
    let name: OrganisationName
    let kind: OrganisationKind
    let root = SigningKey.generate()
    let validator = SigningKey.generate()
    let authority: CertificateAuthority
    let authorityKey: SecretBytes
    let records = AgeIdentity.generate(.hybrid)
    let desk = AgeIdentity.generate(.hybrid)

    init(_ name: OrganisationName, _ kind: OrganisationKind, now: Date) throws {
        self.name = name
        self.kind = kind
        let (certificate, privateKey) = try CertificateAuthority.create(organisation: name, now: now)
        authority = try CertificateAuthority(certificate: certificate, privateKey: privateKey)
        authorityKey = privateKey
    }

    var pinned: Genesis.Organisation {
        Genesis.Organisation(
            name: name, kind: kind, root: root.key, validator: validator.key,
            authorityHash: Digest(hashing: authority.certificate),
            recordsRecipientHash: records.recipient.hash, deskRecipientHash: desk.recipient.hash)
    }

    var certificatePEM: [UInt8] { PEM.encode(authority.certificate, label: "CERTIFICATE") }

    var described: Network.File.Organisation {
        Network.File.Organisation(
            name: name, kind: kind.description, authority: String(decoding: certificatePEM, as: UTF8.self),
            recordsRecipient: records.recipient.text, deskRecipient: desk.recipient.text)
    }

    func write(to folder: Folder, passphrase: SecretBytes) throws {
        try folder.folder("vault").make()
        try folder.write(certificatePEM, as: "authority.pem", mode: 0o644)
        try folder.write(SealedPrivateKey.seal(pkcs8: root.pkcs8, passphrase: passphrase), as: "root.pem")
        for (key, file) in [(authorityKey, "authority.key.pem"), (validator.pkcs8, "validator.key.pem")] {
            try folder.write(SealedPrivateKey.seal(pkcs8: key, passphrase: passphrase), as: file)
        }
        for (identity, role) in [(records, "records"), (desk, "desk")] {
            let file = IdentityFile(comments: ["\(role) of \(name)"], identities: [identity])
            try folder.write(try file.sealed(under: passphrase), as: "\(role).age")
        }
    }
}
