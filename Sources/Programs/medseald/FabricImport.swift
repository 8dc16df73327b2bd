import ArgumentParser
import FabricChannel
import FabricLedger
import Foundation
import Ledger
import Remote
import SQLiteLedger
import Terminal

/// `medseald fabric import`
struct FabricImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Move a ledger to Fabric: replay an archive of it on a channel where nothing was begun.",
        discussion: """
            Every organisation's contract executes each entry again, at its own time, and refuses what does not follow or is not \
            signed under the archive's checkpoint. At the end the channel has the same state, and statements are taken from then on: \
            medseald run DIR --ledger fabric has the same log, entry by entry.

            Stop medseald before the archive is made: what it takes afterwards does not move. The same command goes on where it was \
            cut off.

            Example:
              medseal ledger export archive --home eve
              medseald fabric import archive --profile net/fabric/hospital1/connection.json
            """)

    @Argument(help: ArgumentHelp("The archive's folder (medseal ledger export).", valueName: "archive"))
    var archive: String

    @OptionGroup var fabric: FabricOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let archive: Archive
        do {
            archive = try Archive(at: self.archive)
        } catch { throw PartyError.unverified("\(self.archive): \(error)") }
        let bar = EntryProgress("moved")
        let entries = try await fabric.connected { gateway in
            do {
                return try await gateway.move(archive) { bar.report($0, $1) }
            } catch let refusal as RestoreError { throw PartyError.unverified("\(refusal)") }
        }
        bar.finish()
        try output.print(Printed.Copied(entries: entries)) { print("Moved \(entries) entries to Fabric") }
    }
}
