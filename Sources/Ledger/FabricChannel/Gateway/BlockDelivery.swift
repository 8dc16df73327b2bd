package import FabricProtocol
import Foundation
import GRPCCore
import Primitives
import SwiftProtobuf
import Synchronization

/// The blocks of the channel, as the peers of a gateway deliver them.
extension Gateway {
    /// Gives the blocks from `number` on to `body`, in order, as they come (or, unless `waiting`, as they are
    /// there); they are as one peer tells them, and nothing of them is checked. Where one peer breaks off, the
    /// next goes on. Ends with the last of them or the task. Throws `unavailable`, and what `body` throws.
    package func blocks(
        from number: UInt64, until last: UInt64 = .max, waiting: Bool = true,
        _ body: @escaping @Sendable (Common_Block) async throws -> Void
    ) async throws {
        var range = Orderer_SeekInfo()
        range.start.specified.number = number
        range.stop.specified.number = last
        range.behavior = waiting ? .blockUntilReady : .failIfNotReady
        try await blocks(range, body)
    }

    /// The newest block that the first peer to answer has.
    func newestBlock() async throws -> Common_Block {
        var range = Orderer_SeekInfo()
        range.start.newest = .init()
        range.stop.newest = .init()
        range.behavior = .failIfNotReady
        let found = Mutex<Common_Block?>(nil)
        try await blocks(range) { block in found.withLock { $0 = block } }
        guard let block = found.withLock({ $0 }) else {
            throw FabricError.unavailable("the peer has no block")
        }
        return block
    }

    private func blocks(
        _ range: Orderer_SeekInfo, _ body: @escaping @Sendable (Common_Block) async throws -> Void
    ) async throws {
        let rest = Mutex(range)
        var failure = FabricError.unavailable("there is no peer")
        for client in clients {
            let request = seek(rest.withLock { $0 })
            do {
                return try await Protos_Deliver.Client(wrapping: client).deliver(
                    options: Self.options, requestProducer: { try await $0.write(request) },
                    onResponse: { response in
                        for try await message in response.messages {
                            switch message.type {
                            case .block(let block):
                                try await body(block)
                                rest.withLock { $0.start.specified.number = block.header.number + 1 }
                            case .status(.success): return
                            case .status(let status):
                                throw FabricError.unavailable("the peer gives no blocks: \(status)")
                            case nil: throw FabricError.unavailable("the peer answers something else")
                            }
                        }
                    })
            } catch let error as RPCError {
                failure = Self.failure(error)
            } catch FabricError.unavailable(let reason) {
                failure = .unavailable(reason)
            }
        }
        throw failure
    }

    /// The height of the chain that the first peer to answer has.
    package func height() async throws(FabricError) -> UInt64 {
        let answer = try await evaluate(
            [Array("GetChainInfo".utf8), Array(profile.channel.utf8)], of: "qscc")
        guard let info = try? Common_BlockchainInfo(serializedBytes: answer) else {
            throw .altered("qscc answers something else")
        }
        return info.height
    }

    private func seek(_ range: Orderer_SeekInfo) -> Common_Envelope {
        var channelHeader = Common_ChannelHeader()
        channelHeader.type = Int32(Common_HeaderType.deliverSeekInfo.rawValue)
        channelHeader.timestamp = Google_Protobuf_Timestamp(date: Date())
        channelHeader.channelID = profile.channel
        var signatureHeader = Common_SignatureHeader()
        signatureHeader.creator = identity.serialized
        signatureHeader.nonce = Data(Random.bytes(24))
        var payload = Common_Payload()
        payload.header.channelHeader = channelHeader.bytes
        payload.header.signatureHeader = signatureHeader.bytes
        payload.data = range.bytes
        var envelope = Common_Envelope()
        envelope.payload = payload.bytes
        envelope.signature = identity.sign(envelope.payload)
        return envelope
    }
}
