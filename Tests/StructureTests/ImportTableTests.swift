import Foundation
import Testing

/// The import table of ARCHITECTURE.md, held against the sources and against the linked server.
@Suite struct ImportTableTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What belongs to Swift itself and to the system.
    static let system: Set<String> = ["Foundation", "Glibc", "Synchronization", "Dispatch"]

    /// Module: what it may import of ours, and of others.
    static let table: [String: (ours: Set<String>, others: Set<String>)] = [
        "Contract": ([], []),
        "Primitives": ([], ["CSodium", "COpenSSL", "Crypto"]),
        "TransparencyLog": (["Primitives"], []),
        "Age": (["Primitives"], []),
        "Identity": (["Contract", "Primitives", "TransparencyLog"], ["X509", "SwiftASN1"]),
        "Vault": (["Primitives"], []),
        "Desk": (["Migrations"], ["GRDB"]),
        "Ledger": (
            ["Contract", "Primitives", "TransparencyLog", "Identity", "Migrations"], ["GRDB", "GRDBSQLite"]
        ),
        "Records": (["Contract", "Ledger", "Vault", "Desk", "Identity"], []),
        "API": (["Contract", "Primitives"], []),
        "Server": (
            [
                "API", "Records", "Identity", "Ledger", "Vault", "Desk", "Contract", "Primitives",
                "TransparencyLog",
            ],
            [
                "Hummingbird", "HummingbirdTLS", "HTTPTypes", "Logging", "NIOCore", "NIOSSL",
                "ServiceLifecycle", "UnixSignals",
            ]
        ),
        "Remote": (
            ["API", "Contract", "Identity", "TransparencyLog", "Primitives"],
            ["AsyncHTTPClient", "NIOCore", "NIOSSL", "NIOHTTP1"]
        ),
        "Client": (
            ["Remote", "API", "Contract", "Age", "Identity", "TransparencyLog", "Primitives"], []
        ),
        "FabricLedger": (
            [
                "FabricProtocol", "FabricChaincode", "Ledger", "Contract", "Identity", "Primitives",
                "TransparencyLog",
            ],
            ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "SwiftProtobuf"]
        ),
        "FabricNetwork": (["Contract", "Identity", "Primitives", "Remote"], []),
        "medseal": (
            [
                "Client", "FabricChaincode", "FabricLedger", "FabricNetwork", "Remote", "API", "Age",
                "Contract", "Identity",
                "Ledger",
                "Primitives", "TransparencyLog",
            ],
            ["ArgumentParser"]
        ),
        "Validation": (
            ["Remote", "Ledger", "API", "Contract", "Identity", "TransparencyLog", "Primitives"],
            ["Hummingbird", "Logging", "NIOCore"]
        ),
        "medseald": (
            [
                "Server", "Validation", "Remote", "Records", "FabricLedger", "Ledger", "Vault", "Desk",
                "Identity", "API", "Contract", "Primitives", "TransparencyLog",
            ],
            ["ArgumentParser", "Logging", "NIOCore", "UnixSignals"]
        ),
        "FabricProtocol": (
            [],
            ["GRPCCore", "GRPCProtobuf", "NIOCore", "NIOHTTP2", "SwiftProtobuf", "FoundationEssentials"]
        ),
        "FabricChaincode": (
            ["FabricProtocol", "Contract", "Identity", "Primitives", "TransparencyLog"],
            ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "SwiftProtobuf"]
        ),
        "medseal-chaincode": (
            ["FabricChaincode", "Primitives"], ["ArgumentParser", "Hummingbird", "Logging", "UnixSignals"]
        ),
        "embed-sql": ([], []),
        "CSodium": ([], []),
        "COpenSSL": ([], []),
    ]

    static func sources(of module: String) throws -> [(name: String, text: String)] {
        let folder = root.appending(path: "Sources/\(module)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }

    static func imports(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").compactMap { line -> String? in
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                    words[..<at].allSatisfy({
                        $0.hasPrefix("@") || ["public", "internal", "package"].contains($0)
                    })
                else { return nil }
                // `import struct Module.Name` names the module before the point.
                let kinds: Set<Substring> = [
                    "struct", "class", "enum", "func", "protocol", "let", "var", "typealias",
                ]
                let name =
                    kinds.contains(words[at + 1]) && at + 2 < words.count ? words[at + 2] : words[at + 1]
                return name.split(separator: ".").first.map(String.init)
            })
    }

    @Test func everyModuleStandsInTheTable() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Self.root.appending(path: "Sources").path)
        #expect(Set(folders) == Set(Self.table.keys))
    }

    @Test(arguments: table.keys.sorted()) func importsOnlyWhatItMay(module: String) throws {
        let row = try #require(Self.table[module])
        let allowed = row.ours.union(row.others).union(module == "Contract" ? [] : Self.system)
        for (name, text) in try Self.sources(of: module) {
            let beyond = Self.imports(in: text).subtracting(allowed)
            #expect(beyond.isEmpty, "\(module)/\(name) imports \(beyond.sorted())")
        }
    }

    @Test func theImportsAreReallyRead() throws {
        #expect(
            Self.imports(in: "public import A\n@testable import B\nimport struct C.D\n// import E\n") == [
                "A", "B", "C",
            ])
        #expect(try Self.sources(of: "Contract").count > 8)
    }

    @Test func onlyAgeUsesPrivateEncryptionKeys() throws {
        for module in Self.table.keys where !["Primitives", "Age"].contains(module) {
            for (name, text) in try Self.sources(of: module) {
                for word in ["XWing.", "X25519.sharedSecret"] {
                    #expect(!text.contains(word), "\(module)/\(name) uses \(word)")
                }
            }
        }
    }

    @Test func wireCodeParsesBytesOnly() throws {
        // Foundation accepts non-canonical base64 and other digits than ASCII's (SECURITY.md, T15, T25).
        for module in ["Contract", "TransparencyLog", "Age"] {
            for (name, text) in try Self.sources(of: module) {
                for word in [
                    "base64Encoded", "JSONSerialization", "JSONDecoder", "Int(String", "NSRegularExpression",
                ] {
                    #expect(!text.contains(word), "\(module)/\(name) uses \(word)")
                }
            }
        }
    }

    @Test func theServerLinksNothingOfAge() throws {
        let server = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "medseald")
        let client = server.deletingLastPathComponent().appending(path: "medseal")
        #expect(try Self.ageSymbols(in: server) == 0)
        // The same look at the client finds them: the look is able to find.
        #expect(try Self.ageSymbols(in: client) > 100)
    }

    /// How many symbols of the Swift module Age a program has: their mangled names begin with `$s3Age`.
    static func ageSymbols(in program: URL) throws -> Int {
        try #require(FileManager.default.fileExists(atPath: program.path), "\(program.path) is not built")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/nm")
        process.arguments = [program.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let names = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: names, as: UTF8.self).split(separator: "\n").filter { $0.contains("$s3Age") }
            .count
    }
}
