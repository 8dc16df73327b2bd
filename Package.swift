// swift-tools-version: 6.2
import PackageDescription

// The one table of what may import what: each row is a module with its layer (its folder of Sources), what it imports of
// ours, and what it links of others. StructureTests holds the sources, the layers' rules and ARCHITECTURE.md against it.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// For what computes for minutes when it is not optimised: the contract, and what plays it in tests.
let optimised = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The package that each product of others comes from.
let packageOfProduct = [
    "ArgumentParser": "swift-argument-parser", "AsyncHTTPClient": "async-http-client",
    "Crypto": "swift-crypto", "GRDB": "GRDB.swift", "GRPCCore": "grpc-swift-2",
    "GRPCNIOTransportHTTP2Posix": "grpc-swift-nio-transport", "GRPCProtobuf": "grpc-swift-protobuf",
    "HTTPTypes": "swift-http-types", "Hummingbird": "hummingbird", "HummingbirdCore": "hummingbird",
    "HummingbirdTLS": "hummingbird", "HummingbirdTesting": "hummingbird", "Logging": "swift-log",
    "NIOCore": "swift-nio",
    "NIOEmbedded": "swift-nio", "NIOHTTP1": "swift-nio", "NIOHTTP2": "swift-nio-http2",
    "NIOPosix": "swift-nio", "NIOSSL": "swift-nio-ssl", "ServiceLifecycle": "swift-service-lifecycle",
    "SwiftASN1": "swift-asn1", "SwiftProtobuf": "swift-protobuf", "UnixSignals": "swift-service-lifecycle",
    "X509": "swift-certificates",
]

func dependencies(_ imports: [String], _ links: [String]) -> [Target.Dependency] {
    imports.map { .byName(name: $0) } + links.map { .product(name: $0, package: packageOfProduct[$0]!) }
}

/// A module of a layer.
func module(
    _ layer: String, _ name: String, imports: [String] = [], links: [String] = [], exclude: [String] = [],
    settings: [SwiftSetting] = strict
) -> Target {
    .target(
        name: name, dependencies: dependencies(imports, links), path: "Sources/\(layer)/\(name)",
        exclude: exclude, swiftSettings: settings)
}

func program(_ name: String, imports: [String], links: [String]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies(imports, links), path: "Sources/Programs/\(name)",
        swiftSettings: strict)
}

/// Tests, in the folder of their layer; `data` are folders that they read from the sources.
func tests(
    _ layer: String, _ name: String, of imports: [String], links: [String] = [], data: [String] = [],
    settings: [SwiftSetting] = strict
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies(imports, links), path: "Tests/\(layer)/\(name)", exclude: data,
        swiftSettings: settings)
}

/// What several targets of tests have in common.
func sharedByTests(
    _ name: String, imports: [String], links: [String] = [], settings: [SwiftSetting] = strict
) -> Target {
    .target(
        name: name, dependencies: dependencies(imports, links), path: "Tests/Shared/\(name)",
        swiftSettings: settings)
}

/// A program of tools/benchmarks.
func benchmark(_ name: String, imports: [String]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies(imports, []), path: "tools/benchmarks/\(name)",
        swiftSettings: strict)
}

/// `MEDSEAL_TOOLS=benchmarks` adds the programs of tools/bench. Without it nothing builds them.
let tools = Context.environment["MEDSEAL_TOOLS"]

