import ArgumentParser
import Contract
import Files
import Foundation
import Identity
import Ledger
import Logging
import Primitives
import Remote
import SQLiteLedger
import Synchronization
import Terminal
import TransparencyLog
import UnixSignals
import Validation

struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Follows the ledger for one organisation, executes it again, and cosigns it.",
        discussion: """
            It runs on any machine of the organisation, which needs two folders of the network's: DIR/public and \
            DIR/organisations/NAME, of which only the validator's key is opened. It pulls the log, checks every signature, executes \
            every statement with the same contract, holds the log's time against its own clock, and cosigns what its own execution \
            confirms. Its copy of the log lies in DIR/organisations/NAME/validator; from it a lost ledger can be made again \
            (medseald ledger export, import).

            When the ledger's own signature proves a fork, or an entry that its own execution does not confirm, it says which and \
            why, keeps the evidence in DIR/organisations/NAME/evidence, and ends: it never cosigns that log again until people have \
            looked. What a server shows and the log does not prove, or an older log, it refuses, keeps, and asks again.

            Exit codes: 0 stopped as asked, 1 it cannot start or its own store failed, 2 wrong usage, 4 it refuses what the ledger shows.

            Example: medseald validate net --organisation hospital2 --follow https://ledger.example:8443
            """)

    @Argument(help: "The network's folder, or a copy of those two folders of it.")
    var directory: String

    @Option(help: "The organisation whose validator this is.")
    var organisation: String

    @Option(
        help: ArgumentHelp(
            "The ledger's address. Default: the organisation's, in DIR/public.", valueName: "url"))
    var follow: String?

    @Option(
        help: """
            Also serve c2sp.org/tlog-witness add-checkpoint, and take statements to pass on (MEDSEAL_VIA), on this port of 127.0.0.1.
            """)
    var witnessPort: Int?

    @OptionGroup var passphrase: PassphraseOptions

    @Flag(name: .long, help: "Say each checkpoint that was cosigned.")
    var verbose = false

    func run() async throws {
        do {
            try await validate()
        } catch let refusal as CosigningError {
            if case .ledger(let error) = refusal.reason {
                say("cannot go on: \(error)")
                throw ExitCode(1)
            }
            say("REFUSES TO COSIGN: \(refusal)")
            throw ExitCode(4)
        } catch let exit as ExitCode {
            throw exit
        } catch {
            say("cannot validate: \(StartError(error))")
            throw ExitCode(1)
        }
    }

    private func validate() async throws {
        guard let name = OrganisationName(organisation) else {
            throw StartError(
                "\(organisation) is no organisation's name: name one of the network (a-z, 0-9 and -)")
        }
        let network = try Network(Folder(directory), server: follow)
        let home = Folder(directory).folder("organisations").folder(name.description)
        let file = "validator.key.pem"
        let key = try ServiceKey.open(
            home.file(file), try home.read(file), try passphrase.read("Passphrase of the network's services"))
        guard let key = SigningKey(pkcs8: key) else {
            throw StartError("\(home.file(file)) is not an Ed25519 key")
        }
        let copy = try Self.copy(in: home.folder("validator"), network)
        defer { copy.close() }
        var logger = Logger(label: "medseald") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .warning
        try await Connection.open(
            network, caller: key, home: follow == nil ? name : nil
        ) { [verbose, witnessPort, logger] connection in
            let validator = try Validator(
                of: name, key: key, log: connection, copy: copy,
                evidence: home.folder("evidence"), report: Self.reporter(verbose: verbose))
            say("validates \(network.genesis.origin) for \(name), \(copy.head.size) entries executed")
            try await untilStopped {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await validator.follow() }
                    if let witnessPort {
                        group.addTask {
                            try await WitnessServer(validator, port: witnessPort).run(logger: logger)
                        }
                    }
                    try await group.next()
                    group.cancelAll()
                }
            }
            say("stopped")
        }
    }

    private static func copy(in folder: Folder, _ network: Network) throws -> ValidatorCopy {
        let genesis = network.genesisFile
        if !folder.exists {
            try folder.parent.make()
            try ValidatorCopy.create(at: folder.path, genesis: genesis)
        }
        return try ValidatorCopy(directory: folder.path, genesis: genesis)
    }

    /// Tells on standard error what happens, what is the same only once.
    private static func reporter(verbose: Bool) -> @Sendable (Validator.Event) -> Void {
        let told = Told()
        return { event in
            switch event {
            case .cosigned(let size):
                if told.isNews(nil) || verbose { say("cosigned \(size) entries") }
            case .catchingUp(let executed, let total):
                if verbose { say("executed \(executed) of \(total) entries") }
            case .omitted(let id, let since):
                say(
                    "THE LEDGER LEAVES OUT statement \(id), handed in here at \(since), which the contract accepts"
                )
            case .refused(let reason):
                if told.isNews(reason) { say("REFUSES TO COSIGN: \(reason); goes on asking") }
            case .waiting(let reason):
                if told.isNews(reason) { say("waits: \(reason)") }
            }
        }
    }
}

/// What was told last, so that it is not told again and again.
private final class Told: Sendable {
    private let last = Mutex<String??>(.none)

    func isNews(_ text: String?) -> Bool {
        last.withLock { last in
            defer { last = .some(text) }
            return last != .some(text)
        }
    }
}

/// Runs `body` until it ends or the process gets SIGTERM or SIGINT.
private func untilStopped(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask(operation: body)
        group.addTask { for await _ in signals { return } }
        try await group.next()
        group.cancelAll()
    }
}
