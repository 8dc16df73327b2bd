public import API
public import Contract
import Foundation
import Identity
public import Primitives
public import Remote

/// What organisations decide together, each by its root: who joins, who is suspended, whose root is replaced
/// (T39).
///
/// One of them makes a draft that names all who are to agree; it goes from hand to hand; its signer submits it.
public struct Council: Sendable {
    public enum Decision: Sendable {
        case admit(Application)
        case suspend(OrganisationName)
        case restore(OrganisationName)
        /// The root of the council's own organisation.
        case rotateRoot
    }

    public let network: Network
    public let organisation: OrganisationName
    private let folder: Folder
    private let passphrase: SecretBytes
    /// Nil where it is lost: then the others replace it.
    private let root: SigningKey?
    /// Who reads the ledger: the root, or else the organisation's validator.
    private let caller: SigningKey

    /// `folder` is a network's folder with the keys of the organisation, which need not take part yet. Throws
    /// `refused` for a wrong passphrase.
    public init(_ folder: Folder, organisation name: OrganisationName, passphrase: SecretBytes) async throws {
        network = try Network(folder)
        organisation = name
        self.folder = folder.folder("organisations").folder(name.description)
        self.passphrase = passphrase
        let rootKey = RootKey(self.folder, of: name, passphrase: passphrase)
        if rootKey.isLost, self.folder.has(Self.validatorName) {
            root = nil
            caller = try SigningKey(
                opening: try self.folder.read(Self.validatorName), passphrase: passphrase,
                what: "the validator's key of \(name)")
        } else {
            let current = try await rootKey.current(in: network)
            (root, caller) = (current, current)
        }
    }

    private static let validatorName = "validator.key.pem"

    /// A draft of a decision, said by `signer` (this organisation unless another is named) and agreed to by
    /// `others`. Throws `badInput` when those are not more than half of the organisations.
    ///
    /// For a rotation the new root is made, unless there is one that waits already, and agrees at once.
    public func draft(
        _ decision: Decision, with others: [OrganisationName], signer: OrganisationName? = nil
    ) async throws -> StatementDraft {
        let signer = signer ?? organisation
        let endorsers = Set(others + [signer]).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        return try await Connection.open(
            network, caller: caller, home: organisation, memory: folder
        ) { connection in
            let checkpoint = try await RememberedCheckpoint(folder: folder).advance(connection)
            let governance = try await connection.governance(under: checkpoint)
            let names = governance.organisations.map(\.name.description).joined(separator: ", ")
            for name in endorsers {
                guard let endorser = governance.organisation(name), !endorser.isSuspended else {
                    throw ClientFailure.badInput("\(name) does not take part; the network has \(names)")
                }
            }
            guard endorsers.count >= governance.majority else {
                throw ClientFailure.badInput(
                    "\(governance.majority) organisations must agree (--with); the network has \(names)")
            }
            guard let root = governance.organisation(signer)?.root else {
                throw ClientFailure.badInput("\(signer) does not take part")
            }
            var assertion: Assertion
            var newRoot: SigningKey?
            switch decision {
            case .admit(let application):
                assertion = .admit(Admit(organisation: try application.pinned, endorsers: endorsers))
            case .suspend(let name):
                assertion = .suspend(
                    Suspend(organisation: name, endorsers: endorsers, standing: .suspended))
            case .restore(let name):
                assertion = .suspend(Suspend(organisation: name, endorsers: endorsers, standing: .restored))
            case .rotateRoot:
                let next = try rootKey.next()
                newRoot = next
                assertion = .rotateRoot(
                    RotateRoot(organisation: organisation, root: next.key, endorsers: endorsers))
            }
            var draft = StatementDraft(assertion, signer: root, network: network.id, now: machineTime())
            if let newRoot { draft.agree(by: newRoot) }
            return draft
        }
    }

    private func requireRoot() throws(ClientFailure) -> SigningKey {
        guard let root else {
            throw .badInput("the root of \(organisation) is lost: the others agree without it (--signer)")
        }
        return root
    }

    private var rootKey: RootKey { RootKey(folder, of: organisation, passphrase: passphrase) }

    /// Adds this organisation's agreement. Throws `badInput` when the draft is of another network.
    public func agree(to draft: inout StatementDraft) throws(ClientFailure) {
        guard draft.network == network.id else { throw .badInput("the draft is for another network") }
        let root = try requireRoot()
        guard draft.signer != root.key else {
            throw .badInput("\(organisation) is the draft's signer: it submits it (medseal network submit)")
        }
        draft.agree(by: root)
    }

    /// Has the draft ordered; where it replaced this organisation's root, the new one takes its place in the
    /// folder.
    public func submit(_ draft: StatementDraft) async throws -> Wire.Receipt {
        let root = try requireRoot()
        let receipt = try await Connection.open(
            network, caller: root, home: organisation, memory: folder
        ) { connection in
            try await draft.submit(by: root, connection)
        }
        _ = try await rootKey.current(in: network)
        return receipt
    }
}

/// An organisation's root in its folder, and the next one while it is being replaced.
///
/// `root.pem` stays in its place until the ledger has accepted `root.next.pem`, which then takes that place in
/// one rename: whenever it is cut off, the folder has the root that the ledger knows, and finds out which.
struct RootKey {
    static let nextName = "root.next.pem"

    private let folder: Folder
    private let name: OrganisationName
    private let passphrase: SecretBytes

    init(_ folder: Folder, of name: OrganisationName, passphrase: SecretBytes) {
        self.folder = folder
        self.name = name
        self.passphrase = passphrase
    }

    var isLost: Bool { !folder.has(OrganisationOffice.rootName) }

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

    private func open(_ file: String) throws(ClientFailure) -> SigningKey {
        guard folder.has(file) else {
            throw .badInput(
                "\(folder.path) does not hold the keys of \(name): they stay in the folder that was founded")
        }
        return try SigningKey(
            opening: try folder.read(file), passphrase: passphrase, what: "the root key of \(name)")
    }

    /// The root that speaks for the organisation. A new one that the ledger has accepted, proven under its
    /// checkpoint, takes the old one's place first.
    func current(in network: Network) async throws -> SigningKey {
        guard let next = try waiting() else { return try open(OrganisationOffice.rootName) }
        let isAccepted = try await Connection.open(
            network, caller: next, home: name, memory: folder
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
        guard isAccepted else { return try open(OrganisationOffice.rootName) }
        guard rename(folder.file(Self.nextName), folder.file(OrganisationOffice.rootName)) == 0 else {
            throw ClientFailure.unreachable("cannot replace the root in \(folder.path): \(Folder.cause)")
        }
        try folder.sync()
        return next
    }
}
