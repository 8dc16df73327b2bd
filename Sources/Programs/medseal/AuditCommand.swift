import ArgumentParser
import Auditors
import Contract
import FabricChannel
import Files
import Foundation
import Homes
import Remote
import Sealing
import Terminal

/// `medseal audit`
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Check the whole ledger and the vaults, without reading anything.",
        discussion: """
            Executes the ledger again from its genesis: signatures, decisions, state digests, Merkle root, the checkpoint's \
            signature, and that nothing that this home has seen before was changed. Holds every vault that the caller may ask about \
            against it: what is missing, damaged or unknown, by hash; and that no two records have the same bytes. An auditor may \
            ask about all, others about their own organisation's. A vault's folder on this machine or in a bucket is hashed here; \
            otherwise its server hashes.

            Where Hyperledger Fabric orders, --fabric audits the channel first: every block and transaction of it from the first \
            on, on nobody's word but the genesis' (hash chain, orderers' and endorsers' signatures, versions read, the contract \
            executed again), then the peers that the profile names and the server's log against what that gave.

            Exit code 0 only when all holds, 4 when something does not.

            Example: medseal audit --home eve --vault hospital1=net/organisations/hospital1/vault
            Example: medseal audit --home eve --fabric net/fabric/hospital1/connection.json
            """)

    @Option(
        name: .customLong("vault"),
        help: ArgumentHelp(
            "Hash this vault here: its folder on this machine, or its folder in a bucket (s3://...).",
            valueName: "organisation=place"))
    var vaults: [String] = []

    @OptionGroup var fabric: MemberFabricOptions
    @OptionGroup var member: MemberOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var inventories = [OrganisationName: VaultInventory]()
        for vault in vaults {
            let parts = vault.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, let name = OrganisationName(String(parts[0])) else {
                throw PartyError.badInput("name each vault as organisation=folder or organisation=s3://...")
            }
            inventories[name] = try await VaultInventory.at(String(parts[1]))
        }
        let member = try self.member.keys()
        var channel = try await fabric.audit(of: member.network) {
            Standard.showProgress("audited \($0) blocks")
        }
        let report = try await Auditor.open(member) { [inventories] auditor in
            try await auditor.audit(reading: inventories) { Standard.showProgress("executed \($0) entries") }
        }
        Standard.endProgress()
        channel?.compare(with: report)
        try output.print(Printed.Audit(ledger: report, fabric: channel)) {
            channel?.print()
            print(report, channel)
        }
        if !report.holds || channel?.holds == false { throw ExitCode(PartyError.Code.unverified.rawValue) }
    }

    private func print(_ report: AuditReport, _ channel: ChannelAudit.Report?) {
        Swift.print("Executed \(report.entries) statements again: \(report.records) records")
        Swift.print("  Merkle root   \(report.root)")
        Swift.print("  state digest  \(report.stateDigest)")
        Swift.print("  digests       \(report.digests) of ciphertext, each held to be of one record")
        for (vault, sound) in report.soundBlobs.sorted(by: { $0.key < $1.key }) {
            let unreferenced = report.unreferencedBlobs[vault] ?? 0
            let rest = unreferenced == 0 ? "" : ", \(unreferenced) that no record names"
            Swift.print("  vault of \(vault): \(sound) blobs sound\(rest)")
        }
        for finding in report.findings {
            let subject = finding.subject.map { " \($0)" } ?? ""
            Swift.print(
                "\(finding.kind.rawValue.uppercased()) \(finding.place)\(subject): \(finding.problem)")
        }
        if let channel, channel.channel.entries < report.entries {
            Swift.print(
                "The server's log has \(report.entries) statements; the channel's \(channel.channel.entries) were not held against them."
            )
        }
        let findings = report.findings.count + (channel?.findings.count ?? 0)
        let left = report.vaultsNotAsked.map(\.description).joined(separator: ", ")
        if !left.isEmpty {
            Swift.print(
                "NOT LOOKED AT: the vaults of \(left), whose servers answer their own members and auditors.")
        }
        let sound = left.isEmpty ? "All holds." : "What was looked at holds."
        Swift.print(findings == 0 ? sound : "\(findings) finding(s): not all holds.")
    }
}
