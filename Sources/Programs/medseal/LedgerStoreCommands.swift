import ArgumentParser
import Auditors
import Contract
import Files
import Foundation
import Ledger
import Primitives
import Remote
import SQLiteLedger
import Sealing
import TransparencyLog

/// A ledger's or validator's folder on this machine, which nobody else has open.
struct StoredLedgerOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The ledger's folder (net/server/ledger) or a validator's (net/organisations/NAME/validator).",
            valueName: "dir"))
    var directory: String

    @Option(help: ArgumentHelp("The network's genesis file.", valueName: "file"))
    var genesis: String

    func open() throws -> OfflineLedger {
        try translated(at: directory) {
            try OfflineLedger(directory: directory, genesis: try Folder.read(genesis))
        }
    }
}

/// `medseal ledger fsck`
struct LedgerCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Check everything that a ledger's folder holds, or a part of it.",
        discussion: """
            Executes the log again from its genesis and holds every entry, hash, row and checkpoint against that. With --sample 3/30 \
            only the third of thirty parts is looked at, and nothing executed: one part a day has seen everything in a month. \
            Nothing may have the folder open meanwhile; of a ledger that runs, medseal audit asks for the same.

            Exit code 0 when all holds, 4 when something does not.

            Example: medseal ledger fsck net/server/ledger --genesis net/public/genesis.cbor
            """)

    @OptionGroup var ledger: StoredLedgerOptions

    @Option(help: ArgumentHelp("Only the n-th of t parts.", valueName: "n/t"))
    var sample: PartOption?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let stored = try ledger.open()
        defer { stored.close() }
        let bar = EntryProgress("checked")
        let findings = try translated(at: ledger.directory) {
            if let sample { return try stored.examine(sample.part) { bar.report($0, $1) } }
            return try stored.examine { bar.report($0, $1) }
        }
        bar.finish()
        try output.print(["findings": findings.map(\.description)]) {
            for finding in findings { print(finding) }
            print(findings.isEmpty ? "All holds." : "\(findings.count) finding(s): not all holds.")
        }
        if !findings.isEmpty { throw ExitCode(ClientFailure.Code.unverified.rawValue) }
    }
}

/// A part as it is typed: `n/t`.
struct PartOption: ExpressibleByArgument {
    let part: ExaminedPart

    init?(argument: String) {
        let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { UInt64($0) }
        guard numbers.count == 2, let number = numbers[0], let count = numbers[1],
            let part = ExaminedPart(number, of: count)
        else { return nil }
        self.part = part
    }
}

/// `medseal ledger rebuild`
struct LedgerRebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a ledger's state, tree and indexes anew from its log.",
        discussion: """
            For a database of which fsck says that something besides the entries is damaged. Every entry is executed again; the new \
            database takes the old one's place once its root is the signed one, and the old one is kept beside it. When an entry \
            itself is damaged it says which: then import an archive, for example one exported from another organisation's validator.

            Example: medseal ledger rebuild net/server/ledger --genesis net/public/genesis.cbor
            """)

    @OptionGroup var ledger: StoredLedgerOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let stored = try ledger.open()
        let bar = EntryProgress("executed")
        let rebuilt = try translated(at: ledger.directory) {
            try stored.rebuild(now: machineTime()) { bar.report($0, $1) }
        }
        bar.finish()
        struct Answer: Encodable {
            var entries: UInt64
            var leftOut: UInt64
            var previous: String
        }
        let answer = Answer(entries: rebuilt.size, leftOut: rebuilt.leftOut, previous: rebuilt.previous)
        try output.print(answer) {
            print("Made \(ledger.directory) anew from \(rebuilt.size) entries")
            if rebuilt.leftOut > 0 {
                print("  left out \(rebuilt.leftOut) that no checkpoint covers: nobody was told of them")
            }
            print("  the old database is \(ledger.directory)/\(rebuilt.previous)")
        }
    }
}

