public import FabricChaincode
import FabricProtocol
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization

/// What the chaincode has told of one transaction that counts.
public struct ChannelEvent: Sendable, Hashable {
    /// Where it stands in the channel: from there a listener goes on.
    public struct Place: Sendable, Hashable {
        public let block: UInt64
        public let transaction: String

        public init(block: UInt64, transaction: String) {
            self.block = block
            self.transaction = transaction
        }
    }

    public let place: Place
    public let receipt: ChaincodeReceipt
}

extension Gateway {
    /// Gives the chaincode's events to `body`, in the channel's order: all, or those after `place`; as they come, until
    /// the task is cancelled or `body` says that it has enough by returning false.
    ///
    /// Each is told once, whatever breaks in between: the next peer is asked for what follows the last. They are a
    /// peer's word; who must not believe one follows the blocks (`FabricLedger`). Throws `unavailable` when no
    /// peer tells any more, `altered` for an event that the chaincode never gave, and what `body` throws.
    public func events(
        after place: ChannelEvent.Place?, _ body: @escaping @Sendable (ChannelEvent) async throws -> Bool
    ) async throws {
        let last = Mutex(place)
        var failure = FabricError.unavailable("there is no peer")
        for client in clients {
            let request = eventsRequest(after: last.withLock { $0 })
            do {
                return try await Gateway_Gateway.Client(wrapping: client).chaincodeEvents(
                    request: ClientRequest(message: request), options: Self.options
                ) { response in
                    for try await message in response.messages {
                        for event in message.events {
                            let event = try ChannelEvent(event, in: message.blockNumber)
                            guard try await body(event) else { return }
                            last.withLock { $0 = event.place }
                        }
                    }
                }
            } catch let error as RPCError {
                failure = Self.failure(error)
            }
        }
        throw failure
    }

    private func eventsRequest(after place: ChannelEvent.Place?) -> Gateway_SignedChaincodeEventsRequest {
        var asked = Gateway_ChaincodeEventsRequest()
        asked.channelID = profile.channel
        asked.chaincodeID = profile.chaincode
        asked.identity = identity.serialized
        asked.startPosition.specified.number = place?.block ?? 0
        asked.afterTransactionID = place?.transaction ?? ""
        var request = Gateway_SignedChaincodeEventsRequest()
        request.request = asked.bytes
        request.signature = identity.sign(request.request)
        return request
    }
}

extension ChannelEvent {
    init(_ event: Protos_ChaincodeEvent, in block: UInt64) throws(FabricError) {
        guard
            let receipt = try? ChaincodeReceipt(event: event.eventName, payload: [UInt8](event.payload))
        else { throw .altered("transaction \(event.txID) has an event that is none of the chaincode's") }
        place = Place(block: block, transaction: event.txID)
        self.receipt = receipt
    }
}
