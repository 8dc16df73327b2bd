import Foundation
import Testing

@testable import Surroundings

/// Package.swift's table of modules, held against the layers' rules, the sources, ARCHITECTURE.md and the linked server.
@Suite struct ImportTableTests {
    /// What belongs to Swift itself and to the system.
    static let system: Set<String> = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch",
    ]

    /// Modules that another product brings along.
    static let broughtAlong = ["GRDB": "GRDBSQLite"]

    /// Layer: the layers whose modules it may import besides its own, and modules that it may not.
    static let layers: [String: (may: Set<String>, never: Set<String>)] = [
        "Core": ([], []),
        "Storage": (["Core"], ["Age", "Sealing", "Workflow", "Identity"]),
        "Ledger": (["Core", "Wire"], ["Age", "Sealing", "Workflow"]),
        "Wire": (["Core"], ["Age", "Sealing", "Workflow"]),
        "Service": (["Core", "Storage", "Ledger", "Wire"], ["Age", "Sealing", "Workflow"]),
        "Parties": (["Core", "Wire"], []),
        "Programs": (["Core", "Storage", "Ledger", "Wire", "Service", "Parties"], []),
    ]

    /// Modules that these layers may import although they may not import the rest of the module's layer.
    static let shared: [String: Set<String>] = ["Files": ["Ledger", "Wire", "Parties"]]

    /// What has no row, for it is no Swift module of a layer.
    static let elsewhere: Set<String> = ["CSodium", "COpenSSL", "Migrations", "Workload"]

    let table: ModuleTable

    init() throws {
        table = try ModuleTable.shared.get()
    }

    @Test func everyModuleStandsInTheTable() throws {
        #expect(table.rows.count > 20)
        #expect(Set(table.rows.map(\.name)).count == table.rows.count)
        for layer in try folders("Sources") {
            let expected = table.rows.filter { $0.layer == layer }.map(\.name)
            #expect(try folders("Sources/\(layer)").subtracting(Self.elsewhere) == Set(expected), "\(layer)")
        }
        #expect(try folders("Sources") == Set(Self.layers.keys))
    }

    private func folders(_ path: String) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: path).path))
    }

    @Test func eachLayerImportsOnlyTheLayersThatItMay() throws {
        for row in table.rows where !row.layer.hasPrefix("tools/") {
            let rule = try #require(Self.layers[row.layer])
            for name in row.imports.subtracting(Self.elsewhere) {
                let imported = try #require(table[name], "\(row.name) imports \(name), which has no row")
                #expect(
                    imported.layer == row.layer || rule.may.contains(imported.layer)
                        || Self.shared[name]?.contains(row.layer) == true,
                    "\(row.name) of \(row.layer) imports \(name) of \(imported.layer)")
                #expect(!rule.never.contains(name), "\(row.name) of \(row.layer) imports \(name)")
            }
        }
    }

    @Test func sourcesImportOnlyWhatTheirRowSays() throws {
        for row in table.rows {
            let allowed = row.imports.union(row.links).union(row.links.compactMap { Self.broughtAlong[$0] })
                .union(row.name == "Contract" ? [] : Self.system)
            let sources = table.sources(of: row)
            #expect(!sources.isEmpty, "\(row.name) has no sources")
            for source in sources where !source.name.hasPrefix("Browser/") {
                let beyond = source.imports.subtracting(allowed)
                #expect(beyond.isEmpty, "\(row.name)/\(source.name) imports \(beyond.sorted())")
            }
        }
    }

    /// What lies in Core and not in a folder `Native` runs in browsers, too (tools/wasm): nothing but Core and C of which
    /// its folder `Browser` has a second form.
    @Test func whatBrowsersRunImportsNothingOfTheSystem() throws {
        let core = Set(table.rows.filter { $0.layer == "Core" }.map(\.name)).union(["CSodium", "CXWing"])
        // `core_module Age "Primitives"`
        let compiled = try Repository.text("tools/wasm").matches(of: /\ncore_module (\w+)/).map { "\($0.1)" }
        #expect(Set(compiled) == Set(table.rows.filter { $0.layer == "Core" }.map(\.name)))
        var native = 0
        for name in compiled {
            let row = try #require(table[name])
            for source in table.sources(of: row) {
                if source.name.hasPrefix("Native/") {
                    native += 1
                    continue
                }
                let beyond = source.imports.subtracting(core)
                #expect(beyond.isEmpty, "\(row.name)/\(source.name) imports \(beyond.sorted())")
            }
        }
        #expect(native > 8)
    }

    /// tools/wasm and tools/fuzz compile modules by themselves.
    @Test(arguments: ["wasm", "fuzz"]) func whatToolsCompileImportsWhatItsRowSays(tool: String) throws {
        // `core_module Identity "Contract Primitives TransparencyLog"`
        let lines = try Repository.text("tools/\(tool)").matches(
            of: /\n *(?:core|wire)_module (\w+) "([\w ]*)"/)
        #expect(lines.count > 1)
        for line in lines {
            let row = try #require(table[String(line.1)])
            let imports = Set(line.2.split(separator: " ").map(String.init))
            #expect(imports == row.imports.subtracting(["CSodium", "COpenSSL"]), "\(row.name)")
        }
        let compiled = Set(lines.map { String($0.1) })
        for name in ["AgeTargets", "WireTargets"] {
            let beyond = ModuleTable.imports(in: try Repository.text("tools/fuzzing/\(name).swift"))
                .subtracting(tool == "fuzz" ? compiled : compiled.union(["API"])).subtracting(Self.system)
            #expect(beyond.isEmpty, "\(name) imports \(beyond.sorted())")
        }
    }

    @Test func noRowNamesWhatNoSourceImports() throws {
        for row in table.rows {
            let imported = table.sources(of: row).reduce(into: Set<String>()) { $0.formUnion($1.imports) }
            let unused = row.imports.union(row.links).subtracting(imported)
            #expect(unused.isEmpty, "\(row.name) does not import \(unused.sorted())")
        }
    }

    @Test func architectureSaysTheSame() throws {
        // `| Age | what it does | Primitives | - |`
        let rows = try Repository.text("ARCHITECTURE.md").split(separator: "\n")
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
            .filter { $0.count == 4 && table[$0[0]] != nil }
        let expected = table.rows.filter { !$0.isProgram }
        #expect(Set(rows.map { $0[0] }) == Set(expected.map(\.name)))
        for row in rows {
            let ours = Set(row[2].split(separator: ", ").map(String.init)).subtracting(["-"])
            #expect(ours == table[row[0]]?.imports.subtracting(["CSodium", "COpenSSL"]), "\(row[0])")
        }
    }

    @Test func theImportsAreReallyRead() throws {
        #expect(
            ModuleTable.imports(in: "public import A\n@testable import B\nimport struct C.D\n// import E\n")
                == [
                    "A", "B", "C",
                ])
        #expect(table.sources(of: try #require(table["Contract"])).count > 8)
        #expect(table["Vault"]?.imports == ["Contract", "Primitives"])
        #expect(table["medseald"]?.links.contains("ArgumentParser") == true)
    }

    @Test func nothingInTestsOrToolsIsALink() throws {
        for folder in ["Tests", "tools"] {
            let files = try FileManager.default.subpathsOfDirectory(
                atPath: Repository.root.appending(path: folder).path)
            #expect(files.count > 20)
            for file in files {
                let path = Repository.root.appending(path: "\(folder)/\(file)").path
                #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == nil, "\(path)")
            }
        }
    }

    @Test func theFilesOfAFabricNetworkNeedNoNetworkClient() throws {
        func links(of name: String) -> Set<String> {
            table[name].map { $0.imports.reduce(into: $0.links) { $0.formUnion(links(of: $1)) } } ?? []
        }
        #expect(!links(of: "FabricNetwork").contains("AsyncHTTPClient"))
        #expect(links(of: "Remote").contains("AsyncHTTPClient"))
    }

    @Test func onlyAgeUsesPrivateEncryptionKeys() throws {
        for row in table.rows where !["Primitives", "Age"].contains(row.name) {
            for source in table.sources(of: row) {
                for word in ["XWing.", "X25519.sharedSecret"] {
                    #expect(!source.text.contains(word), "\(row.name)/\(source.name) uses \(word)")
                }
            }
        }
    }

    @Test func wireCodeParsesBytesOnly() throws {
        // Foundation accepts non-canonical base64 and other digits than ASCII's (SECURITY.md, T15, T25).
        for module in [
            "Contract", "TransparencyLog", "Manifests", "Age", "Evidence", "Sealing", "Workflow",
        ] {
            for source in table.sources(of: try #require(table[module])) {
                for word in [
                    "base64Encoded", "JSONSerialization", "JSONDecoder", "Int(String", "NSRegularExpression",
                ] {
                    #expect(!source.text.contains(word), "\(module)/\(source.name) uses \(word)")
                }
            }
        }
    }

    @Test func theServerLinksNothingOfAgeAndSealing() throws {
        let (server, client) = (try Self.server.get(), try Self.client.get())
        for module in ["3Age", "7Sealing", "8Workflow"] {
            #expect(Self.count(of: module, in: server) == 0)
            // The same look at the client finds them: the look is able to find.
            #expect(Self.count(of: module, in: client) > 100)
        }
    }

    /// What is done with a server's files is the operator's: the parties' program opens no ledger's database.
    @Test func thePartiesProgramLinksNoLedgersDatabase() throws {
        let (server, client) = (try Self.server.get(), try Self.client.get())
        for module in ["12SQLiteLedger", "12FabricLedger", "13FabricNetwork", "4GRDB"] {
            #expect(Self.count(of: module, in: client) == 0)
            #expect(Self.count(of: module, in: server) > 20)
        }
    }

    private static let server = Result { try symbols(in: Repository.programs.appending(path: "medseald")) }
    private static let client = Result { try symbols(in: Repository.programs.appending(path: "medseal")) }

    /// How many symbols of a Swift module there are: the mangled names of Age's begin with `$s3Age`.
    private static func count(of module: String, in names: [ArraySlice<UInt8>]) -> Int {
        let beginning = Array("$s\(module)".utf8)
        return names.count { name in
            name.indices.contains { name[$0] == beginning[0] && name[$0...].starts(with: beginning) }
        }
    }

    /// The names of a program's symbols.
    private static func symbols(in program: URL) throws -> [ArraySlice<UInt8>] {
        try #require(FileManager.default.fileExists(atPath: program.path), "\(program.path) is not built")
        let names = try Command.run("/usr/bin/nm", ["--format=just-symbols", program.path])
        #expect(names.status == 0)
        return names.bytes.split(separator: UInt8(ascii: "\n"))
    }
}
