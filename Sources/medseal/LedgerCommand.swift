import ArgumentParser
import Client
import Contract
import Remote

/// `medseal ledger`
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "Prove, list, keep and repair the ledger.",
        subcommands: [LedgerProve.self, LedgerVerify.self, LedgerExportCommand.self])
}

/// `medseal ledger export`
struct LedgerExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write entries, statements, checkpoint and proofs into a folder.",
        discussion: """
            The folder gets genesis.cbor, ledger.vkey, checkpoint (a C2SP checkpoint), entries/N.cbor (the leaves of the Merkle log), \
            statements/N.cose (COSE_Sign1) and proofs.json (inclusion and consistency proofs to the checkpoint).

            Example: medseal ledger export ledger-today --home eve
            """)

    @Argument(help: ArgumentHelp("The folder to write; it must not exist.", valueName: "dir"))
    var directory: String

    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let entries = try await member.connected { member, connection in
            try await LedgerExport(connection, home: member.home.folder).write(to: Folder(directory))
        }
        struct Answer: Encodable { var entries: UInt64 }
        try output.print(Answer(entries: entries)) { print("Wrote \(entries) entries to \(directory)") }
    }
}