/// `medseal ledger import`
struct LedgerImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a ledger's folder from an archive, by executing all of it.",
        discussion: """
            This is how a ledger starts again after a total loss, from an archive of its own or from one that was exported from \
            another organisation's validator. Take the newest copy there is: the ledger starts only where every validator that it \
            hears from agrees that nothing newer was cosigned.

            Example: medseal ledger import archive net/server/ledger --genesis net/public/genesis.cbor
            """)

    @Argument(help: ArgumentHelp("The archive's folder.", valueName: "archive"))
    var archive: String

    @Argument(help: ArgumentHelp("The ledger's folder; there must be no ledger in it.", valueName: "dir"))
    var directory: String

    @Option(help: ArgumentHelp("The network's genesis file.", valueName: "file"))
    var genesis: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let bar = EntryProgress("executed")
        let entries = try translated(at: "\(archive) to \(directory)") {
            let archive = try Archive(at: archive)
            guard archive.genesis == (try Folder.read(genesis)) else {
                throw ClientFailure.unverified("the archive is of another network than \(genesis)")
            }
            try archive.restore(to: directory) { bar.report($0, $1) }
            return archive.checkpoint.checkpoint.head.size
        }
        bar.finish()
        struct Answer: Encodable { var entries: UInt64 }
        try output.print(Answer(entries: entries)) {
            print("Made \(directory) from \(entries) entries")
        }
    }
}

/// `medseal ledger export`
struct LedgerExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the log into a folder, as an archive that verifies itself.",
        discussion: """
            The folder gets the layout of c2sp.org/tlog-tiles: checkpoint, tile/entries/... (the entries), tile/0/... (hashes), and \
            beside them genesis.cbor and ledger.vkey. Any reader of transparency logs can verify it, and a lost ledger starts again \
            from it (medseal ledger import). It holds what the ledger holds: hashes, handles and signatures, nothing about a patient.

            As a member, from the server; or with --from out of a folder on this machine, the ledger's or a validator's.

            Examples:
              medseal ledger export ledger-today --home eve
              medseal ledger export copy --from net/organisations/insurer/validator --genesis net/public/genesis.cbor
            """)

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "archive"))
    var archive: String

    @Option(
        help: ArgumentHelp(
            "Export this ledger's or validator's folder, which nobody else has open.", valueName: "dir"))
    var from: String?

    @Option(help: ArgumentHelp("The network's genesis file, for --from.", valueName: "file"))
    var genesis: String?

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (from == nil) == (genesis == nil) else {
            throw ValidationError("Name --from and --genesis together.")
        }
    }

    func run() async throws {
        let bar = EntryProgress("exported")
        let entries: UInt64
        if let from, let genesis {
            entries = try exportStored(from, try Folder.read(genesis), bar)
        } else {
            let folder = Folder(archive)
            try folder.requireNew()
            entries = try await member.auditing { auditor in
                try await auditor.export(progress: { bar.report($0, $1) }) { path, bytes in
                    let file = folder.folder(path)
                    try file.parent.make()
                    try file.parent.write(bytes, as: file.name, mode: 0o644)
                }
            }
        }
        bar.finish()
        struct Answer: Encodable { var entries: UInt64 }
        try output.print(Answer(entries: entries)) { print("Wrote \(entries) entries to \(archive)") }
    }

    private func exportStored(_ directory: String, _ genesis: [UInt8], _ bar: EntryProgress) throws -> UInt64
    {
        try translated(at: directory) {
            let stored = try OfflineLedger(directory: directory, genesis: genesis)
            defer { stored.close() }
            try stored.export(to: archive) { bar.report($0, $1) }
            return try Archive(at: archive).checkpoint.checkpoint.head.size
        }
    }
}

/// Runs `body`; what a ledger's folder says of itself becomes a failure with an exit code.
private func translated<Value>(at path: String, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as LedgerError {
        throw ClientFailure(error.code, "\(path): \(error)")
    } catch let refusal as RestoreRefusal {
        guard case .ledger(let error) = refusal else {
            throw ClientFailure.unverified("\(path): \(refusal)")
        }
        throw ClientFailure(error.code, "\(path): \(error)")
    }
}

extension LedgerError {
    fileprivate var code: ClientFailure.Code {
        switch self {
        case .absent, .exists, .otherNetwork, .malformedGenesis: .badInput
        case .damaged, .readOnly: .unverified
        default: .unreachable
        }
    }
}

/// How many entries are done, on standard error, where that is a terminal.
struct EntryProgress: Sendable {
    private let verb: String

    init(_ verb: String) { self.verb = verb }

    func report(_ done: UInt64, _ total: UInt64) {
        guard Standard.errorIsTerminal else { return }
        FileHandle.standardError.write(Data("\r\(verb) \(done) of \(total) entries ".utf8))
    }

    func finish() {
        if Standard.errorIsTerminal { FileHandle.standardError.write(Data("\r\u{1b}[K".utf8)) }
    }
}
