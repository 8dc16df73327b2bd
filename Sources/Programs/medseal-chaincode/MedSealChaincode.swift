import ArgumentParser
import FabricChaincode
import Foundation
import Primitives
import UnixSignals

@main
struct MedSealChaincode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "medseal-chaincode",
        abstract: "Serves MedSeal's contract to the peers of a Hyperledger Fabric network.",
        discussion: """
            Each organisation runs its own, beside its own peer, with its own copy of the network's genesis file: of what is decided
            here nothing comes over the wire but the transactions. The peer dials the address that its installed package names.

            Example:
              medseal-chaincode --genesis genesis.cbor --package-id medseal_1:2f0a... --listen 127.0.0.1:7059 \\
                --tls-certificate server.pem --tls-key server.key --client-roots peers.pem

            Exit codes: 0 stopped as asked (SIGTERM or Ctrl-C), 1 it cannot start or go on (the message says why), 2 wrong usage.
            """,
        version: "medseal-chaincode \(ProgramVersion.number)")

    @Option(help: "The network's genesis file.")
    var genesis: String

    @Option(
        help: "The id of the package that the peer has installed; otherwise the environment's CHAINCODE_ID.")
    var packageID: String?

    @Option(help: "The address to serve on: HOST:PORT, HOST an IPv4 or [IPv6] address.")
    var listen: ListenAddress

    @Option(help: "This server's certificate and what leads to its authority, PEM.")
    var tlsCertificate: String?

    @Option(help: "The certificate's private key, PEM.")
    var tlsKey: String?

    @Option(help: "The authorities of the certificates that peers must show, PEM.")
    var clientRoots: String?

    @Flag(help: "Without TLS: on a loopback address only.")
    var plaintext = false

    @Option(help: "A port of 127.0.0.1 for /healthz and /metrics (Prometheus).")
    var metricsPort: Int?

    func validate() throws {
        let files = [tlsCertificate, tlsKey, clientRoots].compactMap { $0 }
        if plaintext {
            guard files.isEmpty, listen.isLoopback else {
                throw ValidationError("--plaintext is for a loopback address, and takes no TLS files.")
            }
        } else if files.count != 3 {
            throw ValidationError(
                "--tls-certificate, --tls-key and --client-roots are all needed (or --plaintext).")
        }
        guard !registeredID.isEmpty else { throw ValidationError("--package-id or CHAINCODE_ID is needed.") }
        guard metricsPort.map((1...65_535).contains) ?? true else {
            throw ValidationError("A port is a number up to 65535.")
        }
    }

    private var registeredID: String {
        packageID ?? ProcessInfo.processInfo.environment["CHAINCODE_ID"] ?? ""
    }

    func run() async throws {
        do {
            let chaincode = try ConsentChaincode(genesisFile: try Self.read(genesis))
            let service = ChaincodeService(chaincode, packageID: registeredID)
            let server = ChaincodeServer(
                service, host: listen.host, port: listen.port, security: try security())
            try await Self.untilStopped { [metricsPort, registeredID, listen] in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        try await server.run { port in
                            Self.say("serving \(registeredID) on \(listen.at(port))")
                        }
                    }
                    if let metricsPort {
                        group.addTask {
                            try await MetricsServer(service.metrics, port: metricsPort).run()
                        }
                    }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
            Self.say("stopped")
        } catch {
            Self.say("cannot serve: \(error)")
            throw ExitCode(1)
        }
    }

    private func security() throws -> ChaincodeServer.Security {
        guard let tlsCertificate, let tlsKey, let clientRoots else { return .plaintext }
        return .mutualTLS(
            certificates: try Self.read(tlsCertificate), privateKey: try Self.read(tlsKey),
            clientRoots: try Self.read(clientRoots))
    }

    private static func read(_ path: String) throws -> [UInt8] {
        guard let content = FileManager.default.contents(atPath: path) else {
            throw UnreadableError(path: path)
        }
        return [UInt8](content)
    }

    private struct UnreadableError: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) cannot be read" }
    }

    private static func say(_ text: String) {
        ProcessStreams.tell("medseal-chaincode: \(text)")
    }

    /// Runs `body` until it ends or the process gets SIGTERM or SIGINT.
    private static func untilStopped(_ body: @escaping @Sendable () async throws -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(operation: body)
            group.addTask {
                for await _ in signals { break }
                Task.detached {
                    // Whoever has connected and says nothing does not hold it up.
                    try await Task.sleep(for: .seconds(3))
                    say("stopped")
                    Foundation.exit(0)
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    static func main() async {
        ProcessStreams.keepOpen()
        ProcessMemory.keepPrivate()
        ProcessMemory.keepSmall()
        do {
            let command = try parse()
            try await command.run()
        } catch {
            let code = exitCode(for: error)
            guard !(error is ExitCode) else { exit(withError: error) }
            guard code != .success else {
                // Help is output too.
                print(fullMessage(for: error))
                do {
                    try ProcessStreams.finishOutput()
                } catch {
                    say("\(error)")
                    Foundation.exit(1)
                }
                Foundation.exit(0)
            }
            ProcessStreams.tell(fullMessage(for: error))
            Foundation.exit(2)
        }
    }
}

/// HOST:PORT, HOST an address.
struct ListenAddress: ExpressibleByArgument, Sendable {
    let host: String
    let port: Int
    private let spelling: Substring

    init?(argument: String) {
        guard let colon = argument.lastIndex(of: ":"),
            let port = Int(argument[argument.index(after: colon)...]), (0...65_535).contains(port)
        else { return nil }
        spelling = argument[..<colon]
        let isBracketed = spelling.hasPrefix("[") && spelling.hasSuffix("]")
        let host = isBracketed ? String(spelling.dropFirst().dropLast()) : String(spelling)
        guard !host.isEmpty, isBracketed == host.contains(":") else { return nil }
        self.host = host
        self.port = port
    }

    var isLoopback: Bool { host.hasPrefix("127.") || host == "::1" }

    func at(_ port: Int) -> String { "\(spelling):\(port)" }
}
