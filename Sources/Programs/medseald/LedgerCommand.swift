import ArgumentParser
import Contract
import Files
import Ledger
import Remote
import SQLiteLedger
import Terminal
import TransparencyLog

/// `medseald ledger`
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Check, export, import and rebuild a ledger's folder.",
        discussion: "Nothing may have the folder open meanwhile: stop medseald first.",
        subcommands: [LedgerFsck.self, LedgerExport.self, LedgerImport.self, LedgerRebuild.self])
}

/// A ledger's or validator's folder on this machine, which no other process has open.
struct LedgerFolderOptions: ParsableArguments {
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

/// `medseald ledger fsck`
struct LedgerFsck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fsck",
        abstract: "Check everything that a ledger's folder holds, or a part of it.",
        discussion: """
            Executes the log again from its genesis and holds every entry, hash, row and checkpoint against that. With --part 3/30 \
            only the third of thirty parts is looked at, and nothing executed: one part a day has seen everything in a month. \
            Of a ledger that runs, medseal audit asks for the same.

            Exit code 0 when all holds, 4 when something does not.

            Example: medseald ledger fsck net/server/ledger --genesis net/public/genesis.cbor
            """)

    @OptionGroup var ledger: LedgerFolderOptions

    @Option(help: ArgumentHelp("Only the n-th of t parts.", valueName: "n/t"))
    var part: PartOption?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let stored = try ledger.open()
        defer { stored.close() }
        let bar = EntryProgress("checked")
        let findings = try translated(at: ledger.directory) {
            if let part { return try stored.examine(part.part) { bar.report($0, $1) } }
            return try stored.examine { bar.report($0, $1) }
        }
        bar.finish()
        try output.print(Printed.Examined(findings: findings.map(\.description))) {
            for finding in findings { print(finding) }
            print(findings.isEmpty ? "All holds." : "\(findings.count) finding(s): not all holds.")
        }
        if !findings.isEmpty { throw ExitCode(PartyError.Code.unverified.rawValue) }
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

/// `medseald ledger rebuild`
struct LedgerRebuild: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make a ledger's state, tree and indexes anew from its log.",
        discussion: """
            For a database of which fsck says that something besides the entries is damaged. Every entry is executed again; the new \
            database takes the old one's place once its root is the signed one, and the old one is kept beside it. When an entry \
            itself is damaged it says which: then import an archive, for example one exported from another organisation's validator.

            Example: medseald ledger rebuild net/server/ledger --genesis net/public/genesis.cbor
            """)

    @OptionGroup var ledger: LedgerFolderOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let stored = try ledger.open()
        let bar = EntryProgress("executed")
        let rebuilt = try translated(at: ledger.directory) {
            try stored.rebuild(now: machineTime()) { bar.report($0, $1) }
        }
        bar.finish()
        let answer = Printed.Rebuilt(
            entries: rebuilt.size, leftOut: rebuilt.leftOut, previous: rebuilt.previous)
        try output.print(answer) {
            print("Made \(ledger.directory) anew from \(rebuilt.size) entries")
            if rebuilt.leftOut > 0 {
                print("  left out \(rebuilt.leftOut) that no checkpoint covers: nobody was told of them")
            }
            print("  the old database is \(ledger.directory)/\(rebuilt.previous)")
        }
    }
}

/// `medseald ledger import`
struct LedgerImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Make a ledger's folder from an archive, by executing all of it.",
        discussion: """
            This is how a ledger starts again after a total loss, from an archive of its own or from one that was exported from \
            another organisation's validator. Take the newest copy there is: the ledger starts only where every validator that it \
            hears from agrees that nothing newer was cosigned.

            Example: medseald ledger import archive net/server/ledger --genesis net/public/genesis.cbor
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
                throw PartyError.unverified(
                    "the archive is of another network than \(genesis): name that network's genesis")
            }
            try archive.restore(to: directory) { bar.report($0, $1) }
            return archive.checkpoint.checkpoint.head.size
        }
        bar.finish()
        try output.print(Printed.Copied(entries: entries)) {
            print("Made \(directory) from \(entries) entries")
        }
    }
}

/// `medseald ledger export`
struct LedgerExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the log of a ledger's folder into an archive that verifies itself.",
        discussion: """
            The archive has the layout of c2sp.org/tlog-tiles, as medseal ledger export writes it from a server. Any reader of \
            transparency logs can verify it, and a lost ledger starts again from it (medseald ledger import).

            Example: medseald ledger export net/organisations/insurer/validator copy --genesis net/public/genesis.cbor
            """)

    @OptionGroup var ledger: LedgerFolderOptions

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "archive"))
    var archive: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let stored = try ledger.open()
        defer { stored.close() }
        let bar = EntryProgress("exported")
        let entries = try translated(at: ledger.directory) {
            try stored.export(to: archive) { bar.report($0, $1) }
            return try Archive(at: archive).checkpoint.checkpoint.head.size
        }
        bar.finish()
        try output.print(Printed.Copied(entries: entries)) { print("Wrote \(entries) entries to \(archive)") }
    }
}

/// Runs `body`; what a ledger's folder says of itself becomes a failure with an exit code.
private func translated<Value>(at path: String, _ body: () throws -> Value) throws -> Value {
    do {
        return try body()
    } catch let error as LedgerError {
        throw PartyError(error.code, "\(path): \(error)")
    } catch let refusal as RestoreError {
        guard case .ledger(let error) = refusal else {
            throw PartyError.unverified("\(path): \(refusal)")
        }
        throw PartyError(error.code, "\(path): \(error)")
    }
}

extension LedgerError {
    fileprivate var code: PartyError.Code {
        switch self {
        case .absent, .exists, .otherNetwork, .malformedGenesis: .badInput
        case .damaged, .readOnly: .unverified
        default: .unavailable
        }
    }
}
