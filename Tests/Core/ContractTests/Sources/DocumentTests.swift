import Contract
import Foundation
import Testing

@testable import ContractCases
@testable import Surroundings

/// The tables of docs/reference/contract.md.
enum ContractDocument {
    /// The rows under a heading, each as its cells, without the table's head.
    static func table(_ heading: String) throws -> [[String]] {
        let lines = try Repository.text("docs/reference/contract.md").split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == heading })
        let rows = lines[(start + 1)...].drop { !$0.hasPrefix("|") }.prefix { $0.hasPrefix("|") }.dropFirst(2)
        return rows.map { row in
            row.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() }.map { String($0) }
        }
    }

    /// The codes that each kind can give, apart from those that every kind can.
    static func codes() throws -> [StatementKind: [String]] {
        try Dictionary(
            uniqueKeysWithValues: table("### Codes by kind").map { (choice(quoted($0[0])[0]), quoted($0[1])) }
        )
    }

    /// What stands between backquotes.
    static func quoted(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}

@Suite("docs/reference/contract.md") struct DocumentTests {
    @Test("its kinds are StatementKind's")
    func kinds() throws {
        let rows = try ContractDocument.table("## Statements").map { "\($0[0]) \($0[1])" }
        #expect(rows == StatementKind.allCases.map { "\($0.rawValue) `\($0)`" })
    }

    @Test("its codes are RejectionCode's, with what was wrong and what comes next")
    func codes() throws {
        let rows = try ContractDocument.table("## Codes").map { $0.joined(separator: " ") }
        #expect(
            rows == RejectionCode.allCases.map { "\($0.rawValue) `\($0)` \($0.explanation) \($0.advice)" })
        #expect(RejectionCode.allCases.map(\.rawValue) == RejectionCode.allCases.map(\.rawValue).sorted())
    }

    @Test("its numbers beside the codes of each kind are the codes'")
    func codesByKind() throws {
        for row in try ContractDocument.table("### Codes by kind") {
            for cell in row[1].split(separator: ", ") {
                let parts = words(cell.replacing("`", with: ""))
                #expect(parts[0] == "\(choice(parts[1], of: RejectionCode.self).rawValue)", "\(cell)")
            }
        }
    }

    @Test("its fields are the statements', by number, name and whether they may be left out")
    func fields() throws {
        let rows = try ContractDocument.table("### Fields")
        #expect(rows.count == Samples.all.count)
        for row in rows {
            let fields = Samples.description(of: choice(ContractDocument.quoted(row[0])[0]))
            let expected = fields.map { "\($0.number) `\($0.name)`\($0.isOptional ? "?" : "")" }
            #expect(row[1] == expected.joined(separator: ", "))
        }
    }

    @Test("what each kind names, and whose server has it ordered, is what the kinds say")
    func names() throws {
        let said = Samples.full.sorted { $0.kind.rawValue < $1.kind.rawValue }
            .filter { !$0.blobs.isEmpty || $0.keeper != nil }
            .map { assertion in
                var roles = [String]()
                let samples = [assertion] + Samples.others.filter { $0.kind == assertion.kind }
                for blob in samples.flatMap(\.blobs) {
                    let role = "`\("\(blob.role)".prefix { $0 != "(" })`"
                    if !roles.contains(role) { roles.append(role) }
                }
                return [
                    "`\(assertion.kind)`", roles.isEmpty ? "-" : roles.joined(separator: ", "),
                    keeper(of: assertion),
                ]
            }
        #expect(try ContractDocument.table("### What a statement names") == said)
    }

    private func keeper(of assertion: Assertion) -> String {
        switch assertion.keeper {
        case .organisation(let name):
            // The samples' custodian is another than the caller's organisation, where a field is called so.
            ["custodian", "organisation"].first { field in
                assertion.fields.contains { $0.name == field && $0.text == .text("\(name)") }
            }.map { "`\($0)`" } ?? ""
        case .custodianAsked: "the custodian that was asked"
        case .anyCustodian: "any custodian of the record, if there is an envelope"
        case nil: "any"
        }
    }

    @Test("its choices are the enumerations'")
    func choices() throws {
        func row<Choice: CaseIterable & RawRepresentable<UInt64>>(_ name: String, _: Choice.Type) -> [String]
        {
            [name, Choice.allCases.map { "\($0.rawValue) `\($0)`" }.joined(separator: ", ")]
        }
        let expected = [
            row("organisation", OrganisationKind.self), row("standing", Standing.self),
            row("role", Role.self), row("suite", Suite.self), row("custodial", CustodialReason.self),
            row("hold", HoldReason.self), row("purpose", Purpose.self), row("verdict", Verdict.self),
            row("grant", GrantKind.self), row("coverage", Coverage.self), row("scope", DelegateScope.self),
            row("emergencies", EmergencyRule.self), row("basis", Basis.self),
            row("emergency", EmergencyReason.self), row("finding", ReviewFinding.self),
        ]
        #expect(try ContractDocument.table("### Numbers of choices") == expected)
    }

    @Test("its bounds are Limits'")
    func bounds() throws {
        let numbers = try ContractDocument.table("### Bounds").map { row in
            row[1].replacing(",", with: "").split { !$0.isNumber }.compactMap { UInt64($0) }
        }
        #expect(
            numbers == [
                [UInt64(Limits.statementBytesMax)], [UInt64(Limits.partsPerRecordMax)],
                [Limits.validitySecondsMax],
                [Limits.enrolmentSecondsMax / 86_400], [Limits.requestSecondsMax / 86_400],
                [Limits.grantSecondsMax / 86_400, Limits.insurerGrantSecondsMax / 86_400],
                [1, Limits.releasesPerGrantMax], [UInt64(Limits.rewrappedMax)], [Limits.releaseSeconds],
                [Limits.delegationSecondsMax / 86_400], [Limits.holdSecondsMax / 86_400],
                [Limits.reassignmentSeconds], [Limits.emergencySecondsMax], [Limits.reviewSeconds],
                [1, UInt64(Genesis.organisationsMax)],
            ])
    }

    @Test("its state keys are the keys that statements write, with as many items in each value")
    func stateKeys() throws {
        var writers = [String: Set<String>]()
        for table in DecisionTable.all {
            table.play(in: .toy) { _, _, outcome in
                for write in outcome.writes { writers[prefix(write), default: []].insert("\(outcome.kind)") }
            }
        }
        for write in Cast.toy.genesis.writes { writers[prefix(write), default: []].insert("genesis") }
        let rows = try ContractDocument.table("## State")
        #expect(rows.count == writers.count)
        for row in rows {
            let said =
                row[2] == "every statement"
                ? Samples.all.map { "\($0.kind)" } : row[2].split(separator: ", ").map(String.init)
            #expect(writers[ContractDocument.quoted(row[0])[0]] == Set(said), "\(row[1])")
        }
    }

    @Test("its table of proofs names the lines that prove each code; MEDSEAL_WRITE_TABLES=1 writes it anew")
    func proofs() throws {
        let (heading, path) = ("### Where each code is proven", "docs/reference/contract.md")
        let rows = Proofs.rows()
        let text = try Repository.text(path)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let start = try #require(lines.firstIndex(of: heading))
        let head = try #require(lines[start...].firstIndex { $0.hasPrefix("|---") })
        let end = try #require(lines[head...].firstIndex { !$0.hasPrefix("|") })
        if ProcessInfo.processInfo.environment["MEDSEAL_WRITE_TABLES"] == "1" {
            let written = (lines[...head] + rows + lines[end...]).joined(separator: "\n")
            try written.write(to: Repository.root.appending(path: path), atomically: true, encoding: .utf8)
        } else {
            #expect(Array(lines[(head + 1)..<end]) == rows, "write it anew with MEDSEAL_WRITE_TABLES=1")
        }
    }

    private func prefix(_ write: Write) -> String { lowercaseHex(write.key.bytes.prefix(1)) }
}

