import Contract
import Foundation
import Testing

@testable import ContractCases

@Suite("Decision tables") struct DecisionTableTests {
    @Test("every line comes out as its last column says", arguments: DecisionTable.all)
    func linesComeOut(_ table: DecisionTable) {
        table.play(in: .toy) { line, _, outcome in #expect(outcome.result == line.expected, "\(line.text)") }
    }

    @Test("all lines were read")
    func linesWereRead() {
        #expect(
            DecisionTable.all.map { "\($0.name) \($0.lineCount)" } == [
                "admit 45", "suspend 41", "rotateRoot 25", "enrol 64", "retire 12", "deposit 58",
                "append 68", "reseal 95", "dispatch 41", "acknowledge 110", "adopt 36", "remove 22",
                "attestErasure 47", "hold 30", "request 42", "route 45", "answer 21", "grant 69",
                "grant: its terms 46", "revoke 33", "delegate 81", "undelegate 19", "instruct 17",
                "reassign 98", "veto 15", "release 85", "release: on a basis 72", "emergency 60",
                "review 54", "every statement 553",
            ])
    }

    @Test("a line's place is where it stands")
    func places() throws {
        var texts = [String: [Substring]]()
        for table in DecisionTable.all where table.name != DecisionTable.common.name {
            for case .line(let line) in table.stories.flatMap(\.steps) {
                let place = try #require(line.place)
                let text =
                    try texts[place.path]
                    ?? String(contentsOfFile: place.path, encoding: .utf8)
                    .split(separator: "\n", omittingEmptySubsequences: false)
                texts[place.path] = text
                #expect(text[place.line - 1].hasSuffix(line.text), "\(place.path): \(place.line)")
            }
        }
    }

    @Test("each kind has a line for every code that docs/reference/contract.md lists, and no other")
    func everyCellIsProven() throws {
        let documented = try ContractDocument.codes()
        #expect(documented.count == Samples.all.count)
        var cells = Set<Cell>()
        for (kind, codes) in documented {
            for code in Proofs.common { cells.insert(Cell(kind: kind, code: code)) }
            for code in codes { cells.insert(Cell(kind: kind, code: choice(code))) }
            #expect(codes == codes.sorted { number(of: $0) < number(of: $1) }, "\(kind): the order")
        }
        for cell in Set(Proofs.found.keys).symmetricDifference(cells).sorted() {
            let proven = Proofs.found[cell].map { "\($0.file):\($0.line)" } ?? "no line"
            Issue.record("\(cell.kind) \(cell.code): \(proven); docs: \(cells.contains(cell))")
        }
    }

    @Test("the rules' sources name the codes that docs/reference/contract.md lists for each kind")
    func rulesNameTheirCodes() throws {
        let written = try RuleSource.codes()
        let documented = try ContractDocument.codes()
        #expect(written.count == documented.count)
        for (kind, codes) in documented { #expect(written[kind] == Set(codes), "\(kind)") }
    }

    @Test("every code is reachable")
    func everyCodeIsReachable() throws {
        let reached = Set(Proofs.found.keys.map(\.code))
        #expect(reached == Set(RejectionCode.allCases))
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
        let documented = try ContractDocument.codes()
        #expect(Set(FaultTable.all.map { words($0.name)[0] }) == Set(documented.keys.map { "\($0)" }))
        for (kind, codes) in documented {
            let tables = FaultTable.all.filter { words($0.name)[0] == "\(kind)" }
            let faults = Set(tables.flatMap { $0.faults.map(\.code) })
            #expect(faults == Set(codes + Proofs.common.map { "\($0)" }), "\(kind)")
        }
    }
}

private func number(of code: String) -> UInt64 { choice(code, of: RejectionCode.self).rawValue }
