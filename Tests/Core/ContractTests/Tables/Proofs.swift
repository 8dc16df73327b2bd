import Contract

@testable import ContractCases

/// What a kind of statement can be refused as.
struct Cell: Hashable, Comparable {
    let kind: StatementKind
    let code: RejectionCode

    static func < (one: Cell, other: Cell) -> Bool {
        (one.kind.rawValue, one.code.rawValue) < (other.kind.rawValue, other.code.rawValue)
    }
}

/// The lines of the decision tables, as played, that prove that a kind of statement is refused as it should
/// be.
enum Proofs {
    /// Each cell with the first line that is refused so; of the kind's own tables, or those that are about
    /// every kind, where there is one.
    static let found: [Cell: Place] = {
        var (found, elsewhere) = ([Cell: Place](), [Cell: Place]())
        for table in DecisionTable.all {
            table.play(in: .toy) { line, _, outcome in
                guard let code = RejectionCode.allCases.first(where: { "\($0)" == outcome.result }) else {
                    return
                }
                let cell = Cell(kind: outcome.kind, code: code)
                let own = common.contains(code) ? DecisionTable.common.name : "\(outcome.kind)"
                if table.name.hasPrefix(own) {
                    found[cell] = found[cell] ?? line.place
                } else {
                    elsewhere[cell] = elsewhere[cell] ?? line.place
                }
            }
        }
        return found.merging(elsewhere) { own, _ in own }
    }()

    /// What every statement can be refused as.
    static let common: [RejectionCode] = [.malformed, .signatureInvalid, .replayed, .stale, .validityTooLong]

    /// The rows of the table in docs/reference/contract.md: a file and, for each code, its line.
    static func rows() -> [String] {
        let kinds = Dictionary(grouping: found.keys, by: \.kind).sorted { $0.key.rawValue < $1.key.rawValue }
        let all = row("every kind", kinds[0].value.filter { common.contains($0.code) })
        return [all]
            + kinds.map { kind, cells in row("`\(kind)`", cells.filter { !common.contains($0.code) }) }
    }

    private static func row(_ name: String, _ cells: [Cell]) -> String {
        var files = [String]()
        var lines = [String: [String]]()
        for cell in cells.sorted() {
            guard let place = found[cell] else { continue }
            if !files.contains(place.file) { files.append(place.file) }
            lines[place.file, default: []].append("\(cell.code.rawValue):\(place.line)")
        }
        let places = files.map { "`\($0)` \(lines[$0, default: []].joined(separator: " "))" }
        return "| \(name) | \(places.joined(separator: "; ")) |"
    }
}
