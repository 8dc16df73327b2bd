import Contract
import FabricChaincode
import FabricLedger
import Files
import Foundation
import Identity
import Ledger
import Primitives
import Remote
import SQLiteLedger
import Synchronization
import Testing
import TransparencyLog

@testable import ContractCases
@testable import FabricChannel
@testable import SignedCases
@testable import StoryPlay

/// The contract's script on all that executes it: one log, one state.
extension FabricStoryTests {
    /// The world's.
    private static let scripted = [
        "hospital1:hospital", "hospital2:hospital", "laboratory:laboratory", "insurer:insurer",
        "auditor:auditor",
    ]

    /// Puts the world's genesis in the place of the network's: the same organisations with the authorities that were
    /// founded, but roots and a ledger's key whose names the script knows.
    private static func found(_ folder: URL) throws -> Cast {
        let file = folder.appending(path: "public/genesis.cbor")
        var given = [String: Digest]()
        for organisation in try Genesis.decode([UInt8](Data(contentsOf: file))).organisations {
            given["authority@\(organisation.name)"] = organisation.authorityHash
            given["records@\(organisation.name)"] = organisation.recordsRecipientHash
            given["desk@\(organisation.name)"] = organisation.deskRecipientHash
        }
        let cast = Cast.signed(naming: given)
        try Data(cast.genesisFile).write(to: file)
        return cast
    }

    /// A clock that the script sets.
    private final class Clock: Sendable {
        private let moment = Mutex<UInt64>(0)
        func set(_ seconds: UInt64) { moment.withLock { $0 = seconds } }
        var now: UInt64 { moment.withLock { $0 } }
    }

    /// The script's world, and every line of it put to `ledger` too, which must answer the same.
    private func played(by cast: Cast, on ledger: EmbeddedLedger, _ clock: Clock) async throws -> World {
        var world = World(of: cast)
        for entry in world.accepted {
            clock.set(entry.time)
            guard case .committed = try await ledger.submit(entry.message) else {
                Issue.record("a member was not enrolled")
                return world
            }
        }
        var script = Script(seed: 42, backwards: false)
        var (lines, refused) = (0, 0)
        while lines < 10_000 {
            let line = script.nextLine()
            // It would put something into the world's state that no statement did.
            if line.flags.contains("already") { continue }
            lines += 1
            let expected = world.play(line)
            clock.set(line.time)
            switch try await ledger.submit(expected.message) {
            case .committed(let receipt):
                let isSame = expected.result == "ok" && receipt.time == line.time
                try #require(isSame, "\(line.text): accepted, not \(expected.result)")
                #expect(receipt.position + 1 == UInt64(world.accepted.count))
            case .rejected(let code):
                refused += 1
                try #require("\(code)" == expected.result, "\(line.text): \(code)")
            }
        }
        #expect(world.accepted.count > 2_000 && refused > 2_000, "\(world.accepted.count), \(refused)")
        return world
    }

    /// Whether a ledger has exactly these leaves, signed under this head, and this state after them.
    private func expect(
        _ ledger: EmbeddedLedger, of cast: Cast, has leaves: [[UInt8]], under head: TreeHead,
        _ state: [StateKey: [UInt8]]
    ) throws {
        let signed = try CheckpointKeys(cast.genesis).open(ledger.checkpoint())
        #expect(signed.checkpoint.head == head)
        var entries = [[UInt8]]()
        while case let page = try ledger.entries(from: UInt64(entries.count), limit: 1_000), !page.isEmpty {
            entries += page
        }
        #expect(entries.count == leaves.count)
        #expect(entries == leaves)
        let values = try ledger.values(of: Array(state.keys))
        #expect(values == state)
        // Its state is what the entries lead to, and nothing else.
        let findings = try ledger.examine()
        #expect(findings == [])
    }

    @Test(
        "the contract's script of 10,000 statements: contract, embedded ledger and peers come to the same bytes"
    )
    func script() async throws {
        var founded: Cast?
        let story = try Story(Self.scripted, onFabric: true, isServed: false) { founded = try Self.found($0) }
        let cast = try #require(founded)
        func path(_ name: String) -> String { story.folder.appending(path: name).path }
        let clock = Clock()
        try EmbeddedLedger.create(at: path("ledger"), genesis: cast.genesisFile)
        let ledger = try EmbeddedLedger(
            directory: path("ledger"), genesis: cast.genesisFile, key: NamedKeys.key("ledger"),
            clock: { clock.now })
        let world = try await played(by: cast, on: ledger, clock)
        let leaves = WorldLog(world).entries.map { $0.encoded() }
        var tree = MerkleTree()
        _ = tree.append(leaves.map { Merkle.leafHash($0) })
        try expect(ledger, of: cast, has: leaves, under: tree.head, world.state)
        ledger.close()

        for command in [
            ["ledger", "export", "ledger", "archive", "--genesis", "net/public/genesis.cbor"],
            [
                "fabric", "import", "archive", "--profile", story.profile("hospital1"), "--passphrase-file",
                "net.pass",
            ],
        ] {
            let done = try story.medseald(command)
            try #require(done.code == 0, "\(command): \(done.text)")
        }

        let network = try Network(Folder(path("net")))
        let profile = try ConnectionProfile(
            file: story.folder.appending(path: story.profile("insurer")))
        let passphrase = SecretBytes(copying: [UInt8](try story.bytes("net.pass").dropLast()))
        let identity = try FabricIdentity(profile, passphrase: passphrase)
        // What every peer tells itself, key by key.
        let state = world.state
        let told = try await Gateway(profile, as: identity).running { gateway in
            var told: [[StateKey: [UInt8]]] = []
            for peer in profile.peers {
                told.append(try await gateway.values(of: Array(state.keys), at: peer.organisation))
            }
            return told
        }
        #expect(told.count == Self.scripted.count)
        for values in told { #expect(values == state) }
        // What the blocks lead to, each transaction executed again, and nothing else is there.
        let report = try await ChannelAudit(
            genesis: network.genesisFile, authorities: network.organisations.map(\.authority),
            profile: profile, as: identity
        ).run()
        #expect(report.findings == [])
        #expect(report.channel.entries == tree.size)
        #expect(report.channel.root == lowercaseHex(tree.head.root))
        #expect(report.channel.stateDigest == WorldLog(world).entries.last?.stateDigest.hex)
        // The chaincode's own two besides.
        #expect(report.channel.values == state.count + 2)
        #expect(report.peers.count == Self.scripted.count)
        for peer in report.peers {
            #expect(peer.hasSameBlocks && peer.values == state.count + 2 && peer.differingValues == 0)
        }

        // An organisation's own copy, from the blocks.
        try EmbeddedLedger.create(at: path("copy"), genesis: cast.genesisFile)
        let copy = try EmbeddedLedger(
            directory: path("copy"), genesis: cast.genesisFile, key: NamedKeys.key("ledger"),
            clock: { clock.now })
        let following = FabricLedger(copy: copy, gateway: try Gateway(profile, as: identity)) {
            Issue.record("\($0)")
        }
        let running = Task { try await following.run() }
        defer { running.cancel() }
        try await following.begin()
        try expect(copy, of: cast, has: leaves, under: tree.head, state)
        running.cancel()
        _ = await running.result
        following.close()
    }
}