let core: [Target] = [
    .systemLibrary(
        name: "CSodium", path: "Sources/Core/CSodium", pkgConfig: "libsodium",
        providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(
        name: "COpenSSL", path: "Sources/Core/COpenSSL", pkgConfig: "libcrypto",
        providers: [.apt(["libssl-dev"])]),
    module("Core", "Contract", settings: optimised),
    module(
        "Core", "Primitives", imports: ["CSodium", "COpenSSL"], links: ["Crypto"], exclude: ["Browser"]),
    module("Core", "TransparencyLog", imports: ["Primitives"], settings: optimised),
    module("Core", "Manifests", imports: ["Contract", "TransparencyLog"], settings: optimised),
    module("Core", "Age", imports: ["Primitives"], exclude: ["Browser"]),
    module(
        "Core", "Identity", imports: ["Contract", "Primitives", "TransparencyLog"],
        links: ["X509", "SwiftASN1"], exclude: ["Browser"]),
    module(
        "Core", "Evidence", imports: ["Contract", "Identity", "Manifests", "Primitives", "TransparencyLog"]),
    module(
        "Core", "Sealing",
        imports: ["Age", "Contract", "Evidence", "Identity", "Manifests", "Primitives", "TransparencyLog"]),
    module(
        "Core", "Workflow",
        imports: [
            "Age", "Contract", "Evidence", "Identity", "Manifests", "Primitives", "Sealing",
            "TransparencyLog",
        ]),
]

let storage: [Target] = [
    .executableTarget(name: "embed-sql", path: "Plugins/embed-sql", swiftSettings: strict),
    .plugin(name: "EmbedSQL", capability: .buildTool(), dependencies: ["embed-sql"]),
    .target(name: "Migrations", path: "migrations", swiftSettings: strict, plugins: ["EmbedSQL"]),
    module("Storage", "Files", imports: ["Contract", "Primitives"]),
    module("Storage", "Vault", imports: ["Contract", "Primitives"]),
    module(
        "Storage", "S3", imports: ["Contract", "Primitives"],
        links: ["AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOSSL"]),
    module("Storage", "S3Vault", imports: ["S3", "Files", "Vault", "Contract", "Primitives"]),
    module("Storage", "FileVault", imports: ["Files", "Vault", "Contract", "Primitives"]),
    module("Storage", "Desk", imports: ["Migrations"], links: ["GRDB"]),
]

let ledger: [Target] = [
    module("Ledger", "Ledger", imports: ["Contract", "TransparencyLog"]),
    module(
        "Ledger", "SQLiteLedger",
        imports: ["Ledger", "Files", "Contract", "Primitives", "TransparencyLog", "Identity", "Migrations"],
        links: ["GRDB"]),
    module(
        "Ledger", "FabricProtocol",
        links: ["GRPCCore", "GRPCProtobuf", "NIOCore", "NIOHTTP2", "SwiftProtobuf"],
        exclude: ["definitions"]),
    module(
        "Ledger", "FabricChaincode",
        imports: ["FabricProtocol", "Contract", "Identity", "Primitives", "TransparencyLog"],
        links: ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "SwiftProtobuf"]),
    module(
        "Ledger", "FabricChannel",
        imports: [
            "FabricProtocol", "FabricChaincode", "Ledger", "Contract", "Identity", "Primitives",
            "TransparencyLog",
        ],
        links: ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "SwiftProtobuf"]),
    module(
        "Ledger", "FabricLedger",
        imports: [
            "FabricChannel", "FabricProtocol", "FabricChaincode", "SQLiteLedger", "Ledger", "Contract",
            "Identity", "TransparencyLog",
        ]),
    module(
        "Ledger", "FabricNetwork",
        imports: ["Contract", "Files", "Identity", "NetworkFolder", "Primitives"]),
]

let wire: [Target] = [
    module("Wire", "API", imports: ["Contract", "Primitives"]),
    module(
        "Wire", "NetworkFolder",
        imports: ["API", "Files", "Contract", "Evidence", "Identity", "TransparencyLog", "Primitives"]),
    module(
        "Wire", "Remote",
        imports: [
            "NetworkFolder", "API", "Files", "Contract", "Evidence", "Identity", "TransparencyLog",
            "Primitives",
        ],
        links: ["AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL"]),
]

let service: [Target] = [
    module(
        "Service", "Records", imports: ["Contract", "Manifests", "Ledger", "Vault", "Desk", "Identity"]),
    module(
        "Service", "Server",
        imports: [
            "API", "Records", "Identity", "Ledger", "Vault", "Desk", "Files", "Contract", "Primitives",
            "TransparencyLog",
        ],
        links: [
            "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "HTTPTypes", "Logging", "NIOCore", "NIOHTTP1",
            "NIOSSL", "ServiceLifecycle", "UnixSignals",
        ]),
    module(
        "Service", "Validation",
        imports: [
            "Remote", "Files", "SQLiteLedger", "Ledger", "API", "Contract", "Identity", "TransparencyLog",
            "Primitives",
        ],
        links: ["Hummingbird", "HummingbirdCore", "Logging", "NIOCore"]),
]

let parties: [Target] = [
    module(
        "Parties", "Homes",
        imports: [
            "Remote", "API", "Files", "Sealing", "Workflow", "Evidence", "Contract", "Age", "Identity",
            "TransparencyLog", "Primitives",
        ]),
    module(
        "Parties", "Members",
        imports: [
            "Homes", "Remote", "API", "Files", "Sealing", "Workflow", "Evidence", "Contract", "Age",
            "Identity", "Manifests", "TransparencyLog", "Primitives",
        ]),
    module(
        "Parties", "Patients",
        imports: [
            "Homes", "Remote", "API", "Files", "Sealing", "Workflow", "Evidence", "Contract", "Age",
            "Identity", "Manifests", "TransparencyLog", "Primitives",
        ]),
    module(
        "Parties", "Offices",
        imports: [
            "Homes", "Remote", "API", "Files", "Sealing", "Workflow", "Evidence", "Contract", "Age",
            "Identity",
            "TransparencyLog", "Primitives",
        ]),
    module(
        "Parties", "Auditors",
        imports: [
            "Homes", "Remote", "API", "Sealing", "Evidence", "Contract", "Identity", "Manifests",
            "TransparencyLog", "Primitives",
        ]),
]

