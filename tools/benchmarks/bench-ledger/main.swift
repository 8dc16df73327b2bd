// What tools/bench ledger runs on the ledger in a directory; prints one JSON object.
//
//   bench-ledger grow DIRECTORY ENTRIES      makes a ledger if there is none, and lets it grow; prints nothing
//   bench-ledger measure DIRECTORY CLIENTS   throughput, latency and what reading costs
//   bench-ledger open DIRECTORY              opens it: time and resident memory
//   bench-ledger examine DIRECTORY           the full audit

import Ledger
import SQLiteLedger
import Workload

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
    // Only tools/bench calls it: a wrong call is a fault of that program's.
    fatalError("usage: bench-ledger grow|measure|open|examine DIRECTORY [NUMBER]")
}
let directory = arguments[2]

switch arguments[1] {
case "grow":
    try await grow(to: Int(arguments[3])!)
case "measure":
    try await measure(clients: Int(arguments[3])!)
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
