import Contract
import FabricChaincode
import Identity
import Primitives
import Testing

@testable import ContractCases
@testable import SignedCases

/// The contract's decision tables, line by line: the state that a line finds, and the
/// statement at the line's time.
@Suite("Decision tables through the chaincode") struct TableTests {
    /// What comes of a line that is played on its own: a table's times go back from line to line, and a channel's
    /// do not.
    private static func outcome(of line: Line, _ message: [UInt8], in world: World, on begun: TestChannel)
        -> (channel: TestChannel, outcome: ChaincodeOutcome)
    {
        let clock = min(world.accepted.last?.time ?? 0, line.time)
        var channel = begun.holding(world.state, at: clock)
        let outcome = channel.run(.submit(statement: message), at: line.time)
        return (channel, outcome)
    }

    @Test("every line: the contract's own writes, byte by byte, and its refusals")
    func lines() throws {
        var begun = try TestChannel()
        #expect(begun.run(.begin(checkpoint: nil), at: 0).status == 200)
        var (lines, accepted) = (0, 0)
        for table in DecisionTable.all {
            table.play(in: .signed) { line, world, expected in
                lines += 1
                let name = "\(table.name): \(line.text)"
                #expect(expected.result == line.expected, "\(name)")
                let (channel, outcome) = Self.outcome(of: line, expected.message, in: world, on: begun)
                if expected.result == "ok" {
                    accepted += 1
                    guard let id = try? SignedStatement(expected.message, network: Cast.signed.network).id
                    else {
                        Issue.record("\(name): no statement")
                        return
                    }
                    let receipt = ChaincodeReceipt.statement(
                        id, time: line.time, writesDigest: Digest(hashing: Write.encoded(expected.writes)))
                    #expect(outcome.status == 200, "\(name): \(outcome.message)")
                    #expect(outcome.contractWrites == expected.writes, "\(name)")
                    #expect(outcome.payload == receipt.encoded(), "\(name)")
                    #expect(outcome.event?.name == "statement", "\(name)")
                    #expect(outcome.event?.payload == receipt.encoded(), "\(name)")
                    #expect(channel.clock == line.time, "\(name)")
                } else {
                    let code = choice(line.expected, of: RejectionCode.self)
                    #expect(outcome == .rejected(code), "\(name): \(outcome.message)")
                    #expect(outcome.status == 1000 + Int32(code.rawValue), "\(name)")
                    #expect(outcome.message == "code \(code): \(code.explanation)", "\(name)")
                    #expect(outcome.writes.isEmpty && outcome.event == nil, "\(name)")
                }
            }
        }
        #expect(lines == DecisionTable.all.map(\.lineCount).reduce(0, +) && lines > 1800, "\(lines)")
        #expect(accepted > 800 && lines - accepted > 800, "\(accepted) of \(lines)")
    }
}
