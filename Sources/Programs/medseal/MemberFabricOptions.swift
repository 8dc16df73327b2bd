import ArgumentParser
import Auditors
import FabricChannel
import Foundation
import Primitives
import Remote
import Terminal

/// As whom, and through which peers, a member's command reads a Fabric channel.
struct MemberFabricOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The connection profile of the Fabric network that orders.", valueName: "file"))
    var fabric: String?

    @Option(
        help: ArgumentHelp(
            "Read the passphrase of the profile's key from this file (mode 0600).", valueName: "file"))
    var fabricPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "Read the passphrase of the profile's key from this file descriptor.", valueName: "number"))
    var fabricPassphraseFd: Int32?

    func validate() throws {
        guard fabricPassphraseFile == nil || fabricPassphraseFd == nil else {
            throw ValidationError("Give --fabric-passphrase-file or --fabric-passphrase-fd, not both.")
        }
        guard fabric != nil || fabricPassphraseFile == nil && fabricPassphraseFd == nil else {
            throw ValidationError("A passphrase of the profile's key needs --fabric PROFILE.")
        }
    }

    /// The profile and the identity in it, opened; nil without `--fabric`.
    func open() throws -> (profile: ConnectionProfile, identity: FabricIdentity)? {
        guard let fabric else { return nil }
        let profile = try ConnectionProfile(file: URL(fileURLWithPath: fabric))
        let source = SecretSource(
            file: fabricPassphraseFile, descriptor: fabricPassphraseFd,
            prompt: "Passphrase of \(profile.organisation)'s gateway", isNew: false)
        return (profile, try FabricIdentity(profile, passphrase: try source.read()))
    }

    /// The audit of the channel; nil without `--fabric`.
    func audit(
        of network: Network, progress: @escaping @Sendable (UInt64) -> Void
    ) async throws -> ChannelAudit.Report? {
        guard let (profile, identity) = try open() else { return nil }
        let audit = try ChannelAudit(
            genesis: network.genesisFile, authorities: network.organisations.map(\.authority),
            profile: profile, as: identity)
        return try await audit.run(progress: progress)
    }
}

extension ChannelAudit.Report {
    /// The server's log, which was read after the channel, is a copy of what the channel gives.
    mutating func compare(with ledger: AuditReport) {
        if ledger.entries < channel.entries {
            findings.append("the server's log has only \(ledger.entries) of \(channel.entries) statements")
        } else if ledger.entries == channel.entries,
            ledger.root != channel.root || ledger.stateDigest != channel.stateDigest
        {
            findings.append("the server's log is another than the channel gives")
        }
    }

    /// For people.
    func print() {
        Swift.print("Audited \(channel.blocks) blocks of the channel, as the peer of \(source) tells them")
        Swift.print("  first block   \(channel.firstBlock)")
        Swift.print("  last block    \(channel.lastBlock)")
        let void = channel.void.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        Swift.print(
            "  transactions  \(channel.calls) of the contract, \(channel.otherTransactions) others, void: "
                + (void.isEmpty ? "none" : void.joined(separator: ", ")))
        Swift.print("  log           \(channel.entries) statements, Merkle root \(channel.root)")
        Swift.print("  state         \(channel.values) values, digest \(channel.stateDigest)")
        for event in channel.events { Swift.print("  note          \(event)") }
        var table = Table("PEER OF", "ADDRESS", "NEWEST BLOCK", "BLOCKS", "VALUES")
        for peer in peers {
            table.add(
                peer.organisation, peer.address, peer.newestBlock.map(String.init) ?? "no answer",
                peer.newestBlock == nil ? "-" : peer.hasSameBlocks ? "the same" : "OTHERS",
                peer.values.map {
                    peer.differingValues == 0 ? "\($0) the same" : "\(peer.differingValues) of \($0) OTHERS"
                }
                    ?? "not asked")
        }
        table.print()
        for finding in findings { Swift.print("FABRIC \(finding)") }
    }
}
