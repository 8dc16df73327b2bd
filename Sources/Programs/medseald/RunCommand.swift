import ArgumentParser
import Files
import Foundation
import Logging
import NIOCore
import Records
import Server
import Terminal

/// What one member, and one caller, may do. A gateway may ten times as much as other members.
struct LimitOptions: ParsableArguments {
    @Option(help: "How many records one member may have released within an hour.")
    var releasesPerHour = MemberLimits().releasesPerHour

    @Option(help: "The same within a day.")
    var releasesPerDay = MemberLimits().releasesPerDay

    @Option(help: "How many requests one member may make within an hour.")
    var requestsPerHour = MemberLimits().requestsPerHour

    @Option(help: "The same within a day. Gateways may ten times as much, here as with the others.")
    var requestsPerDay = MemberLimits().requestsPerDay

    @Option(help: "How many calls one key may make in a second.")
    var callsPerSecond = APIServer.callsPerSecondDefault

    @Option(
        help: "How many connections are open at once. Default: half of the files that the process may open.")
    var connections: Int?

    @Option(help: "How many of those one address may have, by default half of them.")
    var connectionsPerAddress: Int?

    @Option(help: "In so many seconds a new connection must bring a request.")
    var headSeconds = 10

    @Option(help: "After so many seconds without a request a connection is closed.")
    var idleSeconds = 75

    @Option(
        help:
            "After so many seconds a request's body, or a client that takes its answer, must have come further."
    )
    var stallSeconds = 30

    @Option(
        name: .customLong("proxy"),
        help: "The address of a proxy before this server: what it writes into X-Forwarded-For is who calls.")
    var proxies: [String] = []

    /// For a process that may have so many files open.
    func connectionLimits(descriptors: Int) throws -> ConnectionLimits {
        var limits = ConnectionLimits(descriptors: descriptors)
        if let connections {
            guard (4...max(4, descriptors - ConnectionLimits.descriptorsReserved)).contains(connections)
            else {
                throw ValidationError(
                    "--connections is at least 4, and leaves \(ConnectionLimits.descriptorsReserved) of the \(descriptors) files that the process may open to the ledger: raise its limit (ulimit -n)."
                )
            }
            limits.connections = connections
            limits.connectionsPerAddress = max(2, connections / 2)
        }
        limits.connectionsPerAddress = connectionsPerAddress ?? limits.connectionsPerAddress
        limits.head = .seconds(Int64(headSeconds))
        limits.idle = .seconds(Int64(idleSeconds))
        limits.stall = .seconds(Int64(stallSeconds))
        for proxy in proxies {
            guard let address = CallerAddress(proxy) else {
                throw ValidationError("--proxy \(proxy) is no IP address")
            }
            limits.proxies.insert(address)
        }
        return limits
    }

    var members: MemberLimits {
        MemberLimits(
            releasesPerHour: releasesPerHour, releasesPerDay: releasesPerDay,
            requestsPerHour: requestsPerHour, requestsPerDay: requestsPerDay)
    }

    func validate() throws {
        let all = [releasesPerHour, releasesPerDay, requestsPerHour, requestsPerDay, callsPerSecond]
        guard all.allSatisfy({ (1...1_000_000_000).contains($0) }) else {
            throw ValidationError("A limit is 1 or more.")
        }
        guard [headSeconds, idleSeconds, stallSeconds].allSatisfy({ (1...86_400).contains($0) }),
            connectionsPerAddress.map({ $0 >= 1 }) ?? true
        else { throw ValidationError("A limit is 1 or more, and at most a day.") }
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Serves the network in DIR until SIGTERM or Ctrl-C.",
        discussion: """
            With --ledger fabric the statements are ordered by a Hyperledger Fabric network, which --profile names (docs/operate/fabric.md); this \
            process keeps its own copy of the log, and executes every statement again.

            DIR is what `medseal network init` made. The passphrase opens the ledger's and the TLS key; it is asked for on the
            terminal, or read from a file of mode 0600 or from a file descriptor.

            Exit codes: 0 stopped as asked, 1 it cannot start (the message says why), 2 wrong usage.
            """)

    @Argument(help: "The network's folder.")
    var directory: String

    @OptionGroup var passphrase: PassphraseOptions

    @Option(help: "Who orders the statements.")
    var ledger = LedgerKind.embedded

    @Option(
        help: ArgumentHelp("With --ledger fabric: the organisation's connection profile.", valueName: "file"))
    var profile: String?

    @Option(
        name: .long,
        help: "The address to serve on (0.0.0.0: all), instead of the host in the network's address.")
    var listen: String?

    @Option(name: .long, help: "The port to serve on, instead of the one in the network's address.")
    var port: Int?

    @OptionGroup(title: "Vaults") var vaults: VaultOptions

    @OptionGroup(title: "Limits") var limits: LimitOptions

    @Flag(name: .long, help: "Log every request, not only what went wrong.")
    var verbose = false

    func validate() throws {
        guard (ledger == .fabric) == (profile != nil) else {
            throw ValidationError("--ledger fabric and --profile belong together")
        }
    }

    func run() async throws {
        var logger = Logger(label: "medseald") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = verbose ? .info : .warning
        let connections = try limits.connectionLimits(descriptors: OpenFileLimit.raise())
        do {
            let network = try await HostedNetwork(
                directory: directory, passphrase: try passphrase.read("Passphrase of the network's services"),
                listen: listen, port: port,
                profile: profile, vaults: vaults)
            defer { network.close() }
            let address = "https://\(network.listener.host):\(network.listener.port)"
            let organisations = network.organisations
            if let trouble = network.trouble { say(trouble) }
            let server = network.server(
                limits: limits.members, callsPerSecond: limits.callsPerSecond, connections: connections,
                logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { [logger] group in
                group.addTask { await network.collect { say($0) } }
                group.addTask { await network.scrub { say($0) } }
                group.addTask { await network.watchClock { say($0) } }
                group.addTask { await network.watchCertificate { say($0) } }
                group.addTask { await network.move { say($0) } }
                try await network.running { [logger] in
                    try await network.listener.run(server, logger: logger) {
                        say("serving \(organisations) on \(address)")
                    }
                }
                group.cancelAll()
            }
            say("stopped")
        } catch {
            say("cannot serve \(directory): \(StartError(error))")
            throw ExitCode(1)
        }
    }
}

/// Who orders the statements.
enum LedgerKind: String, ExpressibleByArgument, CaseIterable {
    case embedded, fabric

    init?(argument: String) { self.init(rawValue: argument) }

    static var allValueDescriptions: [String: String] {
        ["embedded": "this process", "fabric": "a Hyperledger Fabric network (--profile)"]
    }
}
