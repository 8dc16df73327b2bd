import Contract
import Identity
import Primitives

@testable import ContractCases

extension Cast {
    /// Names stand for Ed25519 keys, the network is the one of a signed genesis file.
    static let signed = Cast.signed(naming: [:])

    /// The same where `given` names stand for digests of what is there, an organisation's authority say.
    static func signed(naming given: [String: Digest]) -> Cast {
        Cast(
            network: { Bytes32(SHA256.digest($0.signedByItsRoots()))! }, hash: { SHA256.digest($0) },
            bytes: { name, meaning in
                if meaning == KeyMeaning.self { return NamedKeys.key(name).publicKey }
                if meaning == DigestMeaning.self, let digest = given[name] { return digest.bytes }
                return SHA256.digest(Array(name.utf8))
            },
            signature: { NamedKeys.key(of: $1).sign($0) }, isValid: { Signatures.isValid($0) })
    }

    var genesisFile: [UInt8] { genesis.signedByItsRoots() }
}

extension Genesis {
    /// The file of a genesis whose roots are keys of their organisations' names.
    func signedByItsRoots() -> [UInt8] {
        signed(by: organisations.map { NamedKeys.key("root@\($0.name)") })
    }
}

extension World {
    /// The world in which every story with real keys begins.
    static let signed = World(of: .signed)
}
