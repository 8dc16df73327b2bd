import Age
public import Contract
public import Files
import Foundation
public import Identity
public import Primitives
public import Remote
import Synchronization

/// A patient's folder: the sealed wallet, the sealed names of the organisations joined, and a copy of the
/// network.
public struct PatientHome: Sendable {
    static let walletName = "wallet.age"
    static let organisationsName = "organisations.age"

    public let folder: Folder
    public let network: Network

    /// The home in `folder`. Throws `badInput` when it is none.
    public init(_ folder: Folder) throws(ClientFailure) {
        guard folder.has(Self.walletName) else { throw .badInput("\(folder.path) is not a patient's home") }
        self.folder = folder
        self.network = try Network(folder.folder("network"))
    }

    /// Makes a home around `wallet`, sealed under `passphrase`: hexadecimal of the master secret in an age
    /// passphrase file.
    public static func create(
        _ folder: Folder, network: Network, wallet: Wallet, passphrase: SecretBytes
    ) throws -> PatientHome {
        guard !folder.parent.has(folder.name) || folder.names.isEmpty else {
            throw ClientFailure.badInput("\(folder.path) exists already")
        }
        try folder.make()
        try network.copy(to: folder.folder("network"))
        var digits = wallet.master.withUnsafeBytes { bytes in
            let table = Array("0123456789abcdef".utf8)
            return bytes.flatMap { [table[Int($0 >> 4)], table[Int($0 & 15)]] } + [UInt8(ascii: "\n")]
        }
        defer { wipe(&digits) }
        // Last: a home is one once it has its wallet.
        try folder.write(
            try seal(digits, for: .passphrase(passphrase, workFactor: PassphraseWork.factor)), as: walletName)
        return try PatientHome(folder)
    }

    /// Opens the wallet. Throws `refused` for a wrong passphrase.
    public func unlock(_ passphrase: SecretBytes) throws -> Patient {
        let what = folder.file(Self.walletName)
        let text = try SecretBytes.opening(
            try folder.read(Self.walletName), passphrase: passphrase, what: what)
        var digits = text.withUnsafeBytes { Array($0.prefix { $0 != UInt8(ascii: "\n") }) }
        defer { wipe(&digits) }
        guard var master = decodeLowercaseHex(digits), master.count == Wallet.masterBytes else {
            throw ClientFailure.unverified("\(what) is no wallet")
        }
        defer { wipe(&master) }
        let wallet = Wallet(master: SecretBytes(copying: master))
        var patient = Patient(home: self, wallet: wallet, joined: [])
        try patient.readJoined()
        return patient
    }

    var remembered: RememberedCheckpoint { RememberedCheckpoint(folder: folder) }
}

/// A patient with the wallet open.
public struct Patient: Sendable {
    /// An organisation that the wallet has an inbox at.
    public struct Joined: Codable, Sendable {
        public var name: OrganisationName
        /// How many permits were named in the application: what the short code was made of.
        public var appliedWith: Int
        /// How many permits the organisation should have in stock; 0: none are handed over unasked.
        public var stock: Int
        /// How many were handed over so far.
        public var handedOver: Int
    }

    public let home: PatientHome
    public let wallet: Wallet
    public internal(set) var joined: [Joined]
    /// The organisations that were away while others, with servers of their own, answered.
    public let away = Away()

    /// A list that copies of a wallet share.
    public final class Away: Sendable {
        private let found = Mutex<Set<OrganisationName>>([])

        public var names: [OrganisationName] {
            found.withLock { $0.sorted { $0.description < $1.description } }
        }

        func note(_ name: OrganisationName) { _ = found.withLock { $0.insert(name) } }
    }

    public var network: Network { home.network }

    /// The identity that the names of the organisations are sealed to: only the wallet opens them.
    var ownIdentity: AgeIdentity { wallet.ownIdentity }

    func inboxIdentity(_ organisation: OrganisationName) -> AgeIdentity {
        wallet.inboxIdentity(organisation: organisation)
    }

    mutating func readJoined() throws {
        guard home.folder.has(PatientHome.organisationsName) else { return }
        let sealed = try home.folder.read(PatientHome.organisationsName)
        do {
            joined = try JSON.decode([Joined].self, try open(sealed, with: .identity(ownIdentity)))
        } catch {
            throw ClientFailure.unverified(
                "\(home.folder.file(PatientHome.organisationsName)) is not this wallet's")
        }
    }

    func writeJoined() throws {
        let sealed = try seal(try JSON.encode(joined), for: .recipients([ownIdentity.recipient]))
        try home.folder.write(sealed, as: PatientHome.organisationsName)
    }

    mutating func set(_ membership: Joined) throws {
        joined.removeAll { $0.name == membership.name }
        joined.append(membership)
        joined.sort { $0.name.description < $1.name.description }
        try writeJoined()
    }

    /// Runs `body` with a connection that calls as the inbox at `organisation`, whose server knows no other.
    func connected<Result>(
        at organisation: OrganisationName, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await Connection.open(
            network, caller: wallet.inboxKey(organisation: organisation), home: organisation,
            memory: home.folder, body)
    }

    /// Runs `body` with a connection to each organisation that the wallet has joined. One whose own server cannot be
    /// reached is left out and noted, unless all are.
    func everywhere(_ body: (Joined, Connection) async throws -> Void) async throws {
        var failures = [ClientFailure]()
        for membership in joined {
            do {
                try await connected(at: membership.name) { try await body(membership, $0) }
            } catch let failure as ClientFailure
                where failure.code == .unreachable && network.hasSeveralServers
            {
                failures.append(failure)
                away.note(membership.name)
            }
        }
        if let failure = failures.first, failures.count == joined.count { throw failure }
    }
}
