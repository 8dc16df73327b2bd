import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization
import Testing

@testable import ContractCases
@testable import SignedCases
@testable import Surroundings

/// The service under a peer that a test plays, over gRPC with mutual TLS on loopback.
@Suite("A peer's stream", .failsWhenStill) struct StreamTests {
    /// What the world's channel holds, and a deposit that it takes at 100.
    private static let channel = Result { try TestChannel.populated() }
    private static let played: World.Outcome = {
        var world = World.signed
        return world.play(Line("100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok"))
    }()
    private static let submit = ChaincodeInvocation.submit(statement: played.message)

    /// Serves the world's network while `body` runs; the machine's clock shows `clock`.
    private func serve(
        _ metrics: ChaincodeMetrics = ChaincodeMetrics(), clock: UInt64 = 100,
        security: ChaincodeServer.Security? = nil,
        _ body: @escaping @Sendable (_ port: Int, _ peer: TestCertificates.Identity) async throws -> Void
    ) async throws {
        let certificates = try TestCertificates.shared.get()
        let service = ChaincodeService(
            try Self.channel.get().chaincode, packageID: ScriptedPeer.packageID, metrics: metrics,
            now: { clock })
        let server = ChaincodeServer(
            service, host: "127.0.0.1", port: 0,
            security: security
                ?? .mutualTLS(
                    certificates: certificates.chaincode.certificate, privateKey: certificates.chaincode.key,
                    clientRoots: certificates.authority.certificate))
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { told.yield($0) } }
            var iterator = ports.makeAsyncIterator()
            let port = try #require(await iterator.next())
            try await body(port, certificates.peer)
            group.cancelAll()
        }
    }

    private func withPeer(
        _ metrics: ChaincodeMetrics = ChaincodeMetrics(),
        _ body: @escaping @Sendable (ScriptedPeer) async throws -> Void
    ) async throws {
        try await serve(metrics) { port, identity in
            try await ScriptedPeer.dial(port, as: identity, body)
        }
    }

    /// What the pure chaincode makes of it.
    private static func expected(
        _ invocation: ChaincodeInvocation = submit, at moment: UInt64 = 100
    ) throws -> ChaincodeOutcome {
        try channel.get().outcome(of: invocation.arguments, at: moment)
    }

    private func expect(_ end: PeerMessage, is outcome: ChaincodeOutcome) throws {
        #expect(end.type == .completed)
        #expect(try end.response.status == outcome.status)
        #expect(try end.response.message == outcome.message)
        #expect(try end.response.payload == Data(outcome.payload))
        #expect(end.chaincodeEvent.eventName == outcome.event?.name ?? "")
        #expect(end.chaincodeEvent.payload == Data(outcome.event?.payload ?? []))
        #expect(end.chaincodeEvent.txID.isEmpty && end.chaincodeEvent.chaincodeID.isEmpty)
    }

    @Test(
        "a statement: what is read and written, one by one and in batches of every size",
        arguments: [(0, 0), (1, 1), (3, 2), (100, 100), (0, 100), (100, 0)] as [(UInt32, UInt32)])
    func statement(reads: UInt32, writes: UInt32) async throws {
        try await withPeer { peer in
            try await peer.shakeHands(reads: reads, writes: writes)
            let channel = try Self.channel.get()
            let outcome = try Self.expected()
            let (requests, end) = try await peer.play(
                try ScriptedPeer.transaction(Self.submit), on: channel.values)
            try expect(end, is: outcome)
            #expect(outcome.status == 200 && outcome.writes.count > 3)

            let asked = requests.filter { [.getState, .getStateMultiple].contains($0.type) }
            #expect(asked.allSatisfy { $0.type == (reads > 0 ? .getStateMultiple : .getState) })
            #expect(
                try asked.flatMap { try $0.keys } == channel.chaincode.open(Self.submit.arguments).readKeys)
            #expect(try asked.allSatisfy { try $0.keys.count <= max(1, reads) })
            let put = requests.dropFirst(asked.count)
            #expect(put.allSatisfy { $0.type == (writes > 0 ? .writeBatchState : .putState) })
            #expect(try put.allSatisfy { try $0.keys.count <= max(1, writes) })
            let records = try put.flatMap { try $0.writes }
            #expect(records.map(\.key) == outcome.writes.map(\.key))
            #expect(records.map { [UInt8]($0.value) } == outcome.writes.map(\.value))
            #expect(records.allSatisfy { $0.type == .putState && $0.collection.isEmpty })
        }
    }

    @Test("what is refused is answered with its number, and writes nothing")
    func refusals() async throws {
        let metrics = ChaincodeMetrics()
        try await withPeer(metrics) { peer in
            try await peer.shakeHands(reads: 100, writes: 100)
            let values = try Self.channel.get().values
            var committed = values
            for write in try Self.expected().writes { committed[write.key] = write.value }
            let cases: [(PeerMessage, [String: [UInt8]], Int32)] = try [
                (ScriptedPeer.transaction(Self.submit), committed, 1003),
                (ScriptedPeer.transaction(.submit(statement: [1])), values, 1001),
                (ScriptedPeer.transaction(Self.submit), [:], 503),
                (ScriptedPeer.transaction(.begin(checkpoint: nil)), values, 504),
                (ScriptedPeer.transaction(.begin(checkpoint: [1])), values, 507),
                (ScriptedPeer.transaction(Self.submit, at: 131), values, 510),
                (ScriptedPeer.transaction(Self.submit, at: 401), values, 510),
                (ScriptedPeer.transaction(Self.submit, at: UInt64(Int64.max)), values, 510),
                (ScriptedPeer.transaction(Self.submit) { $0.txID = "other" }, values, 511),
                (ScriptedPeer.transaction(Self.submit) { $0.channelID = "other" }, values, 511),
                (ScriptedPeer.transaction(Self.submit) { $0.type = 1 }, values, 511),
                (ScriptedPeer.transaction(Self.submit) { $0.clearTimestamp() }, values, 511),
                (ScriptedPeer.transaction(Self.submit) { $0.timestamp.seconds = -1 }, values, 511),
                (ScriptedPeer.transaction(Self.submit) { $0.timestamp.nanos = -1 }, values, 511),
            ]
            for (transaction, values, status) in cases {
                let (requests, end) = try await peer.play(transaction, on: values)
                #expect(try end.response.status == status)
                #expect(try requests.allSatisfy { try $0.writes.isEmpty } && !end.hasChaincodeEvent)
            }
            // Other arguments than the client proposed; a proposal that is none; none at all.
            var altered = try ScriptedPeer.transaction(Self.submit)
            altered.payload = try ScriptedPeer.transaction(.status).payload
            var malformed = try ScriptedPeer.transaction(Self.submit)
            malformed.proposal.proposalBytes = Data([0xff])
            var missing = try ScriptedPeer.transaction(Self.submit)
            missing.clearProposal()
            for transaction in [altered, malformed, missing] {
                let (requests, end) = try await peer.play(transaction, on: values)
                #expect(try end.response.status == 511 && requests.isEmpty)
            }
            // Half a minute is not too much.
            let (_, end) = try await peer.play(
                try ScriptedPeer.transaction(Self.submit, at: 130), on: values)
            try expect(end, is: try Self.expected(at: 130))
        }
        #expect(metrics.text.contains("transactions_total{function=\"submit\",status=\"1003\"} 1\n"))
        #expect(metrics.text.contains("transactions_total{function=\"unknown\",status=\"511\"} 9\n"))
        #expect(metrics.text.contains("medseal_chaincode_transaction_seconds_count 18\n"))
        #expect(metrics.text.contains("medseal_chaincode_streams 0\n"))
    }

    @Test(
        "a time is a client's claim: it may lie five minutes behind this machine's clock, half a minute ahead"
    )
    func clocks() async throws {
        for (clock, status) in [(400, 200), (401, 510), (70, 200), (69, 510)] as [(UInt64, Int32)] {
            try await serve(clock: clock) { port, identity in
                try await ScriptedPeer.dial(port, as: identity) { peer in
                    try await peer.shakeHands()
                    let (_, end) = try await peer.play(
                        try ScriptedPeer.transaction(Self.submit), on: try Self.channel.get().values)
                    #expect(try end.response.status == status, "\(clock)")
                }
            }
        }
    }

    @Test("many transactions at once, answered in any order, each with one request at a time")
    func interleaved() async throws {
        try await withPeer { peer in
            try await peer.shakeHands()
            let values = try Self.channel.get().values
            let ids = (0..<40).map { "tx\($0)" }
            for id in ids { peer.send(try ScriptedPeer.transaction(Self.submit, id: id)) }
            // All of them ask before any is answered; the answers come last first.
            var waiting = [PeerMessage]()
            while waiting.count < ids.count { waiting.append(try await peer.receive()) }
            #expect(Set(waiting.map(\.txid)) == Set(ids))
            var ended = [PeerMessage]()
            var reads = [String: [String]]()
            while ended.count < ids.count {
                while let request = waiting.popLast() {
                    reads[request.txid, default: []] += try request.keys
                    peer.send(try ScriptedPeer.answer(request, from: values))
                }
                let message = try await peer.receive()
                if message.type == .completed { ended.append(message) } else { waiting.append(message) }
            }
            let outcome = try Self.expected()
            for end in ended { try expect(end, is: outcome) }
            #expect(Set(ended.map(\.txid)) == Set(ids))
            #expect(Set(reads.values).count == 1)
        }
    }

    @Test("the same transaction on two streams, and on two channels of one")
    func sameTransaction() async throws {
        try await serve { port, identity in
            try await ScriptedPeer.dial(port, as: identity) { one in
                try await ScriptedPeer.dial(port, as: identity) { other in
                    try await one.shakeHands(reads: 100, writes: 100)
                    try await other.shakeHands(reads: 100, writes: 100)
                    let values = try Self.channel.get().values
                    let transaction = try ScriptedPeer.transaction(Self.submit)
                    one.send(transaction)
                    let waiting = try await one.receive()
                    let (_, end) = try await other.play(transaction, on: values)
                    try expect(end, is: try Self.expected())
                    let elsewhere = try ScriptedPeer.transaction(.status, channel: "other")
                    #expect(try await one.play(elsewhere, on: [:]).end.response.status == 200)
                    one.send(try ScriptedPeer.answer(waiting, from: values))
                    one.send(try ScriptedPeer.answer(try await one.receive(), from: values))
                    try expect(try await one.receive(), is: try Self.expected())
                    // When it is over, its name is free.
                    #expect(try await one.play(transaction, on: values).end.response.status == 200)
                }
            }
        }
    }

    @Test("an error of the peer's ends that transaction and no other", arguments: [0, 2])
    func errors(requests: Int) async throws {
        try await withPeer { peer in
            try await peer.shakeHands(reads: 100)
            let values = try Self.channel.get().values
            peer.send(try ScriptedPeer.transaction(Self.submit, id: "failing"))
            for _ in 0..<requests {
                peer.send(try ScriptedPeer.answer(try await peer.receive(), from: values))
            }
            var error = try await peer.receive()
            error.type = .error
            error.payload = Data("no ledger".utf8)
            peer.send(error)
            let end = try await peer.receive()
            #expect(end.type == .error && end.txid == "failing" && end.channelID == "records")
            #expect(!end.payload.isEmpty)
            let next = try await peer.play(try ScriptedPeer.transaction(Self.submit), on: values)
            #expect(try next.end.response.status == 200)
        }
    }

    @Test("an answer with other values than were asked for ends that transaction")
    func wrongAnswer() async throws {
        try await withPeer { peer in
            try await peer.shakeHands(reads: 100)
            for payload in [Data(), Data([0xff])] {
                peer.send(try ScriptedPeer.transaction(Self.submit))
                var answer = try await peer.receive()
                answer.type = .response
                answer.payload = payload
                peer.send(answer)
                #expect(try await peer.receive().type == .error)
            }
        }
    }

    @Test("big values and many keys")
    func big() async throws {
        try await withPeer { peer in
            try await peer.shakeHands(reads: 1000)
            let keys = (0..<20).map { StateKey(bytes: [0x01, UInt8($0)]) }
            var values: [String: [UInt8]] = [:]
            for key in keys { values[ChaincodeKey.name(of: key)] = [UInt8](repeating: 7, count: 1 << 20) }
            let read = ChaincodeInvocation.read(keys: keys)
            let (requests, end) = try await peer.play(try ScriptedPeer.transaction(read), on: values)
            #expect(requests.count == 1)
            #expect(try end.response.payload.count > 20 << 20)
            // More than one message of the stock size.
            let junk = ChaincodeInvocation.import(leaves: [[UInt8](repeating: 1, count: 8 << 20)])
            let begun = try Self.channel.get().values
            let (_, refused) = try await peer.play(try ScriptedPeer.transaction(junk), on: begun)
            #expect(try refused.response.status == 506)
        }
    }

    @Test("too many at once are refused, until others have ended")
    func bound() async throws {
        try await withPeer { peer in
            try await peer.shakeHands()
            let values = try Self.channel.get().values
            let ids = (0..<ChaincodeService.transactionsMax).map { "tx\($0)" }
            for id in ids { peer.send(try ScriptedPeer.transaction(.status, id: id)) }
            var waiting = [PeerMessage]()
            for _ in ids { waiting.append(try await peer.receive()) }
            peer.send(try ScriptedPeer.transaction(.status, id: "late"))
            let refused = try await peer.receive()
            #expect(try refused.txid == "late" && refused.response.status == 514)
            while let request = waiting.popLast() {
                peer.send(try ScriptedPeer.answer(request, from: values))
                let message = try await peer.receive()
                if message.type != .completed { waiting.append(message) }
            }
            let (_, end) = try await peer.play(try ScriptedPeer.transaction(.status, id: "late"), on: values)
            #expect(try end.response.status == 200)
        }
    }

    @Test("keepalives come back")
    func keepalive() async throws {
        try await withPeer { peer in
            try await peer.shakeHands()
            for _ in 0..<3 {
                peer.send(.with { $0.type = .keepalive })
                #expect(try await peer.receive().type == .keepalive)
            }
        }
    }

    // MARK: What ends the stream

    static let intrusions: [(name: String, messages: [PeerMessage])] = {
        func message(_ type: PeerMessage.TypeEnum, _ id: String = "") -> PeerMessage {
            .with {
                $0.type = type
                $0.txid = id
                $0.channelID = id.isEmpty ? "" : "records"
            }
        }
        let (registered, ready) = (message(.registered), message(.ready))
        // Made of this test's own constants: fails only when the test itself is wrong.
        let transaction = try! ScriptedPeer.transaction(submit)
        var offer = ready
        offer.payload = Data([0xff])
        return [
            ("ready before registered", [ready]), ("registered twice", [registered, registered]),
            ("a transaction before ready", [registered, transaction]),
            ("a transaction at once", [transaction]), ("an error at once", [message(.error)]),
            ("ready twice", [registered, ready, ready]), ("an offer that is none", [registered, offer]),
            ("registered late", [registered, ready, registered]),
            ("an answer to nobody", [registered, ready, message(.response, "tx")]),
            ("an error to nobody", [registered, ready, message(.error, "tx")]),
            ("a request", [registered, ready, message(.getState, "tx")]),
            ("completed", [registered, ready, message(.completed, "tx")]),
            ("no type", [registered, ready, message(.undefined)]),
            ("an unknown type", [registered, ready, message(.UNRECOGNIZED(99))]),
            ("the same transaction again", [registered, ready, transaction, transaction]),
        ]
    }()

    @Test("a message that does not belong there ends the stream, and only it", arguments: intrusions.indices)
    func intrusion(index: Int) async throws {
        let (name, messages) = Self.intrusions[index]
        try await serve { port, identity in
            try await ScriptedPeer.dial(port, as: identity) { honest in
                try await honest.shakeHands()
                try await ScriptedPeer.dial(port, as: identity) { peer in
                    for message in messages { peer.send(message) }
                    do {
                        while let message = try await peer.next() {
                            #expect([.register, .getState].contains(message.type), "\(name)")
                        }
                        Issue.record("\(name): ended without complaint")
                    } catch let error as RPCError {
                        #expect(error.code == .failedPrecondition, "\(name): \(error)")
                    }
                }
                let status = try ScriptedPeer.transaction(.status)
                #expect(try await honest.play(status, on: [:]).end.response.status == 200)
            }
        }
    }

    @Test("an answer that comes before it is asked for, or twice")
    func unaskedAnswer() async throws {
        try await withPeer { peer in
            try await peer.shakeHands()
            peer.send(try ScriptedPeer.transaction(Self.submit))
            let answer = try ScriptedPeer.answer(try await peer.receive(), from: [:])
            // Of two answers to the first request one may be taken for the second's; a third is too many.
            for _ in 0..<50 { peer.send(answer) }
            await #expect(throws: RPCError.self) { while try await peer.next() != nil {} }
        }
    }

    @Test("a peer that goes away takes its transactions with it", arguments: [false, true])
    func vanishes(politely: Bool) async throws {
        let metrics = ChaincodeMetrics()
        try await serve(metrics) { port, identity in
            try await ScriptedPeer.dial(port, as: identity) { peer in
                try await peer.shakeHands()
                peer.send(try ScriptedPeer.transaction(Self.submit))
                _ = try await peer.receive()
                if politely {
                    peer.hangUp()
                    while try await peer.next() != nil {}
                }
            }
            while !metrics.text.contains("medseal_chaincode_streams 0\n") {
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(metrics.text.contains("{function=\"unknown\",status=\"broken\"} 1\n"))
            // The next one is served.
            try await ScriptedPeer.dial(port, as: identity) { peer in
                try await peer.shakeHands()
                let status = try ScriptedPeer.transaction(.status)
                #expect(try await peer.play(status, on: [:]).end.response.status == 200)
            }
        }
    }

    @Test(
        "the server stops although a stream is open, a transaction waits and others dial", arguments: 0..<10)
    func stops(time: Int) async throws {
        let (ready, told) = AsyncStream.makeStream(of: Void.self)
        let peers = Mutex<[Task<Void, any Error>]>([])
        try await serve { port, identity in
            let waiting = Task {
                try await ScriptedPeer.dial(port, as: identity) { peer in
                    try await peer.shakeHands()
                    peer.send(try ScriptedPeer.transaction(Self.submit))
                    _ = try await peer.receive()
                    told.yield()
                    while try await peer.next() != nil {}
                }
            }
            for await _ in ready { break }
            let dialling = (0..<8).map { _ in
                Task { try await ScriptedPeer.dial(port, as: identity) { _ = try await $0.receive() } }
            }
            try await Task.sleep(for: .milliseconds(time))
            peers.withLock { $0 = [waiting] + dialling }
        }
        for peer in peers.withLock({ $0 }) { _ = await peer.result }
    }

    @Test("peers show a certificate of an authority that is known")
    func strangers() async throws {
        let stranger = try TestCertificates.shared.get().stranger
        try await serve { port, _ in
            for identity in [nil, stranger] {
                await #expect(throws: (any Error).self) {
                    try await ScriptedPeer.dial(port, as: identity) { _ = try await $0.receive() }
                }
            }
            await #expect(throws: (any Error).self) {
                try await ScriptedPeer.dial(port, tls: false) { _ = try await $0.receive() }
            }
        }
        try await serve(security: .plaintext) { port, _ in
            try await ScriptedPeer.dial(port, tls: false) { try await $0.shakeHands() }
        }
    }
}
