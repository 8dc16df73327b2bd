import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Ledger
import SQLiteLedger
import Synchronization
import Testing

@testable import FabricChannel
@testable import LedgerCases

/// Two peers of one channel, over the real wire, held against the audit of its blocks.
@Suite struct ChannelAuditTests {
    private let forge: BlockForge

    init() {
        var forge = BlockForge()
        for statement in forge.network.enrolments { forge.add([.init(statement)]) }
        self.forge = forge
    }

    /// What is found when the second peer has these blocks and values.
    private func report(
        _ blocks: [Common_Block]? = nil, _ values: [String: [UInt8]]? = nil
    ) async throws -> ChannelAudit.Report {
        let (genesis, authorities) = (forge.network.file, forge.authorities)
        let first = try ScriptedFabric(genesis: genesis)
        let second = try ScriptedFabric(genesis: genesis)
        first.show(forge.blocks, forge.state.values)
        second.show(blocks ?? forge.blocks, values ?? forge.state.values)
        let found = Mutex<ChannelAudit.Report?>(nil)
        try await first.serve { profile, identity in
            try await second.serve { other, _ in
                let audit = try ChannelAudit(
                    genesis: genesis, authorities: authorities,
                    profile: profile.asking(other.peers + profile.peers), as: identity)
                let report = try await audit.run()
                found.withLock { $0 = report }
            }
        }
        return try #require(found.withLock { $0 })
    }

    /// The test's network is of the year 2027, and this machine's clock may be before it.
    private func findings(_ report: ChannelAudit.Report) -> [String] {
        report.findings.filter { !$0.hasPrefix("the ledger's time") }
    }

    @Test func peersThatHaveTheSameAreSaidTo() async throws {
        let report = try await report()
        #expect(findings(report) == [])
        #expect(report.channel.entries == 2 && report.channel.blocks == 4)
        #expect(report.peers.count == 2)
        for peer in report.peers {
            #expect(peer.newestBlock == 3 && peer.hasSameBlocks)
            #expect(peer.values == forge.state.values.count && peer.differingValues == 0)
        }
    }

    @Test func anotherValueIsFound() async throws {
        for key in [ChaincodeKey.clock, ChaincodeKey.name(of: .network)] {
            var values = forge.state.values
            values[key]?.append(0)
            let report = try await report(nil, values)
            #expect(
                findings(report).count == 1 && findings(report)[0].hasSuffix("it has another value of \(key)")
            )
            #expect(report.peers[0].differingValues == 1 && report.peers[1].differingValues == 0)
        }
    }

    @Test func otherBlocksAreFound() async throws {
        var blocks = forge.blocks
        blocks[3].metadata.metadata[4] = Data([1])
        #expect(
            findings(try await report(blocks)).contains {
                $0.hasSuffix("has another commit hash than the one that was audited")
            })
        blocks[3].metadata.metadata[2] = Data([11])
        #expect(
            findings(try await report(blocks)).contains {
                $0.contains("other validation codes and another commit hash")
            })
        var other = forge
        other.blocks.removeLast()
        other.add([.init(.status)])
        #expect(findings(try await report(other.blocks)).contains { $0.contains("has another hash") })
    }

    @Test func aPeerThatIsBehindIsSaidToBe() async throws {
        let report = try await report(Array(forge.blocks.dropLast()))
        #expect(findings(report).contains { $0.hasSuffix("it is behind, at block 2") })
        #expect(report.peers[0].hasSameBlocks && report.peers[0].values == nil)
        #expect(report.peers[1].values == forge.state.values.count)
    }
}
