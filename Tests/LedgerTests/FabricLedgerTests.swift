import Contract
import FabricChaincode
import FabricLedger
import Foundation
import Identity
import Ledger
import Primitives
import Synchronization
import Testing
import TransparencyLog

/// The ledger's promise over a Fabric network, scripted (`ScriptedFabric`): over the real wire, with what can
/// go wrong on it.
@Suite struct FabricLedgerTests {
    let network = TestNetwork()

    /// Runs `body` on a ledger over `fabric` that has begun.
    private func run(
        _ fabric: ScriptedFabric, in directory: TestDirectory = TestDirectory(),
        _ body: @escaping @Sendable (FabricLedger) async throws -> Void
    ) async throws {
        if directory.files.isEmpty { try EmbeddedLedger.create(at: directory.path, genesis: network.file) }
        let copy = try network.open(directory)
        defer { copy.close() }
        try await fabric.serve { profile, identity in
            let ledger = FabricLedger(copy: copy, gateway: try Gateway(profile, as: identity)) { _ in }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await ledger.run() }
                group.addTask {
                    try await ledger.begin()
                    try await body(ledger)
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    @Test func aStoryHasTheSameLogAsOnTheEmbeddedLedger() async throws {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let network = network
        let record = RecordHandle.random()
        let owner = SigningKey.generate()
        let grant = network.grant(record, owner: owner)
        let statements =
            network.enrolments + [
                network.deposit(record, owner: owner), grant,
                network.release(record, under: network.id(of: grant)),
            ]
        let directory = TestDirectory()
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        let embedded = try network.open(directory)
        defer { embedded.close() }
        for statement in statements { try await embedded.commit(statement) }
        try await run(fabric) { ledger in
            for statement in statements {
                let receipt = try await ledger.commit(statement)
                #expect(receipt.level == .durable)
                #expect(receipt.passages.map(\.stage) == Stage.allCases)
            }
            #expect(try ledger.entries(from: 0, limit: 10) == embedded.entries(from: 0, limit: 10))
            #expect(try ledger.examine() == [])
            // What peers keep is what the copy keeps.
            for key in [StateKey.record(record), .grant(network.id(of: grant)), .network] {
                #expect(fabric.value(ChaincodeKey.name(of: key)) == (try ledger.value(of: key)))
            }
            #expect(try await ledger.refusal(of: [1, 2, 3]) == .malformed)
            let second = network.deposit(record)
            #expect(try await ledger.refusal(of: second) == .recordExists)
            // Once more is no second time.
            let again = try await ledger.commit(statements[2])
            #expect(again.position == 2 && again.passages.isEmpty)
            #expect(try ledger.entries(from: 0, limit: 10).count == 5)
        }
    }
}