let programs: [Target] = [
    module(
        "Programs", "Terminal",
        imports: ["FabricChannel", "Remote", "API", "Files", "Contract", "Primitives"],
        links: ["ArgumentParser"]),
    program(
        "medseal",
        imports: [
            "Terminal", "Homes", "Members", "Patients", "Offices", "Auditors", "FabricChannel", "Remote",
            "API", "S3", "S3Vault", "FileVault", "Files", "Vault", "Sealing", "Workflow", "Contract", "Age",
            "Identity",
            "TransparencyLog", "Primitives",
        ],
        links: ["ArgumentParser"]),
    program(
        "medseald",
        imports: [
            "Terminal", "Server", "Validation", "Remote", "Records", "FabricNetwork", "FabricLedger",
            "FabricChannel", "FabricChaincode", "SQLiteLedger", "Ledger", "Files", "FileVault", "S3Vault",
            "S3", "Vault", "Desk",
            "Identity", "API", "Contract", "Primitives", "TransparencyLog",
        ],
        links: ["ArgumentParser", "Logging", "NIOCore", "UnixSignals"]),
    program(
        "medseal-chaincode", imports: ["FabricChaincode", "Primitives"],
        links: ["ArgumentParser", "Hummingbird", "Logging", "UnixSignals"]),
]

let benchmarks: [Target] = [
    .target(
        name: "Workload", dependencies: ["Contract", "Identity", "Manifests", "Primitives"],
        path: "tools/benchmarks/Workload", swiftSettings: strict),
    benchmark("bench-memory", imports: ["Age", "CSodium", "Primitives"]),
    benchmark(
        "bench-ledger",
        imports: [
            "Workload", "SQLiteLedger", "Ledger", "Contract", "Identity", "Primitives", "TransparencyLog",
        ]),
    benchmark(
        "bench-http",
        imports: ["Workload", "Remote", "API", "Contract", "Files", "Identity", "Primitives"]),
]