@Suite("docs/reference/format.md") struct FormatDocumentTests {
    @Test("its CDDL has the fields of each kind of statement: number, name, whether it may be left out")
    func statements() throws {
        let rules = try Self.rules()
        for kind in Samples.all.map(\.kind) {
            let fields = Samples.description(of: kind).map { field in
                "\(field.isOptional ? "? " : "")\(field.number) \(field.name)"
            }
            let approvals = Samples.takesApprovals.contains(kind) ? ["? 20 approvals"] : []
            #expect(rules["\(kind)"] == ["0 => \(kind.rawValue), common,"] + fields + approvals)
        }
        #expect(
            rules["permit"] == ["0 => \(StatementKind.permit.rawValue),", "3 organisation", "4 notAfter"])
        #expect(rules["genesis"]?.first == "0 => \(StatementKind.genesis.rawValue),")
    }

    @Test("its bounds are Limits'")
    func bounds() throws {
        let text = try Repository.text("docs/reference/format.md")
        let thousands = Limits.statementBytesMax / 1_000
        #expect(text.contains("at most\n\(thousands),\(Limits.statementBytesMax % 1_000) bytes"))
        #expect(text.ranges(of: "1*\(Genesis.organisationsMax) ").count == 13)
        #expect(text.ranges(of: "0*\(Limits.rewrappedMax) ").count == 2)
    }

    /// The maps by name: their lines, fields shortened to number and name.
    private static func rules() throws -> [String: [String]] {
        var rules = [String: [String]]()
        var name: String?
        for line in try Repository.text("docs/reference/format.md").split(separator: "\n") {
            if line.hasSuffix(" = {") {
                name = String(line.prefix { $0 != " " })
            } else if line == "}" {
                name = nil
            } else if let name {
                let parts = words(line)
                let field = (parts[0] == "?" ? "? \(parts[1])" : parts[0]) + " \(parts[parts.count - 1])"
                rules[name, default: []].append(
                    line.contains(";") ? field : parts.joined(separator: " "))
            }
        }
        return rules
    }
}
