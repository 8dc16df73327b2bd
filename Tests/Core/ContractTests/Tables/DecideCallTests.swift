import BrowserCalls
import Contract
import Testing

@testable import ContractCases

/// Every line of the decision tables, recorded for the browser's core.
struct DecideCallTests {
    @Test func everyLineIsDecidedAndRecorded() throws {
        var recording = Recording(of: "decide")
        for table in DecisionTable.all {
            table.play(in: .toy) { line, before, outcome in
                var state = before.state
                if line.flags.contains("already"),
                    let signed = try? SignedStatement(outcome.message, network: Cast.toy.network),
                    let verified = signed.verified(hash: Toy.hash, isValid: Toy.isValid)
                {
                    state[.statement(verified.id)] = StatementState(kind: outcome.kind, time: 1).encoded()
                }
                let input = DecideCall.input(
                    network: Cast.toy.network, time: line.time, message: outcome.message, state: state)
                let answer = DecideCall.answer(input)
                recording.add(input, answer: answer)
                let expected: [UInt8] =
                    switch outcome.result {
                    case "ok": [0] + Write.encoded(outcome.writes)
                    case "malformed": [1]
                    case "signatureInvalid": [2]
                    default: [3] + Packed.big(choice(outcome.result, of: RejectionCode.self).rawValue)
                    }
                #expect(answer == expected, "\(line.text)")
            }
        }
        #expect(recording.count == DecisionTable.all.reduce(0) { $0 + $1.lineCount })
        try recording.save()
    }
}
