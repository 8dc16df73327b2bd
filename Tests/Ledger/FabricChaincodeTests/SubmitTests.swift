import Contract
import FabricChaincode
import Identity
import Primitives
import Testing

@testable import ContractCases
@testable import SignedCases

@Suite("Statements through the chaincode") struct SubmitTests {
    @Test("10,000 statements: the contract's own writes, byte by byte, and its refusals")
    func script() throws {
        var world = World.signed
        var channel = try TestChannel.populated()
        var script = Script(seed: 42, backwards: false)
        var results = [String: Int]()
        var lines = 0
        while lines < 10_000 {
            let line = script.nextLine()
            // It would put something into the world's state that no statement did.
            if line.flags.contains("already") { continue }
            lines += 1
            let expected = world.play(line)
            let outcome = channel.run(.submit(statement: expected.message), at: line.time)
            results["\(expected.kind) \(expected.result)", default: 0] += 1
            if expected.result == "ok" {
                guard outcome.status == 200, outcome.contractWrites == expected.writes else {
                    Issue.record("\(line.text): \(outcome.message)")
                    return
                }
            } else if case .rejected(let code) = outcome, "\(code)" == expected.result {
                #expect(outcome.writes.isEmpty && outcome.event == nil && outcome.payload.isEmpty)
            } else {
                Issue.record("\(line.text): \(outcome.message), not \(expected.result)")
                return
            }
        }
        let isSame = channel.contract == world.state
        #expect(isSame)
        #expect(channel.clock == world.accepted.last?.time)
        #expect(results.count > 150, "\(results.count)")
    }

    /// A deposit by the world's clinician.
    private static let deposit = "100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok"

    private func deposit(_ text: String = Self.deposit) -> [UInt8] {
        var world = World.signed
        return world.play(Line(text)).message
    }

    @Test("the answer and the event are the receipt; the contract's writes come first, then the clock")
    func receipt() throws {
        var world = World.signed
        let played = world.play(Line(Self.deposit))
        var channel = try TestChannel.populated()
        let outcome = channel.run(.submit(statement: played.message), at: 100)
        let id = try SignedStatement(played.message, network: Cast.signed.network).id
        let receipt = ChaincodeReceipt.statement(
            id, time: 100, writesDigest: Digest(hashing: Write.encoded(played.writes)))
        #expect(outcome.payload == receipt.encoded())
        #expect(outcome.event?.name == "statement" && outcome.event?.payload == receipt.encoded())
        #expect(try ChaincodeReceipt(event: "statement", payload: outcome.payload) == receipt)
        #expect(outcome.writes.map(\.key) == played.writes.map { lowercaseHex($0.key.bytes) } + ["clock"])
        #expect(outcome.message.isEmpty)
    }

    @Test("refusals have the contract's number and its words, and write nothing")
    func rejections() throws {
        var channel = try TestChannel.populated()
        let statement = deposit()
        #expect(channel.run(.submit(statement: statement), at: 100).status == 200)
        let cases: [([UInt8], RejectionCode)] = [
            (statement, .replayed), ([], .malformed), (statement + [0], .malformed),
            (deposit(Self.deposit.replacing("| ok", with: "forged | ok")), .signatureInvalid),
            (
                deposit("101 | clinician@insurer | deposit r2 permit=p2@insurer | ok"),
                .organisationKindNotAllowed
            ),
        ]
        for (bytes, code) in cases {
            let outcome = channel.outcome(of: ChaincodeInvocation.submit(statement: bytes).arguments, at: 101)
            #expect(outcome == .rejected(code))
            #expect(outcome.status == 1000 + Int32(code.rawValue))
            #expect(outcome.message == "code \(code): \(code.explanation)")
            #expect(ChaincodeOutcome.rejection(status: outcome.status) == code)
            #expect(outcome.writes.isEmpty)
        }
        #expect(ChaincodeOutcome.rejection(status: 200) == nil)
        #expect(ChaincodeOutcome.rejection(status: 1000) == nil)
        #expect(ChaincodeOutcome.rejection(status: .max) == nil)
    }

