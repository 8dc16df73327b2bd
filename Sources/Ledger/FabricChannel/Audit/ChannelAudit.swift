import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Ledger
import Synchronization

/// An audit of a whole channel over the network: `FabricAudit` over the blocks that one peer tells, then every
/// peer of the profile held against it.
public struct ChannelAudit: Sendable {
    /// What one organisation's peer says of the channel.
    public struct Peer: Codable, Sendable {
        public let organisation: String
        public let address: String
        /// The number of its newest block; nil when it does not answer.
        public var newestBlock: UInt64?
        /// Whether its newest block is the one that was audited at that place, to the last byte that every peer
        /// must have alike: header, codes, and the hash over everything that it has committed (commit hash).
        public var hasSameBlocks = false
        /// How many values of the chaincode's keys it gave, and how many of them the audit has otherwise; nil when
        /// the channel did not stand still for long enough to ask.
        public var values: Int?
        public var differingValues = 0
    }

    public struct Report: Codable, Sendable {
        public var channel: FabricAudit.Report
        /// Whose peer has told the blocks that were audited; where two have others, either may be wrong.
        public var source = ""
        public var peers: [Peer] = []
        /// What does not hold, as sentences.
        public var findings: [String] = []
        public var holds: Bool { findings.isEmpty }
    }

    private let profile: ConnectionProfile
    private let identity: FabricIdentity
    private let audit: FabricAudit

    /// `authorities` as for `FabricAudit`. Throws `badProfile`.
    public init(
        genesis: [UInt8], authorities: [[UInt8]], profile: ConnectionProfile, as identity: FabricIdentity
    ) throws(FabricError) {
        self.profile = profile
        self.identity = identity
        audit = try FabricAudit(
            genesis: genesis, authorities: authorities, channel: profile.channel,
            chaincode: profile.chaincode)
    }

    private static let attemptsMax = 5
    private static let clockToleranceSeconds: UInt64 = 300

    /// Runs it, and tells `progress` how many blocks are done. Throws `unavailable` when no peer gives blocks;
    /// whatever does not hold is a finding.
    public func run(progress: @escaping @Sendable (UInt64) -> Void = { _ in }) async throws -> Report {
        let gateways = try profile.peers.map { peer throws(FabricError) in
            (peer: peer, gateway: try Gateway(profile.asking([peer]), as: identity))
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for (_, gateway) in gateways { group.addTask { try await gateway.run() } }
            defer { group.cancelAll() }
            return try await run(gateways, progress)
        }
    }

    private func run(
        _ gateways: [(peer: ConnectionProfile.Peer, gateway: Gateway)],
        _ progress: @escaping @Sendable (UInt64) -> Void
    ) async throws -> Report {
        let following = Following(audit)
        var report = Report(channel: audit.report)
        // A channel in use moves on while its peers are asked.
        for attempt in 1...Self.attemptsMax {
            let told = await Self.newestBlocks(of: gateways.map(\.gateway))
            guard let source = told.indices.max(by: { told[$0].number ?? 0 < told[$1].number ?? 0 }),
                let newest = told[source].number
            else { throw told.first?.failure ?? FabricError.unavailable("the profile names no peer") }
            try await following.follow(gateways[source].gateway, to: newest, beside: told, progress)
            report = Report(channel: following.report, source: gateways[source].peer.organisation)
            var isOver = true
            for (index, (peer, gateway)) in gateways.enumerated() {
                let (said, isSettled) = try await compare(
                    peer, gateway, told[index], following, isLast: attempt == Self.attemptsMax,
                    &report.findings)
                report.peers.append(said)
                isOver = isOver && isSettled
            }
            if isOver { break }
            try await Task.sleep(for: .milliseconds(200))
        }
        let time = report.channel.time
        if time > UInt64(Date().timeIntervalSince1970) + Self.clockToleranceSeconds {
            report.findings.insert("the ledger's time, \(time), is ahead of this machine's clock", at: 0)
        }
        report.findings = report.channel.findings.map(\.description) + report.findings
        return report
    }

    /// What a peer has newest, or why it does not say.
    fileprivate struct Newest: Sendable {
        var block: Common_Block?
        var failure: FabricError?
        var number: UInt64? { block?.header.number }
    }

    private static func newestBlocks(of gateways: [Gateway]) async -> [Newest] {
        var all = [Newest]()
        for gateway in gateways {
            do {
                all.append(Newest(block: try await gateway.newestBlock()))
            } catch {
                all.append(Newest(failure: error as? FabricError ?? .unavailable("\(error)")))
            }
        }
        return all
    }

    private static func reason(_ error: any Error) -> String {
        if case FabricError.unavailable(let reason) = error { reason } else { "\(error)" }
    }

