import ArgumentParser
import Auditors
import Files
import Terminal

/// `medseal ledger`
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "List, prove, verify and export what is on the ledger.",
        subcommands: [LedgerList.self, LedgerProve.self, LedgerVerify.self, LedgerExport.self])
}

/// `medseal ledger export`
struct LedgerExport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the log into a folder, as an archive that verifies itself.",
        discussion: """
            The folder gets the layout of c2sp.org/tlog-tiles: checkpoint, tile/entries/... (the entries), tile/0/... (hashes), and \
            beside them genesis.cbor and ledger.vkey. Any reader of transparency logs can verify it, and a lost ledger starts again \
            from it (medseald ledger import). It holds what the ledger holds: hashes, handles and signatures, nothing about a patient.

            Example: medseal ledger export ledger-today --home eve
            """)

    @Argument(help: ArgumentHelp("The folder to write.", valueName: "archive"))
    var archive: String

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let bar = EntryProgress("exported")
        let folder = Folder(archive)
        try folder.requireNew()
        let entries = try await member.auditing { auditor in
            try await auditor.export(progress: { bar.report($0, $1) }) { path, bytes in
                let file = folder.folder(path)
                try file.parent.make()
                try file.parent.write(bytes, as: file.name, mode: 0o644)
            }
        }
        bar.finish()
        try output.print(Printed.Copied(entries: entries)) { print("Wrote \(entries) entries to \(archive)") }
    }
}
