public import Contract
public import Files
import Identity
public import Primitives
public import Remote

extension Application {
    /// Makes an organisation with all its keys in the network's `folder`, sealed under `passphrase`. Its
    /// private keys stay there; `application.json`, whose path this gives, is for the others.
    public static func make(
        _ name: OrganisationName, _ kind: OrganisationKind, in folder: Folder, passphrase: SecretBytes,
        surroundings: Surroundings = .machine
    ) throws -> (application: Application, file: String) {
        _ = try Network(folder)
        let own = folder.folder("organisations").folder(name.description)
        try own.requireNew()
        let founder = try Founder(name, kind, now: surroundings.date)
        let application = Application(of: founder)
        try own.parent.make()
        let draft = own.parent.folder(".\(own.name)-\(lowercaseHex(surroundings.random(4)))")
        defer { own.parent.remove(draft.name) }
        try draft.make()
        try founder.write(to: draft, passphrase: passphrase)
        try draft.write(try JSON.pretty(application), as: fileName, mode: 0o644)
        try draft.rename(to: own)
        return (application, own.file(fileName))
    }
}
