import ArgumentParser
import FabricChannel
import Foundation
import Terminal

/// As whom, and through which peers, a command speaks to a Fabric network.
struct FabricOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The organisation's connection profile: DIR/fabric/NAME/connection.json.", valueName: "file"))
    var profile: String

    @OptionGroup var passphrase: PassphraseOptions

    /// Runs `body` on the gateways, connected.
    func connected<Value: Sendable>(
        _ body: @escaping @Sendable (Gateway) async throws -> Value
    ) async throws -> Value {
        let profile = try ConnectionProfile(file: URL(fileURLWithPath: profile))
        let identity = try FabricIdentity(
            profile, passphrase: try passphrase.read("Passphrase of the network"))
        return try await Gateway(profile, as: identity).running(body)
    }
}
