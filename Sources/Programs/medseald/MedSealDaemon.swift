import ArgumentParser
import Primitives

@main
struct MedSealDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "medseald",
        abstract: "Serves a MedSeal network: the ledger, the vaults and the API.",
        discussion: """
            It keeps ciphertext and the ledger. It cannot decrypt anything: no decryption code is linked into it.

            Example:
              medseal network init net --organisation hospital1:hospital --organisation insurer:insurer
              medseald run net
            """,
        subcommands: [RunCommand.self, ValidateCommand.self])

    static func main() async {
        ProcessMemory.keepPrivate()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(withError: error)
        }
    }
}
