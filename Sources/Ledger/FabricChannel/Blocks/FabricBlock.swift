import Contract
package import FabricProtocol
import Foundation
package import Ledger
import Primitives
import SwiftProtobuf

/// A block as a peer tells it. Its hashes are checked, the endorsements of its transactions are not.
package struct FabricBlock: Sendable {
    /// One transaction of the chaincode that the network counts as valid.
    package struct Call: Sendable {
        package let transaction: String
        /// The function's name first.
        package let arguments: [[UInt8]]
        package let answer: [UInt8]
    }

    package let mark: BlockMark
    package let calls: [Call]

    /// Throws `badBlock` unless it is the block after `before` (nil: the channel's first) and its data is what
    /// its header says.
    package init(
        _ block: Common_Block, after before: BlockMark?, chaincode: String
    ) throws(FabricError) {
        let number = block.header.number
        func failure(_ reason: String) -> FabricError { .badBlock(number: number, reason) }
        guard number == before.map({ $0.number + 1 }) ?? 0,
            [UInt8](block.header.previousHash) == before?.hash ?? []
        else { throw failure("it does not follow block \(before.map { "\($0.number)" } ?? "none")") }
        guard [UInt8](block.header.dataHash) == Self.hash(of: block.data) else {
            throw failure("its data is not what its header says")
        }
        mark = BlockMark(number: number, hash: Self.hash(of: block.header))
        let metadata = block.metadata.metadata
        let codes = metadata.count > 2 ? [UInt8](metadata[2]) : []
        guard codes.count == block.data.data.count else {
            throw failure("it does not say which of its transactions are valid")
        }
        var calls = [Call]()
        for (envelope, code) in zip(block.data.data, codes)
        where code == UInt8(Protos_TxValidationCode.valid.rawValue) {
            guard let envelope = try? Common_Envelope(serializedBytes: envelope),
                let payload = try? Common_Payload(serializedBytes: envelope.payload),
                let header = try? Common_ChannelHeader(serializedBytes: payload.header.channelHeader)
            else { throw failure("it holds something that is no envelope") }
            guard header.type == Int32(Common_HeaderType.endorserTransaction.rawValue) else { continue }
            let transaction = try EndorsedTransaction(envelope.payload, failure: failure)
            // Another chaincode's, the lifecycle's among them.
            guard let arguments = transaction.arguments(of: chaincode) else { continue }
            calls.append(
                Call(
                    transaction: header.txID, arguments: arguments,
                    answer: [UInt8](transaction.action.response.payload)))
        }
        self.calls = calls
    }

    /// SHA-256 of the envelopes, one after the other.
    static func hash(of data: Common_BlockData) -> [UInt8] {
        var hash = SHA256()
        for envelope in data.data { hash.update([UInt8](envelope)) }
        return hash.finish()
    }

    /// SHA-256 of the header's DER: a SEQUENCE of number, previous hash and data hash.
    static func hash(of header: Common_BlockHeader) -> [UInt8] { SHA256.digest(der(of: header)) }

    /// What the orderer signs of a header, and the next block names by its hash.
    static func der(of header: Common_BlockHeader) -> [UInt8] {
        var number = withUnsafeBytes(of: header.number.bigEndian) { Array($0) }
        number = Array(number.drop { $0 == 0 })
        if number.isEmpty || number[0] >= 0x80 { number.insert(0, at: 0) }
        let content =
            value(0x02, number) + value(0x04, [UInt8](header.previousHash))
            + value(0x04, [UInt8](header.dataHash))
        return value(0x30, content)
    }

    /// DER's tag, length and value (X.690, section 8.1); the header may hold anything.
    private static func value(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        if content.count < 128 { return [tag, UInt8(content.count)] + content }
        let length = withUnsafeBytes(of: UInt64(content.count).bigEndian) { Array($0.drop { $0 == 0 }) }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }
}
