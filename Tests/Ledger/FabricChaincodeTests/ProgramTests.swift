import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Testing

@testable import ContractCases
@testable import SignedCases
@testable import Surroundings

/// The program `medseal-chaincode`, as a process.
@Suite("medseal-chaincode", .failsWhenStill) struct ProgramTests {
    /// A run of the program in a folder of its own.
    struct Run: Sendable {
        private let scratch: Scratch
        private let program: RunningProgram

        /// Starts it with those files in its folder.
        init(_ arguments: [String], files: [String: [UInt8]] = [:], environment: [String: String] = [:])
            throws
        {
            scratch = try Scratch()
            for (name, bytes) in files { _ = try scratch.write(name, bytes) }
            program = try RunningProgram(
                Repository.programs.appending(path: "medseal-chaincode").path, arguments,
                in: scratch.directory, environment: environment,
                log: scratch.directory.appending(path: "said"))
        }

        var said: String { program.said }

        /// The rest of the line that begins so, once it is said.
        func line(after beginning: String) async throws -> String {
            try await aside { try #require(program.line(after: beginning), "\(said)") }
        }

        /// The exit code, when it has ended by itself or, if `asked`, by SIGTERM.
        func end(asked: Bool = false) async throws -> Int32 {
            try await aside { program.end(asked ? SIGTERM : nil) }
        }
    }

    private static let id = ScriptedPeer.packageID
    private static let genesis = ["genesis": Cast.signed.genesisFile]

    /// A TCP connection on which nothing is said.
    final class Connection: Sendable {
        private let descriptor: Int32

        init(to port: Int) throws {
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            try #require(result == 0)
        }

        deinit { close(descriptor) }
    }

    @Test("serves under mutual TLS until SIGTERM, with a stream open and somebody who says nothing")
    func serves() async throws {
        let certificates = try TestCertificates.shared.get()
        let run = try Run(
            [
                "--genesis", "genesis", "--package-id", Self.id, "--listen", "127.0.0.1:0",
                "--tls-certificate", "server.pem", "--tls-key", "server.key", "--client-roots", "roots.pem",
            ],
            files: [
                "genesis": Cast.signed.genesisFile, "server.pem": certificates.chaincode.certificate,
                "server.key": certificates.chaincode.key, "roots.pem": certificates.authority.certificate,
            ])
        let said = try await run.line(after: "medseal-chaincode: serving \(Self.id) on 127.0.0.1:")
        let port = try #require(Int(said))
        let silent = try Connection(to: port)
        try await ScriptedPeer.dial(port, as: certificates.peer) { [silent] peer in
            _ = silent
            try await peer.shakeHands()
            let now = UInt64(Date().timeIntervalSince1970)
            let begin = try ScriptedPeer.transaction(.begin(checkpoint: nil), at: now)
            #expect(try await peer.play(begin, on: [:]).end.response.status == 200)
            let late = try ScriptedPeer.transaction(.begin(checkpoint: nil), at: now - 400)
            #expect(try await peer.play(late, on: [:]).end.response.status == 510)
            #expect(try await run.end(asked: true) == 0)
        }
        #expect(run.said.hasSuffix("medseal-chaincode: stopped\n"))
    }

    @Test("health and metrics; the package's id from the environment")
    func metrics() async throws {
        let port = Int.random(in: 20_000..<30_000)
        let run = try Run(
            [
                "--genesis", "genesis", "--listen", "[::1]:0", "--plaintext", "--metrics-port", "\(port)",
            ],
            files: Self.genesis, environment: ["CHAINCODE_ID": Self.id])
        _ = try await run.line(after: "medseal-chaincode: serving \(Self.id) on [::1]:")
        func fetch(_ path: String) throws -> String {
            let url = "http://127.0.0.1:\(port)/\(path)"
            return try Command.run(
                "/usr/bin/env", ["curl", "-sS", "--retry-connrefused", "--retry", "5", url]
            ).output
        }
        #expect(try fetch("healthz") == "ok\n")
        #expect(try fetch("metrics").contains("\nmedseal_chaincode_streams 0\n"))
        #expect(try await run.end(asked: true) == 0)
    }

    @Test(
        "wrong usage is 2, what cannot start is 1",
        arguments: [
            ([], 2), (["--help"], 0),
            (["--listen", "127.0.0.1:0", "--plaintext", "--package-id", "p"], 2),
            (["--genesis", "genesis", "--listen", "127.0.0.1:0", "--plaintext"], 2),
            (["--genesis", "genesis", "--listen", "127.0.0.1:0", "--package-id", "p"], 2),
            (["--genesis", "genesis", "--listen", "0.0.0.0:0", "--plaintext", "--package-id", "p"], 2),
            (["--genesis", "genesis", "--listen", "127.0.0.1", "--plaintext", "--package-id", "p"], 2),
            (["--genesis", "genesis", "--listen", "127.0.0.1:x", "--plaintext", "--package-id", "p"], 2),
            (["--genesis", "none", "--listen", "127.0.0.1:0", "--plaintext", "--package-id", "p"], 1),
            (["--genesis", "said", "--listen", "127.0.0.1:0", "--plaintext", "--package-id", "p"], 1),
            (["--genesis", "genesis", "--listen", "127.0.0.1:1", "--plaintext", "--package-id", "p"], 0),
            (
                [
                    "--genesis", "genesis", "--listen", "127.0.0.1:0", "--package-id", "p",
                    "--tls-certificate", "genesis", "--tls-key", "genesis", "--client-roots", "genesis",
                ], 1
            ),
        ] as [([String], Int32)])
    func exitCodes(arguments: [String], code: Int32) async throws {
        let run = try Run(arguments, files: Self.genesis)
        if code == 0, arguments.count > 1 { _ = try await run.line(after: "medseal-chaincode: serving") }
        #expect(try await run.end(asked: code == 0 && arguments.count > 1) == code, "\(run.said)")
        #expect(code == 0 || !run.said.isEmpty)
    }
}
