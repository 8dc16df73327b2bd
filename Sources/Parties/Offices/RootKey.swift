import API
import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Primitives
import Remote

/// An organisation's root in its folder, and the next one while it is being replaced.
///
/// `root.pem` stays in its place until the ledger has accepted `root.next.pem`, which then takes that place in
/// one rename: whenever it is cut off, the folder has the root that the ledger knows, and finds out which.
struct RootKey {
    static let fileName = "root.pem"
    static let nextName = "root.next.pem"

    private let folder: Folder
    private let name: OrganisationName
    private let passphrase: SecretBytes

    init(_ folder: Folder, of name: OrganisationName, passphrase: SecretBytes) {
        self.folder = folder
        self.name = name
        self.passphrase = passphrase
    }

    private var isLost: Bool { !folder.has(Self.fileName) }

    /// The new root that waits to be accepted; made where there is none.
    func next() throws -> SigningKey {
        if let waiting = try waiting() { return waiting }
        let key = SigningKey.generate()
        try folder.write(
            SealedPrivateKey.seal(pkcs8: key.pkcs8, passphrase: passphrase), as: Self.nextName)
        return key
    }

    private func waiting() throws -> SigningKey? {
        folder.has(Self.nextName) ? try open(Self.nextName) : nil
    }

    private func present() throws -> SigningKey? { isLost ? nil : try open(Self.fileName) }

    private func open(_ file: String) throws(PartyError) -> SigningKey {
        try SigningKey(
            opening: try PartyError.files { try folder.read(file) }, passphrase: passphrase,
            what: "the root key of \(name)")
    }

    /// The root that speaks for the organisation; nil where it is lost. A new one that the ledger has accepted,
    /// proven under its checkpoint, takes the old one's place first, also that of a lost one.
    func current(in network: Network, _ surroundings: Surroundings) async throws -> SigningKey? {
        guard let next = try waiting() else { return try present() }
        let isAccepted = try await Connection.open(
            network, caller: next, home: name, memory: folder, surroundings: surroundings
        ) { connection in
            do {
                let checkpoint = try await RememberedCheckpoint(folder: folder).advance(connection)
                let governance = try await connection.governance(under: checkpoint)
                return governance.organisation(name)?.root == next.key
            } catch let problem as Problem where problem.type == .notAllowed {
                // The server knows it as nobody's key.
                return false
            }
        }
        guard isAccepted else { return try present() }
        guard rename(folder.file(Self.nextName), folder.file(Self.fileName)) == 0 else {
            throw PartyError.unavailable("cannot replace the root in \(folder.path): \(Folder.cause)")
        }
        try folder.sync()
        return next
    }
}
