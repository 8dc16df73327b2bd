import Age
import Contract
public import Evidence
public import Files
import Foundation
import Homes
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

    /// Whether there is a wallet in `folder`.
    public static func exists(in folder: Folder) -> Bool { folder.has(walletName) }

    /// The home in `folder`. Throws `badInput` when it is none.
    public init(_ folder: Folder) throws(PartyError) {
        try PartyError.files { try folder.requireAccess() }
        try HomeChange(folder).settle()
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
            throw PartyError.badInput("\(folder.path) exists already")
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
    public func unlock(
        _ passphrase: SecretBytes, surroundings: Surroundings = .machine
    ) throws -> Patient {
        let what = folder.file(Self.walletName)
        let text = try SecretBytes.opening(
            try folder.read(Self.walletName), passphrase: passphrase, what: what)
        var digits = text.withUnsafeBytes { Array($0.prefix { $0 != UInt8(ascii: "\n") }) }
        defer { wipe(&digits) }
        guard var master = decodeLowercaseHex(digits), master.count == Wallet.masterBytes else {
            throw PartyError.unverified("\(what) is no wallet")
        }
        defer { wipe(&master) }
        let wallet = Wallet(master: SecretBytes(copying: master))
        var patient = Patient(
            home: self, wallet: wallet, surroundings: surroundings, joined: [])
        try patient.readJoined()
        return patient
    }
}
