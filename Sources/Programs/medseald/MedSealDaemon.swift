import ArgumentParser
import Primitives
import Terminal

/// `medseald`: everything that an operator does. It cannot decrypt: nothing that it links reaches Age.
@main
struct MedSealDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "medseald",
        abstract: "Serves a MedSeal network: the ledger, the vaults and the API.",
        discussion: """
            It keeps ciphertext and the ledger. It cannot decrypt anything: no decryption code is linked into it.

            Exit codes: 0 done, or stopped as asked; 1 refused, or it cannot start; 2 wrong usage; 3 network, server or disk out \
            of reach; 4 a hash, signature or binding does not hold.

            Example:
              medseal network init net --organisation hospital1:hospital --organisation insurer:insurer
              medseald run net

            `medseald --generate-completion-script bash` (zsh, fish) prints what completes commands by the tab key.
            """,
        version: "medseald \(ProgramVersion.number)",
        groupedSubcommands: [
            CommandGroup(name: "Service", subcommands: [RunCommand.self, ValidateCommand.self]),
            CommandGroup(name: "Ledger's files", subcommands: [LedgerCommand.self]),
            CommandGroup(name: "Hyperledger Fabric", subcommands: [FabricCommand.self]),
        ])

    static func main() async {
        ProcessStreams.keepOpen()
        ProcessMemory.keepPrivate()
        ProcessMemory.keepSmall()
        do {
            try await runArguments()
        } catch {
            end(with: error)
        }
    }
}
