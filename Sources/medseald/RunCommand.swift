import ArgumentParser
import Foundation
import Logging
import Primitives
import Server

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serves the network in DIR until SIGTERM or Ctrl-C.",
        discussion: """
            DIR is what `medseal network init` made. The passphrase opens the ledger's and the TLS key; it is asked for on the
            terminal, or read from a file of mode 0600 or from a file descriptor.

            Exit codes: 0 stopped as asked, 1 it cannot start (the message says why), 2 wrong usage.
            """)

    @Argument(help: "The network's folder.")
    var directory: String

    @Option(name: .long, help: "A file of mode 0600 whose first line is the passphrase.")
    var passphraseFile: String?

    @Option(name: .long, help: "A file descriptor whose first line is the passphrase.")
    var passphraseFd: Int32?

    @Option(name: .long, help: "The port to serve on, instead of the one in the network's address.")
    var port: Int?

    @Flag(name: .long, help: "Log every request, not only what went wrong.")
    var verbose = false

    func validate() throws {
        if passphraseFile != nil && passphraseFd != nil {
            throw ValidationError("name one source of the passphrase, not two")
        }
    }

    func run() async throws {
        let source: SecretSource =
            if let passphraseFile {
                .file(passphraseFile)
            } else if let passphraseFd {
                .descriptor(passphraseFd)
            } else {
                .terminal(prompt: "Passphrase of the network's services", confirming: false)
            }
        var logger = Logger(label: "medseald") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .info : .warning
        do {
            let network = try HostedNetwork(directory: directory, passphrase: try source.read(), port: port)
            defer { network.close() }
            let address = "https://\(network.listener.host):\(network.listener.port)"
            let organisations = network.organisations
            if let trouble = network.trouble {
                FileHandle.standardError.write(
                    Data("medseald: THE LEDGER IS READ-ONLY: \(trouble)\n".utf8))
            }
            try await network.listener.run(network.service(logger: logger), logger: logger) {
                FileHandle.standardError.write(
                    Data("medseald: serving \(organisations) on \(address)\n".utf8))
            }
            FileHandle.standardError.write(Data("medseald: stopped\n".utf8))
        } catch {
            FileHandle.standardError.write(
                Data("medseald: cannot serve \(directory): \(StartFailure(error))\n".utf8))
            throw ExitCode(1)
        }
    }
}
