import FabricChaincode
import Foundation
import Identity
import Primitives
import Synchronization
import Testing

@testable import Contract
@testable import ContractCases
@testable import FabricChannel
@testable import SignedCases
@testable import StoryPlay

/// The decision tables on a real network of two organisations, where Fabric's programs are found (`FABRIC_BIN` or
/// PATH): their peers read, endorse and commit for the contract, and an orderer orders.
@Suite(
    .enabled(
        if: Story.fabricPrograms != nil, "Fabric's programs are neither on PATH nor in FABRIC_BIN: skipped"))
struct PeerTableTests {
    private static let organisations = ["hospital1", "insurer"]

    /// What the contracts of both organisations do next. A table sets what no statement can and its times go back:
    /// neither is possible on a channel, so state is put there as what a statement writes, and times come from here.
    private final class Stage: Sendable {
        enum Act {
            case put([Write])
            /// Decide at this time. What other stories have left under keys but `there` is not shown.
            case decide(at: LedgerTime, there: Set<StateKey>)
        }

        private let act = Mutex(Act.put([]))
        func set(_ next: Act) { act.withLock { $0 = next } }

        @Sendable func rules(_ statement: VerifiedStatement, _: LedgerTime, _ reads: Reads) -> Decision {
            switch act.withLock({ $0 }) {
            case .put(let writes): .accepted(writes)
            case .decide(let time, let there):
                decide(
                    statement, at: time,
                    reads: Reads(of: statement) { there.contains($0) ? reads[$0] : nil })
            }
        }
    }

    /// The gateway, the stage, and what the peers hold.
    private struct Channel {
        let gateway: Gateway
        let stage: Stage
        private(set) var values: [StateKey: [UInt8]]

        init(_ gateway: Gateway, _ stage: Stage) async throws {
            self.gateway = gateway
            self.stage = stage
            _ = try await gateway.submit(
                ChaincodeInvocation.begin(checkpoint: nil).arguments, deadline: .now + .seconds(60))
            values = Dictionary(uniqueKeysWithValues: Cast.signed.genesis.writes.map { ($0.key, $0.value) })
            try await expect(Cast.signed.genesis.writes)
        }

        /// Has the peers hold `state`, whatever else they hold.
        mutating func hold(_ state: [StateKey: [UInt8]]) async throws {
            let writes = state.filter { values[$0.key] != $0.value }
                .map { Write(key: $0.key, value: $0.value) }
            guard !writes.isEmpty else { return }
            let carrier = try #require(World.signed.accepted.first?.message)
            stage.set(.put(writes))
            try await commit(carrier, writes)
        }

        /// One transaction, endorsed by both and committed at both; afterwards both tell `writes`. The digest of
        /// what it wrote, as it answers.
        @discardableResult
        mutating func commit(_ statement: [UInt8], _ writes: [Write]) async throws -> Digest? {
            let committed = try await gateway.submit(
                ChaincodeInvocation.submit(statement: statement).arguments, deadline: .now + .seconds(60))
            for write in writes { values[write.key] = write.value }
            try await expect(writes)
            return PeerTableTests.writesDigest(of: committed.answer)
        }

        /// Each peer tells the values of `writes`, once it has the newest block.
        private func expect(_ writes: [Write]) async throws {
            let wanted = Dictionary(uniqueKeysWithValues: writes.map { ($0.key, $0.value) })
            for organisation in PeerTableTests.organisations {
                let deadline = ContinuousClock.now + .seconds(60)
                while try await gateway.values(of: Array(wanted.keys), at: organisation) != wanted {
                    try #require(.now < deadline, "\(organisation) has other values of \(wanted.keys)")
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
        }
    }

    /// A line, the state that it finds, and what the contract makes of it.
    private struct Scene {
        let name: String
        let line: Line
        let state: [StateKey: [UInt8]]
        let expected: World.Outcome
    }

    private static func scenes() -> [Scene] {
        var scenes = [Scene]()
        for table in DecisionTable.all {
            table.play(in: .signed) { line, world, expected in
                var state = world.state
                if line.flags.contains("already"),
                    let id = try? SignedStatement(expected.message, network: Cast.signed.network).id
                {
                    state[.statement(id)] = StatementState(kind: expected.kind, time: 1).encoded()
                }
                scenes.append(
                    Scene(name: "\(table.name): \(line.text)", line: line, state: state, expected: expected))
            }
        }
        return scenes
    }

    /// Of the receipt that the chaincode answers.
    private static func writesDigest(of answer: [UInt8]) -> Digest? {
        guard case .statement(_, _, let digest)? = try? ChaincodeReceipt(event: "statement", payload: answer)
        else { return nil }
        return digest
    }

    /// What the peer of `organisation` comes to, without anything being ordered: `ok` and the digest of its writes,
    /// or a code.
    private static func answer(
        to arguments: [[UInt8]], at organisation: String, _ gateway: Gateway
    ) async throws -> (result: String, writesDigest: Digest?) {
        do throws(FabricError) {
            let answer = try await gateway.evaluate(
                arguments, of: gateway.profile.chaincode, by: [organisation])
            return ("ok", writesDigest(of: answer))
        } catch .rejected(let code) {
            return ("\(code)", nil)
        }
    }

    @Test("every line: both peers come to the pure contract's writes, byte by byte, and its refusals")
    func lines() async throws {
        let story = try Story(["hospital1:hospital", "insurer:insurer"], onFabric: true, isServed: false)
        let stage = Stage()
        let chaincode = try ConsentChaincode(genesisFile: Cast.signed.genesisFile, rules: stage.rules)
        let serving = try Self.organisations.map { try story.serve(chaincode, for: $0) }
        defer { for task in serving { task.cancel() } }
        let profile = try ConnectionProfile(
            file: story.folder.appending(path: story.profile("hospital1")))
        let passphrase = SecretBytes(copying: [UInt8](try story.bytes("net.pass").dropLast()))
        let gateway = try Gateway(profile, as: FabricIdentity(profile, passphrase: passphrase))
        let (lines, accepted) = try await gateway.running { gateway in
            var channel = try await Channel(gateway, stage)
            var (lines, accepted) = (0, 0)
            for scene in Self.scenes() {
                lines += 1
                try await channel.hold(scene.state)
                stage.set(.decide(at: scene.line.time, there: Set(scene.state.keys)))
                let statement = scene.expected.message
                let writesDigest = Digest(hashing: Write.encoded(scene.expected.writes))
                for organisation in Self.organisations {
                    let (result, digest) = try await Self.answer(
                        to: ChaincodeInvocation.submit(statement: statement).arguments, at: organisation,
                        gateway)
                    #expect(result == scene.line.expected, "\(organisation), \(scene.name)")
                    if result == "ok" {
                        #expect(digest == writesDigest, "\(organisation), \(scene.name)")
                    }
                }
                if scene.expected.result == "ok" {
                    accepted += 1
                    let digest = try await channel.commit(statement, scene.expected.writes)
                    #expect(digest == writesDigest, "\(scene.name)")
                }
            }
            return (lines, accepted)
        }
        #expect(lines == DecisionTable.all.map(\.lineCount).reduce(0, +) && lines > 1800, "\(lines)")
        #expect(accepted > 800 && lines - accepted > 800, "\(accepted) of \(lines)")
    }
}
