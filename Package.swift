// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// One of our modules; `ours` is its row of the import table (ARCHITECTURE.md), which ImportTableTests holds.
func module(_ name: String, ours: [String] = [], others: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: ours.map { .byName(name: $0) } + others, swiftSettings: strict)
}

/// Tests; `data` are folders that the tests read from the sources.
func tests(_ name: String, of ours: [String], others: [Target.Dependency] = [], data: [String] = []) -> Target
{
    .testTarget(
        name: name, dependencies: ours.map { .byName(name: $0) } + others, exclude: data,
        swiftSettings: strict)
}

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let x509: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let grpcCore: Target.Dependency = .product(name: "GRPCCore", package: "grpc-swift-2")
let grpcProtobuf: Target.Dependency = .product(name: "GRPCProtobuf", package: "grpc-swift-protobuf")
let grpcTransport: Target.Dependency = .product(
    name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")

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
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .executableTarget(name: "embed-sql", swiftSettings: strict),
        .plugin(name: "EmbedSQL", capability: .buildTool(), dependencies: ["embed-sql"]),

        module("Contract"),
        module("Primitives", ours: ["CSodium", "COpenSSL"], others: [crypto]),
        module("TransparencyLog", ours: ["Primitives"]),
        module("Age", ours: ["Primitives"]),
        module("Identity", ours: ["Contract", "Primitives", "TransparencyLog"], others: [x509, asn1]),
        .target(name: "Migrations", path: "migrations", swiftSettings: strict, plugins: ["EmbedSQL"]),
        module("Vault", ours: ["Primitives"]),
        module("Desk", ours: ["Migrations"], others: [grdb]),
        module(
            "Ledger", ours: ["Contract", "Primitives", "TransparencyLog", "Identity", "Migrations"],
            others: [grdb]),
        module("Records", ours: ["Contract", "Ledger", "Vault", "Desk", "Identity"]),
        module("API", ours: ["Contract", "Primitives"]),
        module(
            "Server",
            ours: [
                "API", "Records", "Identity", "Ledger", "Vault", "Desk", "Contract", "Primitives",
                "TransparencyLog",
            ],
            others: [hummingbird, hummingbirdTLS, nioCore, nioSSL, httpTypes, log, lifecycle, unixSignals]),
        module(
            "Remote", ours: ["API", "Contract", "Identity", "TransparencyLog", "Primitives"],
            others: [httpClient, nioCore, nioHTTP1, nioSSL]),
        module(
            "Client",
            ours: ["Remote", "API", "Contract", "Age", "Identity", "TransparencyLog", "Primitives"]),
        module(
            "Validation",
            ours: ["Remote", "Ledger", "API", "Contract", "Identity", "TransparencyLog", "Primitives"],
            others: [hummingbird, nioCore, log]),
        .target(
            name: "FabricProtocol", dependencies: [grpcCore, grpcProtobuf, nioCore, nioHTTP2, protobuf],
            exclude: ["definitions"],
            swiftSettings: strict),
        module(
            "FabricChaincode",
            ours: ["FabricProtocol", "Contract", "Identity", "Primitives", "TransparencyLog"],
            others: [grpcCore, grpcTransport, protobuf]),
        module(
            "FabricLedger",
            ours: [
                "FabricProtocol", "FabricChaincode", "Ledger", "Contract", "Identity", "Primitives",
                "TransparencyLog",
            ],
            others: [grpcCore, grpcTransport, protobuf]),
        module("FabricNetwork", ours: ["Contract", "Identity", "Primitives", "Remote"]),
        .executableTarget(
            name: "medseal",
            dependencies: [
                "Client", "FabricChaincode", "FabricLedger", "FabricNetwork", "Remote", "API", "Age",
                "Contract", "Identity",
                "Ledger",
                "Primitives", "TransparencyLog", arguments,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "medseald",
            dependencies: [
                "Server", "Validation", "Remote", "Records", "FabricLedger", "Ledger", "Vault", "Desk",
                "Identity", "API",
                "Contract",
                "Primitives", "TransparencyLog", arguments, log, nioCore, unixSignals,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "medseal-chaincode",
            dependencies: [
                "FabricChaincode", "Primitives", arguments, hummingbird, log, unixSignals,
            ],
            swiftSettings: strict),

        tests("ContractTests", of: ["Contract"]),
        tests("PrimitivesTests", of: ["Primitives"], data: ["Vectors"]),
        tests("TransparencyLogTests", of: ["TransparencyLog", "Primitives"]),
        tests("AgeTests", of: ["Age", "Primitives"], data: ["Vectors"]),
        tests("IdentityTests", of: ["Identity", "Contract", "Primitives"]),
        tests("VaultTests", of: ["Vault", "Primitives"]),
        tests(
            "LedgerTests",
            of: [
                "FabricLedger", "FabricChaincode", "FabricProtocol", "Ledger", "Validation", "Remote",
                "Contract", "Primitives", "TransparencyLog", "Identity",
            ], others: [grpcCore, grpcTransport, protobuf]),
        tests(
            "ServerTests",
            of: [
                "Server", "Records", "Ledger", "Vault", "Desk", "API", "Identity", "Contract", "Primitives",
            ],
            others: [hummingbird, hummingbirdTesting, nioCore, nioEmbedded, httpTypes, log]),
        tests(
            "ClientTests",
            of: [
                "Client", "Remote", "API", "Age", "Contract", "Identity", "TransparencyLog", "Primitives",
            ]),
        tests(
            "FabricChaincodeTests",
            of: [
                "FabricChaincode", "FabricLedger", "FabricProtocol", "Contract", "Identity", "Primitives",
                "TransparencyLog", "medseal", "medseal-chaincode",
            ], others: [grpcCore, grpcTransport, nioCore, nioEmbedded, nioPosix, protobuf]),
        tests(
            "FabricNetworkTests",
            of: ["FabricNetwork", "Client", "Contract", "Identity", "Primitives", "Remote"]),
        tests("StructureTests", of: ["medseal", "medseald"]),
        tests(
            "StoryTests",
            of: [
                "medseal", "medseald", "medseal-chaincode", "FabricLedger", "FabricChaincode", "Ledger",
                "Remote",
                "Contract", "Identity", "Primitives", "TransparencyLog",
            ]),
    ],
    swiftLanguageModes: [.v6]
)
