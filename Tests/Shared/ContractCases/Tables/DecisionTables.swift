import Contract

extension DecisionTable {
    /// One table for each kind of statement, and the refusals that all kinds share.
    static let all = [
        admit, suspend, rotateRoot, enrol, retire, deposit, append, reseal, dispatch, acknowledge, adopt,
        remove, attestErasure, hold, request, route, answer, grant, grantTerms, revoke, delegate, undelegate,
        instruct, reassign, veto, release, releaseOnABasis, emergency, review, common,
    ]

    /// What is checked of every statement before its own rules, said of every kind: BASE is its line.
    static let common: DecisionTable = {
        let firstLine = #line + 2
        let template = """
            ## NAME
            BASE broken            | malformed
            BASE forged            | signatureInvalid
            BASE foreign           | signatureInvalid
            BASE valid=99          | stale
            BASE valid=100         | stale
            BASE valid=1d+101      | validityTooLong
            BASE valid=1d+100 as=it | ok
            100 | - | replay it    | replayed
            1d  | - | replay it    | replayed
            1d+100 | - | replay it | replayed

            ## NAME, in its last second
            BASE valid=101 as=it   | ok
            101 | - | replay it    | replayed
            99  | - | replay it    | replayed
            """
        var rows = [(text: String, place: Place)]()
        for faults in FaultTable.all {
            let lines = template.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() {
                let place = Place(path: #filePath, line: firstLine + index)
                let row = line.replacing("NAME", with: faults.name).replacing("BASE", with: faults.base)
                rows.append((String(row), place))
                if row.hasPrefix("##") { rows += faults.given.map { ($0.text, place) } }
            }
        }
        let text = rows.map(\.text).joined(separator: "\n")
        return DecisionTable("every statement", text, places: rows.map(\.place))
    }()

    /// Plays every story, each from `start`; `check` sees each line with the world before it and what came of it.
    func play(in start: World, _ check: (Line, World, World.Outcome) throws -> Void) rethrows {
        for story in stories {
            var world = start
            for step in story.steps {
                switch step {
                case .edit(let words): world.edit(words)
                case .line(let line):
                    let before = world
                    try check(line, before, world.play(line))
                }
            }
        }
    }
}
