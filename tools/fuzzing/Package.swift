// swift-tools-version: 6.2
import PackageDescription

// Fuzzers, apart from the product so that nobody builds them unasked: tools/fuzz builds and runs them. The
// sources are those of the product, by symbolic link, built here with libFuzzer's and the address sanitizer's
// instrumentation.
let fuzzed: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-sanitize=fuzzer,address", "-parse-as-library", "-enable-testing", "-O"]),
]

let package = Package(
    name: "fuzzing",
    platforms: [.macOS(.v15)],
    dependencies: [.package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2")],
    targets: [
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .target(
            name: "Primitives",
            dependencies: ["CSodium", "COpenSSL", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: fuzzed),
        .target(name: "Age", dependencies: ["Primitives"], swiftSettings: fuzzed),
        .executableTarget(
            name: "age-fuzz", dependencies: ["Age", "Primitives"], swiftSettings: fuzzed,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ],
    swiftLanguageModes: [.v6]
)