let allTests: [Target] = [
    // Calls of the core that the tests record natively and Node makes again (Tests/Browser).
    .target(name: "BrowserCalls", path: "Tests/Browser/Calls", swiftSettings: strict),
    sharedByTests("Surroundings", imports: []),
    sharedByTests("ContractCases", imports: ["BrowserCalls", "Contract"], settings: optimised),
    sharedByTests("SignedCases", imports: ["ContractCases", "Contract", "Identity", "Primitives"]),
    sharedByTests(
        "LedgerCases",
        imports: ["SQLiteLedger", "Ledger", "Contract", "Identity", "Primitives", "TransparencyLog"]),
    sharedByTests(
        "StoryPlay", imports: ["Surroundings", "FabricChannel", "FabricChaincode", "Contract"]),
    tests(
        "Core", "ContractTests", of: ["BrowserCalls", "ContractCases", "Surroundings", "Contract"],
        settings: optimised),
    tests("Core", "PrimitivesTests", of: ["Surroundings", "Primitives"], data: ["Vectors"]),
    tests("Core", "TransparencyLogTests", of: ["BrowserCalls", "TransparencyLog", "Primitives"]),
    tests("Core", "AgeTests", of: ["BrowserCalls", "Surroundings", "Age", "Primitives"], data: ["Vectors"]),
    tests(
        "Core", "SealingTests",
        of: ["BrowserCalls", "Age", "Contract", "Evidence", "Identity", "Manifests", "Primitives", "Sealing"]),
    tests(
        "Core", "ManifestsTests",
        of: ["Surroundings", "Manifests", "Contract", "Primitives", "TransparencyLog"]),
    tests(
        "Core", "WorkflowTests",
        of: [
            "BrowserCalls", "Age", "Contract", "Evidence", "Identity", "Manifests", "Primitives", "Sealing",
            "TransparencyLog", "Workflow",
        ]),
    tests(
        "Core", "IdentityTests",
        of: ["BrowserCalls", "ContractCases", "Surroundings", "Identity", "Contract", "Primitives"],
        links: ["X509"]),
    sharedByTests("VaultConformance", imports: ["Vault", "Contract", "Primitives"]),
    sharedByTests(
        "ObjectStore", imports: ["S3", "Surroundings"],
        links: ["AsyncHTTPClient", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL"]),
    tests(
        "Storage", "S3Tests", of: ["ObjectStore", "S3", "Surroundings", "Contract", "Primitives"],
        links: ["NIOHTTP1", "NIOSSL"]),
    tests(
        "Storage", "S3VaultTests",
        of: [
            "ObjectStore", "S3", "S3Vault", "Files", "Vault", "VaultConformance", "Surroundings", "Contract",
        ],
        links: ["NIOHTTP1"]),
    tests("Storage", "FilesTests", of: ["Surroundings", "Files"]),
    tests(
        "Storage", "VaultTests", of: ["Surroundings", "FileVault", "Vault", "VaultConformance", "Contract"]),
    tests(
        "Ledger", "SQLiteLedgerTests",
        of: [
            "ContractCases", "SignedCases", "LedgerCases", "Surroundings", "SQLiteLedger", "Ledger",
            "Contract",
            "Primitives", "TransparencyLog", "Identity",
        ]),
    tests(
        "Ledger", "FabricLedgerTests",
        of: [
            "LedgerCases", "Surroundings", "FabricLedger", "FabricChannel", "FabricChaincode",
            "FabricProtocol",
            "SQLiteLedger", "Ledger",
            "Contract", "Primitives", "TransparencyLog", "Identity",
        ], links: ["GRPCCore", "GRPCNIOTransportHTTP2Posix", "SwiftProtobuf"]),
    tests(
        "Service", "ValidationTests",
        of: [
            "LedgerCases", "Surroundings", "Validation", "Files", "Remote", "SQLiteLedger", "Ledger",
            "Contract",
            "Primitives",
            "TransparencyLog", "Identity",
        ]),
    tests(
        "Service", "ServerTests",
        of: [
            "Surroundings", "VaultConformance", "Server", "Records", "SQLiteLedger", "Ledger", "FileVault",
            "Files", "Vault",
            "Desk",
            "API",
            "Identity", "Contract", "Manifests", "Primitives",
        ],
        links: [
            "Hummingbird", "HummingbirdTesting", "NIOCore", "NIOEmbedded", "NIOHTTP1", "HTTPTypes", "Logging",
        ]),
    tests(
        "Service", "AttackTests",
        of: ["StoryPlay", "Surroundings", "medseal", "medseald", "medseal-chaincode"]),
    tests(
        "Parties", "PartiesTests",
        of: [
            "Auditors", "Homes", "Members", "Patients", "Offices", "Remote", "API", "Files", "Sealing",
            "Workflow", "Evidence", "Contract", "Age", "Identity", "TransparencyLog", "Primitives",
        ]),
    tests(
        "Ledger", "FabricChaincodeTests",
        of: [
            "ContractCases", "SignedCases", "StoryPlay", "Surroundings",
            "FabricChaincode", "FabricChannel", "FabricProtocol", "Contract", "Identity", "Primitives",
            "TransparencyLog", "medseald", "medseal", "medseal-chaincode",
        ],
        links: [
            "GRPCCore", "GRPCNIOTransportHTTP2Posix", "NIOCore", "NIOEmbedded", "NIOPosix", "SwiftProtobuf",
        ]),
    tests(
        "Ledger", "FabricNetworkTests",
        of: [
            "Surroundings", "Homes", "Offices", "FabricNetwork", "Remote", "Files", "Contract", "Primitives",
        ]),
    .testTarget(
        name: "StructureTests", dependencies: dependencies(["Surroundings", "medseal", "medseald"], []),
        swiftSettings: optimised),
    tests(
        "Programs", "CommandTests",
        of: [
            "Surroundings", "Terminal", "Homes", "Members", "Patients", "Auditors", "Workflow",
            "FabricChannel",
            "Remote", "API", "Ledger", "Contract", "medseal", "medseald",
        ], links: ["ArgumentParser"]),
    tests(
        "Programs", "StoryTests",
        of: [
            "ContractCases", "SignedCases", "ObjectStore", "S3", "StoryPlay", "Surroundings", "medseal",
            "medseald", "medseal-chaincode", "FabricChannel", "FabricLedger", "FabricChaincode",
            "SQLiteLedger", "Files",
            "Ledger",
            "Remote",
            "Contract", "Identity", "Primitives", "TransparencyLog",
        ]),
]

let ours = core + storage + ledger + wire + service + parties + programs

let package = Package(
    name: "medseal",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "medseal", targets: ["medseal"]),
        .executable(name: "medseald", targets: ["medseald"]),
        .executable(name: "medseal-chaincode", targets: ["medseal-chaincode"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-protobuf", exact: "1.39.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/grpc/grpc-swift-2", exact: "2.4.3"),
        .package(url: "https://github.com/grpc/grpc-swift-nio-transport", exact: "2.9.2"),
        .package(url: "https://github.com/grpc/grpc-swift-protobuf", exact: "2.4.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: ours
        + (tools == "benchmarks" ? benchmarks : allTests),
    swiftLanguageModes: [.v6]
)