    /// Holds what a peer has against the audit. Not settled: the channel has moved on meanwhile.
    private func compare(
        _ peer: ConnectionProfile.Peer, _ gateway: Gateway, _ newest: Newest, _ following: Following,
        isLast: Bool, _ findings: inout [String]
    ) async throws -> (said: Peer, isSettled: Bool) {
        var said = Peer(organisation: peer.organisation, address: "\(peer.host):\(peer.port)")
        let place = "peer of \(peer.organisation) (\(said.address))"
        guard let block = newest.block else {
            findings.append("\(place): it tells no block (\(newest.failure.map(Self.reason) ?? "none"))")
            return (said, true)
        }
        said.newestBlock = block.header.number
        let other = following.fingerprint(at: block.header.number)
        said.hasSameBlocks = other == Fingerprint(block)
        if !said.hasSameBlocks {
            let what = other.map { $0.differences(from: Fingerprint(block)) } ?? "another number"
            findings.append(
                "\(place): its block \(block.header.number) has \(what) than the one that was audited")
        }
        guard block.header.number + 1 == following.report.blocks else {
            if isLast { findings.append("\(place): it is behind, at block \(block.header.number)") }
            return (said, isLast)
        }
        var differing = [String]()
        let values = following.values
        let names = values.keys.sorted()
        do {
            let given = try await self.values(of: names, at: gateway, by: peer.organisation)
            differing = names.filter { given[$0] != values[$0] }
        } catch {
            findings.append("\(place): it does not tell its values (\(Self.reason(error)))")
            return (said, true)
        }
        let now = await Self.newestBlocks(of: [gateway])[0].number
        guard now == block.header.number else { return (said, isLast) }
        said.values = names.count
        said.differingValues = differing.count
        for name in differing.prefix(10) { findings.append("\(place): it has another value of \(name)") }
        if differing.count > 10 { findings.append("\(place): and of \(differing.count - 10) more") }
        return (said, true)
    }

    /// The values of keys as the organisation's peer tells them, those that there are.
    private func values(
        of names: [String], at gateway: Gateway, by organisation: String
    ) async throws(FabricError) -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        func ask(_ invocation: ChaincodeInvocation, for names: ArraySlice<String>) async throws(FabricError) {
            let answer = try await gateway.evaluate(
                invocation.arguments, of: profile.chaincode, by: [organisation])
            guard case .array(let items) = try? CBOR.decode(answer), items.count == names.count else {
                throw .altered("its chaincode answers something else")
            }
            for (name, item) in zip(names, items) {
                if case .bytes(let value) = item { values[name] = value }
            }
        }
        let contract = names.filter { ChaincodeKey.key(named: $0) != nil }
        for start in stride(from: 0, to: contract.count, by: ChaincodeInvocation.itemsMax) {
            let page = contract[start..<min(start + ChaincodeInvocation.itemsMax, contract.count)]
            try await ask(.read(keys: page.compactMap { ChaincodeKey.key(named: $0) }), for: page)
        }
        try await ask(.status, for: [ChaincodeKey.network, ChaincodeKey.clock])
        return values
    }
}

/// What every peer has alike of a block.
private struct Fingerprint: Hashable, Sendable {
    let hash: [UInt8]
    let data: [UInt8]
    let codes: Data
    let commitHash: Data

    init(_ block: Common_Block) {
        let metadata = block.metadata.metadata
        hash = FabricBlock.hash(of: block.header)
        data = FabricBlock.hash(of: block.data)
        codes = metadata.count > 2 ? metadata[2] : Data()
        commitHash = metadata.count > 4 ? metadata[4] : Data()
    }

    func differences(from other: Fingerprint) -> String {
        var names = [String]()
        if hash != other.hash || data != other.data { names.append("another hash") }
        if codes != other.codes { names.append("other validation codes") }
        if commitHash != other.commitHash { names.append("another commit hash") }
        return names.joined(separator: " and ")
    }
}

/// The audit, on its way along the channel.
private final class Following: Sendable {
    private struct Content {
        var audit: FabricAudit
        var fingerprints: [UInt64: Fingerprint] = [:]
    }

    private let content: Mutex<Content>

    init(_ audit: FabricAudit) { content = Mutex(Content(audit: audit)) }

    var report: FabricAudit.Report { content.withLock { $0.audit.report } }
    var values: [String: [UInt8]] { content.withLock { $0.audit.state.values } }
    func fingerprint(at number: UInt64) -> Fingerprint? { content.withLock { $0.fingerprints[number] } }

    /// Audits what `gateway` has up to block `last`, and remembers what the blocks look like that `told` are at.
    func follow(
        _ gateway: Gateway, to last: UInt64, beside told: [ChannelAudit.Newest],
        _ progress: @Sendable @escaping (UInt64) -> Void
    ) async throws {
        let next = content.withLock { $0.audit.tip.map { $0.number + 1 } ?? 0 }
        let places = Set(told.compactMap(\.number))
        guard next <= last else { return }
        try await gateway.blocks(from: next, until: last, waiting: false) { block in
            let count = self.content.withLock { content in
                content.audit.take(block)
                let number = content.audit.tip?.number ?? 0
                if places.contains(number) { content.fingerprints[number] = Fingerprint(block) }
                return number + 1
            }
            progress(count)
        }
    }
}
