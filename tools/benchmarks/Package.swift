// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "product/Sources/\(name)", swiftSettings: settings)
}

// What tools/bench measures inside a process, apart from the product so that nobody builds it unasked. The
// sources are those of the product, by the symbolic link `product`.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/apple/swift-asn1", exact: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", exact: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CSodium", path: "product/Sources/CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "COpenSSL", path: "product/Sources/COpenSSL", pkgConfig: "libcrypto"),
        .executableTarget(name: "embed-sql", path: "product/Sources/embed-sql"),
        .plugin(
            name: "EmbedSQL", capability: .buildTool(), dependencies: ["embed-sql"],
            path: "product/Plugins/EmbedSQL"),
        .target(
            name: "Migrations", path: "product/migrations", swiftSettings: settings, plugins: ["EmbedSQL"]),
        module("Contract"),
        module("Primitives", ["CSodium", "COpenSSL", .product(name: "Crypto", package: "swift-crypto")]),
        module("Age", ["Primitives"]),
        module("TransparencyLog", ["Primitives"]),
        module(
            "Identity",
            [
                "Contract", "Primitives", "TransparencyLog",
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
            ]),
        module(
            "Ledger",
            [
                "Contract", "Primitives", "TransparencyLog", "Identity", "Migrations",
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        module("API", ["Contract", "Primitives"]),
        module(
            "Remote",
            [
                "API", "Contract", "Identity", "TransparencyLog", "Primitives",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        .target(
            name: "Workload", dependencies: ["Contract", "Identity", "Primitives"], swiftSettings: settings),
        .executableTarget(
            name: "bench-memory", dependencies: ["Age", "CSodium", "Primitives"], swiftSettings: settings),
        .executableTarget(
            name: "bench-ledger",
            dependencies: ["Workload", "Ledger", "Contract", "Identity", "Primitives", "TransparencyLog"],
            swiftSettings: settings),
        .executableTarget(
            name: "bench-http",
            dependencies: ["Workload", "Remote", "API", "Contract", "Identity", "Primitives"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
