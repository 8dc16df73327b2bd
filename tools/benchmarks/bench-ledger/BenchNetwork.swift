import Contract
import Identity
import Primitives
import Workload

/// A network of a hospital and an insurer, the same in every process.
struct BenchNetwork: Sendable {
    static let created: LedgerTime = 1_800_000_000

    let ledgerKey = BenchNetwork.key(1)
    /// The genesis file.
    let file: [UInt8]
    let stories: Stories
    let id: NetworkID

    init() {
        let organisations = [
            Stories.Organisation(OrganisationName("hospital1")!, root: Self.key(2)),
            Stories.Organisation(OrganisationName("insurer")!, root: Self.key(3)),
        ]
        let digest = Digest(hashing: [])
        let genesis = Genesis(
            origin: OriginName("medseal/bench")!, ledgerKey: ledgerKey.key, created: Self.created,
            organisations: zip(organisations, [OrganisationKind.hospital, .insurer]).enumerated().map {
                Genesis.Organisation(
                    name: $1.0.name, kind: $1.1, root: $1.0.root.key, validator: Self.key(6 + UInt8($0)).key,
                    authorityHash: digest, recordsRecipientHash: digest, deskRecipientHash: digest)
            }, quorum: .none)
        file = genesis.signed(by: organisations.map(\.root))
        id = Genesis.networkID(of: file)
        stories = Stories(
            network: id, hospital: organisations[0], insurer: organisations[1], now: Self.created)
    }

    private static func key(_ number: UInt8) -> SigningKey {
        SigningKey(seed: SecretBytes(copying: [UInt8](repeating: number, count: 32)))
    }

    /// Decodes the statement and checks its signatures.
    func check(_ statement: [UInt8]) {
        precondition((try? SignedStatement(statement, network: id))?.verified() != nil)
    }
}
