import Foundation
import Synchronization
import Testing

@testable import Surroundings

/// A network in a temporary folder, driven through the programs themselves, as its users would.
final class Story: Sendable {
    let folder: URL
    let port: Int
    private let server = Mutex<RunningProgram?>(nil)
    /// How many microseconds each command took at most.
    private let durations = Mutex<[String: UInt32]>([:])
    /// The first port of its Fabric network, where it has one.
    private let fabricPort: Int?
    /// What its server is started with besides its folder and passphrase.
    private let serverOptions: [String]
    /// How many files its server may have open; nil: as many as this process.
    private let descriptors: Int?

    /// Where Fabric's own programs are; nil where they are not: then nothing of it can be run.
    static let fabricPrograms: String? = {
        let environment = ProcessInfo.processInfo.environment
        let paths = [environment["FABRIC_BIN"], environment["PATH"]].compactMap { $0 }
            .flatMap { $0.split(separator: ":").map(String.init) }
        let needed = ["peer", "orderer", "configtxgen", "osnadmin"]
        return paths.first { path in
            needed.allSatisfy { FileManager.default.isExecutableFile(atPath: "\(path)/\($0)") }
        }
    }()

    /// Makes the network of `organisations` (name:kind) with the rules of its quorum, and starts its server;
    /// with `onFabric` a Fabric network of theirs, too, which orders the statements. With `isServed` false the
    /// server is not started. `founded` is told the network's folder before anything is made of it. The server is
    /// started with `serverOptions`, and may have `descriptors` files open.
    init(
        _ organisations: [String], quorum: [String] = [], onFabric: Bool = false, isServed: Bool = true,
        serverOptions: [String] = [], descriptors: Int? = nil, founded: (URL) throws -> Void = { _ in }
    ) throws {
        self.serverOptions = serverOptions
        self.descriptors = descriptors
        folder = FileManager.default.temporaryDirectory.appending(path: "medseal-story-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Below the ports that the system gives to clients; two stories rarely meet.
        port = .random(in: 15_000..<32_000)
        fabricPort = onFabric ? .random(in: 150..<310) * 100 : nil
        try passphrase("net")
        let made = try medseal(
            ["network", "init", "net", "--port", "\(port)", "--passphrase-file", "net.pass"]
                + organisations.flatMap { ["--organisation", $0] } + quorum.flatMap { ["--quorum", $0] })
        try #require(made.code == 0, "\(made.text)")
        try founded(folder.appending(path: "net"))
        if let fabricPort {
            let fabric = try medseald([
                "fabric", "init", "net", "--base-port", "\(fabricPort)", "--passphrase-file",
                "net.pass",
            ])
            try #require(fabric.code == 0, "\(fabric.text)")
            try self.fabric("up")
        }
        if isServed { try start() }
    }

    /// What `tools/fabric` does with the story's network.
    func fabric(_ command: String, _ arguments: String...) throws {
        let done = try run(
            Repository.root.appending(path: "tools/fabric").path, [command, "net"] + arguments)
        try #require(done.code == 0, "\(done.text)")
    }

    func profile(_ organisation: String) -> String { "net/fabric/\(organisation)/connection.json" }

    deinit {
        if fabricPort != nil { try? fabric("down", "--wipe") }
        end(SIGKILL)
        try? FileManager.default.removeItem(at: folder)
    }

    // MARK: Programs

    struct Result {
        let code: Int32
        let text: String
        /// The first handle, id or hash that it prints, as people read it: its first digits, which are typed again.
        var id: String { text.firstMatch(of: /\b[0-9a-f]{12,64}\b/).map { String($0.output) } ?? "" }

        func done() throws { try #require(code == 0, "\(text)") }

        /// The whole id that a field of its JSON answer has, the first of that name.
        func field(_ name: String) throws -> String {
            let field = try Regex("\"\(name)\" : \"([0-9a-f]{64})\"", as: (Substring, Substring).self)
            return String(try #require(text.firstMatch(of: field), "\(text)").output.1)
        }
    }

    /// What programs are told besides what this one was.
    static let environment = ProcessInfo.processInfo.environment.merging([
        "SWIFT_BACKTRACE": "enable=no", "MEDSEAL_BIN": Repository.programs.path,
        "FABRIC_BIN": fabricPrograms ?? "", "MEDSEAL_PASSPHRASE_WORK": "4",
    ]) { $1 }

    /// How many seconds the clock of every program that is begun from now on is ahead of this machine's.
    private let ahead = Mutex(0)

    /// The clocks of programs that are begun from now on go ahead: of a server that runs, once it is started anew.
    func advance(bySeconds seconds: Int) { ahead.withLock { $0 += seconds } }

    private var environment: [String: String] {
        get throws {
            let seconds = ahead.withLock { $0 }
            guard seconds != 0 else { return Self.environment }
            let library = folder.appending(path: "clock.so").path
            if !FileManager.default.fileExists(atPath: library) {
                let source = Repository.root.appending(path: "tools/clock.c").path
                let built = try Command.run(
                    "/usr/bin/env", ["clang", "-O1", "-shared", "-fPIC", "-o", library, source])
                try #require(built.status == 0, "clang could not build \(source): \(built.errors)")
            }
            return Self.environment.merging([
                "LD_PRELOAD": library, "MEDSEAL_CLOCK_AHEAD": String(seconds),
            ]) { $1 }
        }
    }

    /// Runs a program in the story's folder and waits for it.
    func run(_ program: String, _ arguments: [String]) throws -> Result {
        let outcome = try Command.run(
            program, arguments, in: folder, environment: environment, mergingErrors: true)
        return Result(code: outcome.status, text: outcome.output)
    }

    func medseal(_ arguments: [String]) throws -> Result {
        let began = ContinuousClock.now
        let result = try run(Self.program("medseal"), arguments)
        let lasted = (ContinuousClock.now - began) / .microseconds(1)
        if let command = arguments.first {
            durations.withLock { $0[command] = max($0[command] ?? 0, UInt32(lasted)) }
        }
        return result
    }

    /// A command of the operator's that ends by itself.
    func medseald(_ arguments: [String]) throws -> Result {
        try run(Self.program("medseald"), arguments)
    }

    /// A script of Tests/Tools, with the packages that tools/prepare installs.
    func python(_ script: String, _ arguments: String...) throws -> Result {
        try python(script, arguments)
    }

    func python(_ script: String, _ arguments: [String]) throws -> Result {
        let python = Repository.python
        try #require(FileManager.default.fileExists(atPath: python), "tools/prepare makes \(python)")
        return try run(python, [Repository.root.appending(path: "Tests/Tools/\(script)").path] + arguments)
    }

    /// A command of somebody with a home, who has a passphrase file of the same name.
    func medseal(as home: String, _ arguments: String...) throws -> Result {
        try medseal(arguments + ["--home", home, "--passphrase-file", "\(home).pass"])
    }

    /// Starts `medseal` and leaves it running.
    func begin(as home: String, _ arguments: String...) throws -> RunningProgram {
        try begin(as: home, arguments)
    }

    func begin(as home: String, _ arguments: [String]) throws -> RunningProgram {
        try begin(Self.program("medseal"), arguments + ["--home", home, "--passphrase-file", "\(home).pass"])
    }

    /// Starts a program, a path, in the story's folder.
    private func begin(_ program: String, _ arguments: [String], log: URL? = nil) throws -> RunningProgram {
        try RunningProgram(
            program, arguments, in: folder, environment: environment,
            log: log ?? folder.appending(path: "\(UUID().uuidString).log"))
    }

    private static func program(_ name: String) -> String { Repository.programs.appending(path: name).path }

    /// Begins a command and kills it, or the server, somewhere in it: at a moment within the time that the command
    /// took before, when it ran to its end.
    func killed(_ victim: Victim, in arguments: [String], of home: String) throws {
        let command = try begin(as: home, arguments)
        let lasting = durations.withLock { $0[arguments[0]] ?? 300_000 }
        usleep(.random(in: 0...lasting))
        switch victim {
        case .client: command.end(SIGKILL)
        case .server:
            // A client waits some seconds for a server that is not there: it is there again before.
            end(SIGKILL)
            try start()
            command.end(nil)
        }
    }

    enum Victim { case client, server }

    // MARK: Validators

    /// Starts the validator of an organisation. `arguments` are those besides the folder and the
    /// organisation.
    func validate(_ organisation: String, _ arguments: String...) throws -> RunningProgram {
        try begin(
            Self.program("medseald"),
            ["validate", "net", "--organisation", organisation, "--passphrase-file", "net.pass", "--verbose"]
                + arguments)
    }

    /// Starts an organisation's own process in its folder of `homes`, and waits until it serves.
    func serve(_ organisation: String) throws -> RunningProgram {
        let home = "homes/\(organisation)"
        let daemon = try begin(
            Self.program("medseald"),
            [
                "run", home, "--passphrase-file", "net.pass", "--ledger", "fabric", "--profile",
                "\(home)/fabric/\(organisation)/connection.json",
            ])
        try #require(daemon.says(": serving \(organisation) "), "\(daemon.said)")
        return daemon
    }

    // MARK: The server

    var log: URL { folder.appending(path: "medseald.log") }
    var serverID: Int32 { server.withLock { $0?.processIdentifier ?? 0 } }

    /// Starts the server; `more` are options besides.
    func start(_ more: [String] = []) throws {
        var program = Self.program("medseald")
        var arguments =
            ["run", "net", "--passphrase-file", "net.pass", "--verbose"] + serverOptions
            + (fabricPort == nil ? [] : ["--ledger", "fabric", "--profile", profile("hospital1")]) + more
        if let descriptors {
            arguments = ["-c", #"ulimit -n \#(descriptors); exec "$0" "$@""#, program] + arguments
            program = "/bin/bash"
        }
        let server = try begin(program, arguments, log: log)
        self.server.withLock { $0 = server }
        try #require(server.says(": serving "), "medseald ended: \(server.said)")
    }

    /// Sends the server a signal and waits for its end; its exit code, or minus the signal that ended it.
    @discardableResult
    func end(_ signal: Int32) -> Int32 {
        server.withLock { server in
            defer { server = nil }
            return server?.end(signal) ?? 0
        }
    }

    // MARK: Steps

    func passphrase(_ name: String) throws {
        let path = folder.appending(path: "\(name).pass").path
        let text = "correct horse \(name) \(UInt64.random(in: 0..<UInt64.max))\n"
        #expect(
            FileManager.default.createFile(
                atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]))
    }

    func enrol(
        _ home: String, _ organisation: String, _ role: String, network: String = "net"
    ) throws {
        try passphrase(home)
        let enrolled = try medseal([
            "member", "enrol", "--network", network, "--organisation", organisation, "--role", role, "--name",
            "Member \(home)", "--home", home, "--organisation-passphrase-file", "net.pass",
            "--passphrase-file",
            "\(home).pass",
        ])
        try #require(enrolled.code == 0, "\(enrolled.text)")
    }

    /// A patient with a wallet, admitted by `registrar` under `number`.
    func admit(
        _ home: String, at organisation: String, by registrar: String, number: String, permits: Int = 20,
        network: String = "net"
    ) throws {
        if !FileManager.default.fileExists(atPath: folder.appending(path: "\(home).pass").path) {
            try passphrase(home)
        }
        let joined = try medseal(
            as: home, "wallet", "join", "--network", network, "--organisation", organisation, "--permits",
            "\(permits)")
        try #require(joined.code == 0, "\(joined.text)")
        let match = joined.text.firstMatch(of: /[0-9A-Z]{4}(-[0-9A-Z]{4})+/)
        let code = try #require(match).output.0
        let admitted = try medseal(
            as: registrar, "patient", "admit", String(code), "--number", number, "--name", "Canary Kestrel")
        try #require(admitted.code == 0, "\(admitted.text)")
    }

    @discardableResult
    func write(_ name: String, _ bytes: Data) throws -> URL {
        let file = folder.appending(path: name)
        try bytes.write(to: file)
        return file
    }

    func bytes(_ path: String) throws -> Data { try Data(contentsOf: folder.appending(path: path)) }
    func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.appending(path: path).path)
    }

    /// The files of a vault, as paths within the story's folder.
    func vault(_ organisation: String) throws -> [String] {
        let records = "net/organisations/\(organisation)/vault/records"
        let base = folder.appending(path: records)
        return try FileManager.default.subpathsOfDirectory(atPath: base.path)
            .filter { $0.split(separator: "/").count == 3 }.map { "\(records)/\($0)" }.sorted()
    }
}
