import Contract
import Testing

/// What stands on the ledger about patients (T20 to T22).
@Suite("Privacy") struct PrivacyTests {
    /// Every line is ordered; the contract accepts them all.
    static func ordered(
        _ ledger: PrivacyLedger
    ) throws -> [(time: LedgerTime, statement: VerifiedStatement)] {
        var judge = DecisionScript.Judge()
        return try ledger.lines.map { line in
            let (said, decision) = judge.decide(on: line.bytes, at: line.time)
            let statement = try #require(said)
            if case .rejected(let code) = decision { Issue.record("\(code): \(statement.assertion)") }
            return (line.time, statement)
        }
    }

    private static func play(
        seed: UInt64, patients: Int, _ habits: Set<PrivacyLedger.Habit>
    ) throws -> LinkageGame.Result {
        let ledger = PrivacyLedger(seed: seed, patients: patients, habits: habits)
        var game = LinkageGame(try ordered(ledger), patients: ledger.patients)
        return game.play()
    }

    /// One ledger of 200 patients says it to about a point only, so several are played.
    @Test("nobody who reads the whole ledger can tell which records are one patient's (T20)")
    func linkage() throws {
        let results = try (1...4).map { try Self.play(seed: $0, patients: 200, []) }
        for result in results { print("linkage: careful clients, 200 patients: \(result)") }
        #expect(results.map(\.advantage).reduce(0, +) / 4 < 2)
        #expect(results.map(\.givenAway).reduce(0, +) / 4 < 0.5)
    }

    @Test("the same game finds out careless clients", arguments: PrivacyLedger.Habit.allCases)
    func careless(habit: PrivacyLedger.Habit) throws {
        let result = try Self.play(seed: 7, patients: 80, [habit])
        print("linkage: \(habit), 80 patients: \(result)")
        #expect(max(result.advantage, result.givenAway) > 3)
    }
}
