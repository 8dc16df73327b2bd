import Contract
import FabricProtocol
import Foundation
import Ledger
import Primitives
import SQLiteLedger
import SwiftProtobuf
import Testing

@testable import FabricChannel
@testable import LedgerCases

/// Whatever bytes come as a block or a transaction: an error or a finding, never a crash, never another answer.
@Suite struct FabricBytesTests {
    /// What is tried on each: with MEDSEAL_EXHAUSTIVE=1 a hundred times as many.
    private static let rounds =
        ProcessInfo.processInfo.environment["MEDSEAL_EXHAUSTIVE"] == nil ? 400 : 40_000

    /// Bytes changed, dropped, doubled or cut off, somewhere.
    private func altered(_ bytes: [UInt8], _ random: inout SystemRandomNumberGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(contentsOf: bytes[index..<min(index + 40, bytes.count)], at: index)
            default: bytes.removeLast(bytes.count - index)
            }
        }
        return bytes
    }

    @Test func alteredBlocksAreRefused() throws {
        var forge = BlockForge()
        let network = forge.network
        forge.add(network.enrolments.map { BlockForge.Call($0) })
        forge.add([BlockForge.Call(network.deposit())])
        var random = SystemRandomNumberGenerator()
        let last = try #require(forge.blocks.last)
        let before = BlockMark(
            number: last.header.number - 1,
            hash: FabricBlock.hash(of: forge.blocks[forge.blocks.count - 2].header))
        let genuine = try FabricBlock(last, after: before, chaincode: BlockForge.name)
        let bytes = [UInt8](last.serialized)
        var refused = 0
        for _ in 0..<Self.rounds {
            let other = altered(bytes, &random)
            var audit = try FabricAudit(
                genesis: network.file, authorities: forge.authorities, channel: BlockForge.name,
                chaincode: BlockForge.name)
            if let block = try? Common_Block(serializedBytes: other) {
                for earlier in forge.blocks.dropLast() { audit.take(earlier) }
                audit.take(block)
                if let taken = try? FabricBlock(block, after: before, chaincode: BlockForge.name) {
                    // Its hashes hold: what it says of its transactions' validity is not under them.
                    #expect(taken.mark.hash != genuine.mark.hash || taken.calls.count <= genuine.calls.count)
                }
            }
            let proof = try? BlockProof(
                verifying: other, genesis: network.file, authorities: forge.authorities)
            if let proof {
                #expect(proof.number == last.header.number && proof.statements.count <= 1)
            } else {
                refused += 1
            }
        }
        #expect(refused > Self.rounds / 2)
    }

    @Test func alteredTransactionsAreRefused() throws {
        var forge = BlockForge()
        forge.add([BlockForge.Call(forge.network.enrolments[0])])
        var random = SystemRandomNumberGenerator()
        let envelope = try Common_Envelope(serializedBytes: try #require(forge.envelopes.last))
        for _ in 0..<Self.rounds * 5 {
            let payload = altered([UInt8](envelope.payload), &random)
            let transaction = try? EndorsedTransaction(Data(payload)) { FabricError.altered($0) }
            _ = transaction?.arguments(of: BlockForge.name)
        }
    }

    /// By hand, from X.690: lengths of one byte, of one more, of two more.
    @Test func aHeaderIsDERWhateverIsInIt() {
        var header = Common_BlockHeader()
        #expect(FabricBlock.der(of: header) == [0x30, 7, 2, 1, 0, 4, 0, 4, 0])
        header.number = 128
        header.previousHash = Data(repeating: 7, count: 130)
        let der = FabricBlock.der(of: header)
        #expect(der.prefix(3) == [0x30, 0x81, 139] && der.count == 142)
        #expect(der[3..<10] == [2, 2, 0, 128, 4, 0x81, 130])
        header.dataHash = Data(repeating: 7, count: 256)
        #expect(FabricBlock.der(of: header).prefix(4) == [0x30, 0x82, 0x01, 0x8d])
    }
}
