import ArgumentParser

/// `medseal ledger`
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "List, prove, check, keep and repair the ledger.",
        subcommands: [
            LedgerList.self, LedgerProve.self, LedgerVerify.self, LedgerExportCommand.self, LedgerImport.self,
            LedgerCheck.self, LedgerRebuild.self,
        ])
}
