import Age
public import Contract
public import Evidence
public import Files
import Foundation
import Identity
public import Primitives
public import Remote
import Sealing

/// A member's folder: who it is, its certificate, its sealed keys, and its copy of the network.
public struct MemberHome: Sendable {
    /// `member.json`.
    package struct File: Codable {
        package var organisation: OrganisationName
        package var role: String
        package var name: String
        package var key: PublicKey

        package init(organisation: OrganisationName, role: String, name: String, key: PublicKey) {
            self.organisation = organisation
            self.role = role
            self.name = name
            self.key = key
        }
    }

    package static let fileName = "member.json"
    /// The comment of an identity that the member had before.
    package static let former = "former"

    public let folder: Folder
    public let network: Network
    public let organisation: Network.Organisation
    public let role: Role
    public let name: String
    public let key: PublicKey

    /// Throws `badInput` when the folder is no member's home.
    public init(_ folder: Folder) throws(PartyError) {
        try PartyError.files { try folder.requireAccess() }
        try HomeChange(folder).settle()
        guard folder.has(Self.fileName) else { throw .badInput("\(folder.path) is not a member's home") }
        let bytes = try PartyError.files { try folder.read(Self.fileName) }
        guard let file = try? JSON.decode(File.self, bytes),
            let role = Role(name: file.role)
        else { throw .unverified("\(folder.file(Self.fileName)) is malformed") }
        self.folder = folder
        self.network = try Network(folder.folder("network"))
        self.organisation = try network.organisation(file.organisation)
        self.role = role
        self.name = file.name
        self.key = file.key
    }

    /// Opens the keys. Throws `refused` for a wrong passphrase.
    public func unlock(_ passphrase: SecretBytes) throws(PartyError) -> MemberKeys {
        let signing = try SigningKey(
            opening: try PartyError.files { try folder.read("signing.pem") }, passphrase: passphrase,
            what: folder.file("signing.pem"))
        guard signing.key == key else {
            throw .unverified("\(folder.file("signing.pem")) is another member's key")
        }
        let what = folder.file("keys.age")
        let keys = try IdentityFile(
            opening: try PartyError.files { try folder.read("keys.age") }, passphrase: passphrase,
            what: what)
        guard keys.comments.count == keys.identities.count, keys.comments.first == "member" else {
            throw .unverified("\(what) is not a member's")
        }
        func identity(_ comment: String) -> AgeIdentity? {
            keys.comments.firstIndex(of: comment).map { keys.identities[$0] }
        }
        return MemberKeys(
            home: self, signingKey: signing, identity: keys.identities[0], desk: identity("desk"),
            records: identity("records"),
            former: zip(keys.comments, keys.identities).filter { $0.0 == Self.former }.map(\.1))
    }
}
