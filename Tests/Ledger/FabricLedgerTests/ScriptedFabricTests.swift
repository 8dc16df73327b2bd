import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Identity
import Ledger
import Primitives
import SQLiteLedger
import Synchronization
import Testing
import TransparencyLog

@testable import FabricChannel
@testable import FabricLedger
@testable import LedgerCases
@testable import Surroundings

/// The ledger's promise over a Fabric network, scripted (`ScriptedFabric`): over the real wire, with what can
/// go wrong on it.
@Suite struct ScriptedFabricTests {
    let network = TestNetwork()
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs `body` on a ledger over `fabric` that has begun.
    private func run(
        _ fabric: ScriptedFabric, in directory: TestDirectory = TestDirectory(), peers: Int = 1,
        report: @escaping @Sendable (String) -> Void = { _ in },
        _ body: @escaping @Sendable (FabricLedger) async throws -> Void
    ) async throws {
        if directory.files.isEmpty { try EmbeddedLedger.create(at: directory.path, genesis: network.file) }
        let copy = try network.open(directory)
        defer { copy.close() }
        try await fabric.serve(peers: peers) { profile, identity in
            let ledger = FabricLedger(copy: copy, gateway: try Gateway(profile, as: identity), report: report)
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
        try await run(fabric) { (ledger) async throws in
            for statement in statements {
                let receipt = try await ledger.commit(statement)
                #expect(receipt.level == .durable)
                #expect(receipt.passages.map(\.stage) == Stage.allCases)
            }
            let entries = try ledger.entries(from: 0, limit: 10).map { try LogEntry.decode($0) }
            #expect(try entries == embedded.entries(from: 0, limit: 10).map { try LogEntry.decode($0) })
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

    // MARK: Moving

    /// An archive of a log of so many deposits.
    private func archive(deposits: Int) async throws -> Archive {
        let directory = TestDirectory()
        let ledger = try await network.make(in: directory)
        defer { ledger.close() }
        for _ in 0..<deposits { try await ledger.commit(network.deposit()) }
        try ledger.export(to: scratch.path("log"))
        return try Archive(at: scratch.path("log"))
    }

    @Test func aLogThatMovesIsTheSameLog() async throws {
        let (archive, network) = (try await archive(deposits: 150), network)
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let moved = archive.checkpoint.checkpoint.head
        try await fabric.serve { profile, identity in
            let gateway = try Gateway(profile, as: identity)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.run() }
                group.addTask {
                    // The second transaction of three is lost in the middle of the move.
                    fabric.does(.conflicts)
                    let entries = try await gateway.move(archive)
                    #expect(entries == moved.size)
                    #expect(try await gateway.channel()?.progress?.tree.head == moved)
                    let blocks = fabric.blocks.count
                    #expect(try await gateway.move(archive) == moved.size)
                    #expect(fabric.blocks.count == blocks, "moved already")
                }
                try await group.next()
                group.cancelAll()
            }
        }
        try await run(fabric) { (ledger) async throws in
            #expect(try EmbeddedLedger.head(of: ledger.checkpoint(), network.genesis) == moved)
            let receipt = try await ledger.commit(network.deposit())
            #expect(receipt.position == moved.size)
            #expect(try ledger.examine() == [])
        }
    }

    @Test func anotherLogIsNotMovedToAChannelThatHasBegun() async throws {
        let archive = try await archive(deposits: 1)
        let fabric = try ScriptedFabric(genesis: network.file)
        try await run(fabric) { _ in }
        try await fabric.serve { profile, identity in
            let gateway = try Gateway(profile, as: identity)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await gateway.run() }
                group.addTask {
                    await #expect {
                        _ = try await gateway.move(archive)
                    } throws: {
                        "\($0)".contains("the channel has begun, and not with the log of this archive")
                    }
                }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    // MARK: Between reading and commitment (T37)

    /// A record, a grant of one release, and the ledger on which both are.
    private func granted(
        _ body:
            @escaping @Sendable (
                _ ledger: FabricLedger, _ fabric: ScriptedFabric, _ release: [UInt8], _ revoke: [UInt8]
            ) async throws -> Void
    ) async throws {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let (network, record, owner) = (network, RecordHandle.random(), SigningKey.generate())
        let grant = network.grant(record, owner: owner, releases: 1)
        let release = network.release(record, under: network.id(of: grant))
        let revoke = network.sign(
            .revoke(Revoke(record: record, grant: network.id(of: grant))), by: owner)
        try await run(fabric) { ledger in
            for statement in network.enrolments + [network.deposit(record, owner: owner), grant] {
                try await ledger.commit(statement)
            }
            try await body(ledger, fabric, release, revoke)
        }
    }

    @Test func aRevocationThatComesBetweenWins() async throws {
        try await granted { ledger, fabric, release, revoke in
            fabric.commitsFirst(revoke)
            // It was endorsed on the grant as it was; at its turn that has changed.
            #expect(try await ledger.refusal(of: release) == .grantRevoked)
            let kinds = try ledger.entries(from: 4, limit: 5).map { try LogEntry.decode($0).statement }
            #expect(kinds == [revoke])
            #expect(try ledger.examine() == [])
        }
    }

    @Test func aReleaseThatComesBetweenIsOnTheLedgerBeforeTheRevocation() async throws {
        try await granted { ledger, fabric, release, revoke in
            fabric.commitsFirst(release)
            #expect(try await ledger.commit(revoke).position == 5)
            let statements = try ledger.entries(from: 4, limit: 5).map { try LogEntry.decode($0).statement }
            #expect(statements == [release, revoke])
        }
    }

    @Test func theLastReleaseIsGivenOnce() async throws {
        let network = network
        try await granted { ledger, fabric, release, revoke in
            guard
                case .release(let said) = try SignedStatement(release, network: network.network).statement
                    .assertion
            else { return }
            let second = network.sign(.release(said), by: network.officer)
            fabric.commitsFirst(second)
            #expect(try await ledger.refusal(of: release) == .releasesUsedUp)
        }
    }

    // MARK: Events

    @Test func eventsAreToldOnceAndGoOnAfterTheLast() async throws {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let network = network
        let statements = network.enrolments
        try await run(fabric) { ledger in
            for statement in statements { try await ledger.commit(statement) }
        }
        try await fabric.serve { profile, identity in
            let told = Mutex<[ChannelEvent]>([])
            func listen(after place: ChannelEvent.Place?, count: Int) async throws {
                try await Gateway(profile, as: identity).running { gateway in
                    try await gateway.events(after: place) { event in
                        told.withLock { told in
                            told.append(event)
                            return told.count < count
                        }
                    }
                }
            }
            try await listen(after: nil, count: 2)
            let first = told.withLock { $0 }
            #expect(first.map(\.receipt.event) == ["begin", "statement"])
            try await listen(after: first.last?.place, count: 3)
            let receipts = told.withLock { $0.map(\.receipt) }
            let ids = receipts.compactMap { if case .statement(let id, _, _) = $0 { id } else { nil } }
            #expect(ids == statements.map { network.id(of: $0) })
            fabric.does(.breaksEventsOff)
            await #expect {
                try await listen(after: nil, count: 100)
            } throws: { "\($0)".contains("the peer is gone") }
        }
    }

