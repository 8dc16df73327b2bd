import Contract
import Testing

extension DecisionTable {
    /// One table for each kind of statement, and the refusals that all kinds share.
    static let all = [
        enrol, retire, deposit, request, route, answer, grant, revoke, release, acknowledge, common,
    ]

    /// What is checked of every statement before its own rules, said of every kind.
    static let common = DecisionTable(
        "every statement",
        FaultTable.all.map { faults in
            let text = """
                ## \(faults.name)
                BASE broken           | malformed
                BASE forged           | signatureInvalid
                BASE foreign          | signatureInvalid
                BASE valid=99         | stale
                BASE valid=100        | stale
                BASE valid=1d+101     | validityTooLong
                BASE valid=1d+100 as=it | ok
                100 | - | replay it   | replayed
                1d  | - | replay it   | replayed
                1d+100 | - | replay it | replayed

                ## \(faults.name), in its last second
                BASE valid=101 as=it  | ok
                101 | - | replay it   | replayed
                99  | - | replay it   | replayed

                """
            var rows = [String]()
            for row in text.split(separator: "\n") {
                rows.append(row.hasPrefix("BASE") ? faults.base + row.dropFirst(4) : String(row))
                if row.hasPrefix("##") { rows += faults.given.map(\.text) }
            }
            return rows.joined(separator: "\n")
        }.joined(separator: "\n"))

    /// Plays every story; `check` sees each line with what came of it.
    func play(_ check: (Line, World.Outcome) -> Void) {
        for story in stories {
            var world = World.fresh
            for step in story.steps {
                switch step {
                case .edit(let words): world.edit(words)
                case .line(let line): check(line, world.play(line))
                }
            }
        }
    }
}

@Suite("Decision tables") struct DecisionTableTests {
    @Test("every line comes out as its last column says", arguments: DecisionTable.all)
    func linesComeOut(_ table: DecisionTable) {
        table.play { line, outcome in #expect(outcome.result == line.expected, "\(line.text)") }
    }

    @Test("all lines were read")
    func linesWereRead() {
        #expect(
            DecisionTable.all.map { "\($0.name) \($0.lineCount)" } == [
                "enrol 23", "retire 12", "deposit 46", "request 25", "route 45", "answer 21", "grant 63",
                "revoke 21", "release 81", "acknowledge 72", "every statement 186",
            ])
    }

    @Test("rows, rules and docs/contract.md name the same codes for each kind of statement")
    func everyCodeHasALine() throws {
        var seen = [StatementKind: Set<String>]()
        for table in DecisionTable.all {
            table.play { _, outcome in seen[outcome.kind, default: []].insert(outcome.result) }
        }
        let documented = try ContractDocument.codes()
        let written = try RuleSource.codes()
        let common: Set = ["ok", "malformed", "signatureInvalid", "replayed", "stale", "validityTooLong"]
        #expect(documented.count == 10)
        for (kind, codes) in documented {
            #expect(seen[kind] == common.union(codes), "\(kind): the tables")
            #expect(written[kind] == Set(codes), "\(kind): the rules")
            #expect(
                codes == codes.sorted { (number(of: $0), $0) < (number(of: $1), $1) }, "\(kind): the order")
        }
    }

    @Test("every code is reachable")
    func everyCodeIsReachable() throws {
        let documented = Set(try ContractDocument.codes().values.joined())
        let common: Set = ["malformed", "signatureInvalid", "replayed", "stale", "validityTooLong"]
        #expect(documented.union(common) == Set(RejectionCode.allCases.map { "\($0)" }))
    }
}

@Suite("Precedence") struct PrecedenceTests {
    @Test("the statement without a fault is accepted", arguments: FaultTable.all)
    func noFault(_ table: FaultTable) {
        #expect(table.played(with: []).result == "ok", "\(table.name)")
    }

    @Test("of two faults the lower code is given", arguments: FaultTable.all)
    func twoFaults(_ table: FaultTable) {
        var pairs = 0
        for (index, one) in table.faults.enumerated() {
            #expect(table.played(with: [one]).result == one.code, "\(table.name)")
            for other in table.faults[(index + 1)...] where other.touches != one.touches {
                let lower = number(of: one.code) < number(of: other.code) ? one.code : other.code
                #expect(
                    table.played(with: [one, other]).result == lower,
                    "\(table.name): \(one.code) and \(other.code)")
                pairs += 1
            }
        }
        #expect(
            pairs >= table.faults.count * (table.faults.count - 1) / 2 - 5,
            "hardly any pairs of \(table.name)")
    }

    @Test("every code of a kind is among its faults")
    func everyCodeIsAFault() throws {
        for (kind, codes) in try ContractDocument.codes() {
            let tables = FaultTable.all.filter { $0.name.hasPrefix("\(kind)") }
            let faults = Set(tables.flatMap { $0.faults.map(\.code) })
            #expect(faults.isSuperset(of: codes), "\(kind): \(Set(codes).subtracting(faults))")
        }
    }
}

private func number(of code: String) -> UInt64 { choice(code, of: RejectionCode.self).rawValue }
