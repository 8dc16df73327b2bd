import API
public import Contract
import Evidence
public import Files
import Homes
import Identity
public import Primitives
public import Remote

/// An organisation's office: who enrols and retires its members, and speaks for it in the network. It holds the
/// organisation's root key and what opens the other keys of its folder, and has a connection that calls as the
/// root.
public struct Office: Sendable {
    public let network: Network
    /// The organisation that acts. It need not take part yet: an applicant agrees to its own admission.
    public let name: OrganisationName
    let keys: OfficeKeys
    public let connection: Connection
    /// Nil where it is lost: then the other organisations replace it.
    private let root: SigningKey?

    var folder: Folder { keys.folder }
    var surroundings: Surroundings { connection.surroundings }

    /// Runs `body` with the office of an organisation whose keys lie in `folder`, which `medseal network init`
    /// made, or `apply`.
    ///
    /// Where the organisation's root is being replaced, the office has the one that the ledger has accepted; where
    /// it is lost, the validator's key reads the ledger. Throws `refused` for a wrong passphrase.
    public static func open<Result>(
        _ folder: Folder, organisation name: OrganisationName, passphrase: SecretBytes,
        surroundings: Surroundings = .machine, _ body: (Office) async throws -> Result
    ) async throws -> Result {
        let network = try Network(folder)
        let own = folder.folder("organisations").folder(name.description)
        try HomeChange(own).settle()
        let keys = OfficeKeys(own, of: name, passphrase: passphrase)
        let root = try await keys.root.current(in: network, surroundings)
        guard let caller = try root ?? keys.validator() else {
            throw PartyError.badInput(
                "\(keys.folder.path) does not hold the keys of \(name): they stay in the folder that was founded"
            )
        }
        return try await Connection.open(
            network, caller: caller, home: name, memory: keys.folder, surroundings: surroundings
        ) { connection in
            try await body(
                Office(network: network, name: name, keys: keys, connection: connection, root: root))
        }
    }

    /// The organisation as the network agreed on it. Throws `badInput` before it was admitted.
    var organisation: Network.Organisation {
        get throws(PartyError) { try network.organisation(name) }
    }

    func requireRoot() throws(PartyError) -> SigningKey {
        guard let root else {
            throw .badInput("the root of \(name) is lost: the others agree without it (--signer)")
        }
        return root
    }

    /// Has `assertion` ordered as the organisation's root.
    func say(_ assertion: Assertion) async throws -> Wire.Receipt {
        try await connection.submit(surroundings.statement(assertion), signedBy: try requireRoot())
    }
}
