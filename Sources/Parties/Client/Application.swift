import API
public import Contract
public import Foundation
import Identity
public import Primitives
public import Remote

/// An organisation that wants to join: what it publishes of itself, as the file that the others read.
public struct Application: Codable, Sendable {
    static let fileName = "application.json"

    var description: Network.File.Organisation
    var root: PublicKey
    var validator: PublicKey

    /// Makes an organisation with all its keys in the network's `folder`, sealed under `passphrase`. Its
    /// private keys stay there; `application.json` is for the others.
    public static func make(
        _ name: OrganisationName, _ kind: OrganisationKind, in folder: Folder, passphrase: SecretBytes,
        now: Date = Date()
    ) throws -> (application: Application, file: String) {
        _ = try Network(folder)
        let own = folder.folder("organisations").folder(name.description)
        try own.requireNew()
        let founder = try Founder(name, kind, now: now)
        let application = Application(
            description: founder.described, root: founder.root.key, validator: founder.validator.key)
        try own.parent.make()
        let draft = own.parent.folder(".\(own.name)-\(lowercaseHex(Random.bytes(4)))")
        defer { own.parent.remove(draft.name) }
        try draft.make()
        try founder.write(to: draft, passphrase: passphrase)
        try draft.write(try JSON.pretty(application), as: fileName, mode: 0o644)
        try draft.rename(to: own)
        return (application, own.file(fileName))
    }

    /// Reads `application.json`. Throws `badInput` when it is none.
    public static func read(_ folder: Folder, _ name: String) throws(ClientFailure) -> Application {
        guard let application = try? JSON.decode(Application.self, try folder.read(name)),
            (try? application.pinned) != nil
        else { throw .badInput("\(folder.file(name)) is not an organisation's application") }
        return application
    }

    public var name: OrganisationName { description.name }

    /// What is agreed on: keys, and hashes of the rest.
    public var pinned: Genesis.Organisation {
        get throws(ClientFailure) {
            guard let kind = OrganisationKind(name: description.kind),
                let authority = try? PEM.decode(Array(description.authority.utf8), label: "CERTIFICATE")
            else { throw .badInput("the application of \(description.name) is damaged") }
            return Genesis.Organisation(
                name: description.name, kind: kind, root: root, validator: validator,
                authorityHash: Digest(hashing: authority),
                recordsRecipientHash: Digest(hashing: Array(description.recordsRecipient.utf8)),
                deskRecipientHash: Digest(hashing: Array(description.deskRecipient.utf8)))
        }
    }
}
