// What tools/bench ledger runs, in a directory that holds the ledger; prints one JSON object.
//
//   bench-ledger grow DIRECTORY ENTRIES CLIENTS   makes a ledger, measures at 10,000 entries, lets it grow, measures again
//   bench-ledger open DIRECTORY                   opens it: time and resident memory
//   bench-ledger examine DIRECTORY                the full audit

import Ledger
import Workload

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    fatalError("usage: bench-ledger grow|open|examine DIRECTORY [ENTRIES CLIENTS]")
}
let directory = arguments[2]

switch arguments[1] {
case "grow":
    try await grow(to: Int(arguments[3])!, clients: Int(arguments[4])!)
case "open":
    let (ledger, seconds) = try timed { try openLedger() }
    printJSON([
        ("seconds", seconds), ("resident", residentMebibytes()), ("entries", Double(try size(of: ledger))),
    ])
case "examine":
    let ledger = try openLedger()
    let (findings, seconds) = try timed { try ledger.examine() }
    precondition(findings.isEmpty, "\(findings.prefix(3))")
    printJSON([
        ("seconds", seconds), ("resident", residentMebibytes()), ("entries", Double(try size(of: ledger))),
    ])
default: fatalError("no such measurement")
}
