import Age
import Contract
import Files
import Homes
import Identity
import Primitives
import Remote
import Sealing

/// The files of a member's home that its enrolment makes.
struct MemberHomeFiles {
    private let enrolment: Enrolment
    private let name: String
    private let signingKey: SigningKey
    private let keys: IdentityFile

    init(_ enrolment: Enrolment, name: String, signingKey: SigningKey, keys: IdentityFile) {
        self.enrolment = enrolment
        self.name = name
        self.signingKey = signingKey
        self.keys = keys
    }

    /// Writes them into `folder`, the private keys sealed under `passphrase`.
    func write(to folder: Folder, passphrase: SecretBytes) throws {
        let file = MemberHome.File(
            organisation: enrolment.enrol.organisation, role: enrolment.enrol.role.name, name: name,
            key: signingKey.key)
        try folder.write(try JSON.pretty(file), as: MemberHome.fileName)
        try folder.write(
            PEM.encode(enrolment.certificate, label: "CERTIFICATE"), as: "certificate.pem", mode: 0o644)
        try folder.write(
            SealedPrivateKey.seal(pkcs8: signingKey.pkcs8, passphrase: passphrase), as: "signing.pem")
        try folder.write(try keys.sealed(under: passphrase), as: "keys.age")
    }
}

extension IdentityFile {
    /// A member's identities: its own first, then the organisation's that its role needs, then those that it
    /// had before, which open what was kept of old envelopes.
    init(
        member: AgeIdentity, organisation: [(name: String, identity: AgeIdentity)], former: [AgeIdentity]
    ) {
        self.init(
            comments: ["member"] + organisation.map(\.name) + former.map { _ in MemberHome.former },
            identities: [member] + organisation.map(\.identity) + former)
    }
}
