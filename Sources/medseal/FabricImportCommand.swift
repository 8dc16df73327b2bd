import ArgumentParser
import FabricLedger
import Foundation
import Ledger
import Primitives
import Remote

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
        do {
            let profile = try ConnectionProfile(file: URL(fileURLWithPath: profile))
            let gateway = try Gateway(
                profile,
                as: FabricIdentity(profile, passphrase: try passphrase.read("Passphrase of the network")))
            return try await withThrowingTaskGroup(of: Value?.self) { group in
                group.addTask {
                    try await gateway.run()
                    return nil
                }
                group.addTask { try await body(gateway) }
                defer { group.cancelAll() }
                while let result = try await group.next() {
                    if let result { return result }
                }
                throw ClientFailure.unreachable("the connections to the peers have ended")
            }
        } catch let failure as FabricFailure {
            throw ClientFailure(failure.code, "\(failure)")
        }
    }
}

extension FabricFailure {
    fileprivate var code: ClientFailure.Code {
        switch self {
        case .badProfile: .badInput
        case .rejected, .refused, .void: .refused
        case .endorsementsDiffer, .altered, .badBlock: .unverified
        case .unavailable, .outcomeUnknown: .unreachable
        }
    }
}

/// `medseal fabric import`
struct FabricImport: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Move a ledger to Fabric: replay an archive of it on a channel where nothing was begun.",
        discussion: """
            Every organisation's contract executes each entry again, at its own time, and refuses what does not follow or is not \
            signed under the archive's checkpoint. At the end the channel has the same state, and statements are taken from then on: \
            medseald run DIR --ledger fabric has the same log, entry by entry.

            Stop medseald before the archive is made: what it takes afterwards does not move. The same command goes on where it was \
            cut off.

            Example:
              medseal ledger export archive --home eve
              medseal fabric import archive --profile net/fabric/hospital1/connection.json
            """)

    @Argument(help: ArgumentHelp("The archive's folder (medseal ledger export).", valueName: "archive"))
    var archive: String

    @OptionGroup var fabric: FabricOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let archive: Archive
        do {
            archive = try Archive(at: self.archive)
        } catch { throw ClientFailure.unverified("\(self.archive): \(error)") }
        let bar = EntryProgress("moved")
        let entries = try await fabric.connected { gateway in
            do {
                return try await gateway.move(archive) { bar.report($0, $1) }
            } catch let refusal as RestoreRefusal { throw ClientFailure.unverified("\(refusal)") }
        }
        bar.finish()
        struct Answer: Encodable { var entries: UInt64 }
        try output.print(Answer(entries: entries)) { print("Moved \(entries) entries to Fabric") }
    }
}
