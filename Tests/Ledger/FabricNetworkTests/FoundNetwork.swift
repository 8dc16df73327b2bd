import Contract
import FabricNetwork
import Files
import Foundation
import Offices
import Primitives
import Remote

@testable import Homes

/// A MedSeal network and its Fabric network, in a temporary folder.
struct FoundNetwork: Sendable {
    let home: Folder
    var fabric: Folder { home.folder("fabric") }

    static let passphraseText = "a test's passphrase"
    static var passphrase: SecretBytes { SecretBytes(copying: Array(passphraseText.utf8)) }

    /// Made once, for those that only read: sealing keys takes seconds.
    static let shared = Task {
        let network = FoundNetwork(
            home: try await home([("hospital1", .hospital), ("hospital2", .hospital), ("insurer", .insurer)]))
        try PassphraseWork.$factor.withValue(4) {
            try FabricFounding(home: network.home).found(passphrase: passphrase)
        }
        return network
    }

    /// A MedSeal network without Fabric.
    static func home(_ organisations: [(String, OrganisationKind)]) async throws -> Folder {
        let folder = Folder(NSTemporaryDirectory()).folder("medseal-fabric-\(lowercaseHex(Random.bytes(6)))")
        let founding = try NetworkFounding(
            organisations: organisations.map { (OrganisationName($0.0)!, $0.1) }, port: 9)
        try await PassphraseWork.$factor.withValue(4) {
            try await founding.found(in: folder, passphrase: passphrase)
        }
        return folder
    }

    func path(_ name: String) -> String { fabric.file(name) }

    func text(_ name: String) throws -> String { String(decoding: try fabric.read(name), as: UTF8.self) }
}

extension Folder {
    /// The paths of everything in it, folders with a slash at their end.
    func everything() -> Set<String> {
        let found = FileManager.default.enumerator(atPath: path)
        return Set(
            (found?.compactMap { $0 as? String } ?? []).map { folder($0).exists ? $0 + "/" : $0 })
    }
}
