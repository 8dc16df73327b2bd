// swift-tools-version: 6.2
import PackageDescription

// What tools/bench measures inside a process, apart from the product so that nobody builds it unasked. The
// sources are those of the product, by symbolic link.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2")],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .target(
            name: "Primitives",
            dependencies: ["CSodium", "COpenSSL", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(name: "Age", dependencies: ["Primitives"], swiftSettings: settings),
        .executableTarget(
            name: "bench-memory", dependencies: ["Age", "CSodium", "Primitives"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

var settings: [SwiftSetting] {
    [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