    @Test("the ledger's time never goes back, and is written only when it goes on")
    func clock() throws {
        var channel = try TestChannel.populated()
        #expect(channel.clock == 50)
        let later = channel.run(.submit(statement: deposit()), at: 100)
        #expect(channel.clock == 100 && later.writes.last?.key == "clock")
        for (number, moment) in [(2, UInt64(100)), (3, 40)] {
            let text = "100 | clinician@hospital1 | deposit r\(number) permit=p\(number)@hospital1 | ok"
            let outcome = channel.run(.submit(statement: deposit(text)), at: moment)
            #expect(outcome.status == 200 && !outcome.writes.contains { $0.key == "clock" })
            guard
                case .statement(_, time: 100, _) = try ChaincodeReceipt(
                    event: "statement", payload: outcome.payload)
            else {
                Issue.record("at another time")
                return
            }
        }
        // A statement that is over at the ledger's time is over, whatever the transaction says.
        let stale = deposit("20 | clinician@hospital1 | deposit r4 permit=p4@hospital1 valid=60 | ok")
        #expect(channel.run(.submit(statement: stale), at: 20) == .rejected(.stale))
    }

    @Test("the ledger's time goes in the genesis' steps")
    func steps() throws {
        var genesis = Cast.signed.genesis
        genesis.timeStep = 60
        var channel = try TestChannel(genesisFile: genesis.signedByItsRoots())
        #expect(channel.run(.begin(checkpoint: nil), at: 1000).status == 200)
        #expect(channel.clock == 0)
        func enrolment(_ name: String) -> [UInt8] {
            var world = World.signed
            var statement = world.statement(
                of: Line("60 | root@insurer | enrol \(name)@insurer until=9d | ok"))
            let (cast, network) = (Cast.signed, channel.chaincode.network)
            let (root, member): (PublicKey, PublicKey) = (
                cast.named("root@insurer"), cast.named("\(name)@insurer")
            )
            // Who agrees does so in one network.
            let agreed = Approval.signedContent(
                statement.approvedContent(), by: member, signer: root, network: network)
            statement.approvals = [Approval(key: member, signature: cast.sign(agreed, by: member))]
            return cast.message(statement.encoded(), by: root, network: network)
        }
        for (moment, time, name) in [(59, 0, "a"), (60, 60, "b"), (119, 60, "c"), (181, 180, "d")] {
            #expect(channel.run(.submit(statement: enrolment(name)), at: UInt64(moment)).status == 200)
            #expect(channel.clock == UInt64(time))
        }
    }

    @Test("two peers give the same bytes; another contract gives others")
    func determinism() throws {
        let channel = try TestChannel.populated()
        let arguments = ChaincodeInvocation.submit(statement: deposit()).arguments
        let outcome = channel.outcome(of: arguments, at: 100)
        #expect(channel.outcome(of: arguments, at: 100) == outcome)
        let altered = try ConsentChaincode(genesisFile: Cast.signed.genesisFile) { statement, time, reads in
            decide(statement, at: time + 1, reads: reads)
        }
        let call = altered.open(arguments)
        #expect(call.execute(at: 100, reading: channel.values).writes != outcome.writes)
    }

    @Test("what the chaincode never wrote is not decided on")
    func damaged() throws {
        let channel = try TestChannel.populated()
        let arguments = ChaincodeInvocation.submit(statement: deposit()).arguments
        let keys = channel.chaincode.open(arguments).readKeys
        #expect(keys.prefix(2) == ["network", "clock"])
        for key in keys where channel.values[key] != nil {
            var damaged = channel
            damaged.values[key] = [0xff]
            #expect(damaged.outcome(of: arguments, at: 100).refusal == .stateDamaged, "\(key)")
        }
        var clockless = channel
        clockless.values["clock"] = nil
        #expect(clockless.outcome(of: arguments, at: 100).refusal == .stateDamaged)
        // A channel of another network.
        var genesis = Cast.signed.genesis
        genesis.timeStep = 2
        var other = try TestChannel(genesisFile: genesis.signedByItsRoots())
        #expect(other.run(.begin(checkpoint: nil), at: 0).status == 200)
        var mixed = channel
        mixed.values["network"] = other.values["network"]
        #expect(mixed.outcome(of: arguments, at: 100).refusal == .otherNetwork)
    }
}