    // MARK: What goes wrong on the way

    /// Submits an enrolment while `fault` happens.
    private func outcome(
        during fault: ScriptedFabric.Fault, times: Int = 1, peers: Int = 1
    ) async throws -> (outcome: Result<Outcome, LedgerError>, fabric: ScriptedFabric) {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let statement = network.enrolments[0]
        let result = Mutex<Result<Outcome, LedgerError>?>(nil)
        try await run(fabric, peers: peers) { (ledger) async throws in
            fabric.does(fault, times: times)
            do throws(LedgerError) {
                let outcome = try await ledger.submit(statement)
                result.withLock { $0 = .success(outcome) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
        }
        return (try #require(result.withLock { $0 }), fabric)
    }

    private func isCommitted(_ result: Result<Outcome, LedgerError>) -> Bool {
        if case .success(.committed(let receipt)) = result { receipt.position == 0 } else { false }
    }

    @Test func whatPassesIsTriedAgain() async throws {
        // One more is what began the network.
        for (fault, endorsements) in [
            (ScriptedFabric.Fault.conflicts, 3), (.noEndorsers, 2), (.differingEndorsements, 2),
        ] {
            let (result, fabric) = try await outcome(during: fault)
            #expect(isCommitted(result), "\(fault)")
            #expect(fabric.endorsements == endorsements, "\(fault)")
        }
    }

    @Test func aLostAnswerIsFoundOutAndNothingIsAppliedTwice() async throws {
        let (result, fabric) = try await outcome(during: .losesAnswer)
        #expect(isCommitted(result))
        // The same transaction again, which counts once.
        let codes = fabric.blocks.flatMap { [UInt8]($0.metadata.metadata[2]) }
        #expect(codes == [0, 0, 0, UInt8(Protos_TxValidationCode.duplicateTxid.rawValue)])
    }

    @Test func aPeerThatDoesNotSayWhatBecameOfItIsAskedAgain() async throws {
        #expect(isCommitted(try await outcome(during: .silentOnStatus, times: 2).outcome))
    }

    @Test(arguments: [1, 2])
    func whereOnePeerBreaksOffTheNextGoesOn(peers: Int) async throws {
        #expect(isCommitted(try await outcome(during: .breaksOffBlocks, peers: peers).outcome))
    }

    @Test func aGatewayThatAltersAStatementGetsNoSignature() async throws {
        let (result, fabric) = try await outcome(during: .altersArguments)
        guard case .failure(.unordered(let reason)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason.contains("is not what it was asked for: it has other arguments"))
        #expect(fabric.blocks.count == 2, "nothing was ordered")
    }

    @Test func aBlockThatWasChangedIsNotFollowed() async throws {
        let fabric = try ScriptedFabric(genesis: network.file)
        fabric.does(.tellsOtherBlocks)
        await #expect {
            try await run(fabric) { _ in }
        } throws: { "\($0)".contains("block 0: its data is not what its header says") }
    }

    @Test func aCopyGoesOnWhereItStopped() async throws {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let (directory, network) = (TestDirectory(), network)
        let enrolments = network.enrolments
        try await run(fabric, in: directory) { try await $0.commit(enrolments[0]) }
        try await run(fabric, in: directory) { (ledger) async throws in
            #expect(try await ledger.commit(enrolments[1]).position == 1)
            #expect(try ledger.examine() == [])
        }
        // Another organisation's copy, from the beginning.
        try await run(fabric) { (ledger) async throws in
            #expect(try ledger.entries(from: 0, limit: 3).count == 2)
        }
    }

    @Test func anOutageIsToldOnce() async throws {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        fabric.does(.givesNoBlocks, times: 3)
        let told = Mutex<[String]>([])
        let enrolment = network.enrolments[0]
        let report: @Sendable (String) -> Void = { text in told.withLock { $0.append(text) } }
        try await run(fabric, report: report) { try await $0.commit(enrolment) }
        #expect(told.withLock { $0 } == ["no peer gives blocks (the peer is gone); tries again"])
    }

    /// Reading needs no endorsers: who has begun starts again without them.
    @Test func itStartsWhileTooFewCanEndorse() async throws {
        let fabric = try ScriptedFabric(genesis: network.file, clock: { TestNetwork.created + 10 })
        let (directory, enrolment) = (TestDirectory(), network.enrolments[0])
        try await run(fabric, in: directory) { try await $0.commit(enrolment) }
        fabric.does(.noEndorsers, times: .max)
        try await run(fabric, in: directory) { (ledger) async throws in
            #expect(try ledger.entries(from: 0, limit: 3).count == 1)
        }
        #expect(fabric.endorsements == 2)
    }

    /// Endorsers that run another contract, all of them: the organisation's own execution stops its copy.
    @Test func whatTheContractRefusesStopsTheCopy() async throws {
        let fabric = try ScriptedFabric(
            genesis: network.file, clock: { TestNetwork.created + 10 },
            rules: { statement, time, reads in
                // It takes deposits by whomever.
                if case .deposit(let deposit) = statement.assertion {
                    return .accepted([Write(key: .record(deposit.record), value: [1])])
                }
                return decide(statement, at: time, reads: reads)
            })
        let (directory, network) = (TestDirectory(), network)
        await #expect {
            try await run(fabric, in: directory) { try await $0.commit(network.deposit()) }
        } throws: {
            "\($0)".contains("block 2 holds what this organisation's execution refuses, at position 0")
        }
        let copy = try network.open(directory)
        defer { copy.close() }
        #expect(try copy.entries(from: 0, limit: 1).isEmpty)
        #expect(try copy.followed()?.number == 1)
    }

    @Test func theReasonStandsInAGatewaysDetails() {
        let said = Gateway.chaincodeResponse(
            in: "Hospital1MSP: chaincode response 1040, code recordExists: there")
        #expect(said?.status == 1040 && said?.reason == "code recordExists: there")
        #expect(Gateway.chaincodeResponse(in: "chaincode response x, y") == nil)
        #expect(Gateway.chaincodeResponse(in: "failed to endorse transaction, see attached details") == nil)
    }
}
