public import Age
public import Contract
public import Files
import Foundation
import Identity
public import Primitives
public import Remote

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
    public init(_ folder: Folder) throws(ClientFailure) {
        try MemberHomeChange(folder).settle()
        guard folder.has(Self.fileName) else { throw .badInput("\(folder.path) is not a member's home") }
        guard let file = try? JSON.decode(File.self, try folder.read(Self.fileName)),
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
    public func unlock(_ passphrase: SecretBytes) throws(ClientFailure) -> Member {
        let signing = try SigningKey(
            opening: try ClientFailure.files { try folder.read("signing.pem") }, passphrase: passphrase,
            what: folder.file("signing.pem"))
        guard signing.key == key else {
            throw .unverified("\(folder.file("signing.pem")) is another member's key")
        }
        let what = folder.file("keys.age")
        let keys = try IdentityFile(
            opening: try ClientFailure.files { try folder.read("keys.age") }, passphrase: passphrase,
            what: what)
        guard keys.comments.count == keys.identities.count, keys.comments.first == "member" else {
            throw .unverified("\(what) is not a member's")
        }
        func identity(_ comment: String) -> AgeIdentity? {
            keys.comments.firstIndex(of: comment).map { keys.identities[$0] }
        }
        return Member(
            home: self, signingKey: signing, identity: keys.identities[0], desk: identity("desk"),
            records: identity("records"),
            former: zip(keys.comments, keys.identities).filter { $0.0 == Self.former }.map(\.1))
    }

    var remembered: RememberedCheckpoint { RememberedCheckpoint(folder: folder) }
}

/// A member with its keys open.
public struct Member: Sendable {
    public let home: MemberHome
    public let signingKey: SigningKey
    /// Its own age identity: what is granted to it is sealed to this.
    public let identity: AgeIdentity
    /// The desk's identity, for whom it works at a custodian's desk.
    let desk: AgeIdentity?
    /// The identity of custodian's envelopes; only gateways have it.
    let records: AgeIdentity?
    /// Those that it had before: nothing is sealed to them any more.
    package let former: [AgeIdentity]

    public var network: Network { home.network }
    public var organisation: Network.Organisation { home.organisation }

    /// Runs `body` with a connection that calls as this member.
    public func connected<Result>(
        _ surroundings: Surroundings = .machine, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await Connection.open(
            network, caller: signingKey, home: organisation.name, memory: home.folder,
            surroundings: surroundings, body)
    }

    /// Takes the organisations that were admitted since into the home's copy of the network, or into `folder`.
    /// Gives their names.
    public func updateNetwork(
        _ folder: Folder?, _ connection: Connection
    ) async throws -> [OrganisationName] {
        let checkpoint = try await home.remembered.advance(connection)
        return try await Network.update(
            folder ?? home.folder.folder("network"), under: checkpoint, connection)
    }

    func requireDesk() throws(ClientFailure) -> AgeIdentity {
        guard let desk else {
            throw .refused("only clinicians, registrars and gateways of a custodian work at its desk")
        }
        return desk
    }

    func requireRecords() throws(ClientFailure) -> AgeIdentity {
        guard let records else {
            throw .refused("only a gateway of the custodian opens custodian's envelopes")
        }
        return records
    }
}
