import FabricProtocol
import Foundation
import GRPCCore
import SwiftProtobuf
import Synchronization

/// What a peer offers when it is ready: how many keys one message may ask for or write.
struct PeerOffer: Sendable {
    /// Nil when keys are read one by one.
    let readsMax: Int?
    /// Nil when keys are written one by one.
    let writesMax: Int?

    /// Nil when READY says something else. It says nothing where the peer is older than the offers.
    init?(_ ready: Protos_ChaincodeMessage) {
        guard let offer = try? Protos_ChaincodeAdditionalParams(serializedBytes: ready.payload) else {
            return nil
        }
        readsMax =
            offer.useGetMultipleKeys && offer.maxSizeGetMultipleKeys > 0
            ? Int(offer.maxSizeGetMultipleKeys) : nil
        writesMax =
            offer.useWriteBatch && offer.maxSizeWriteBatch > 0 ? Int(offer.maxSizeWriteBatch) : nil
    }
}

/// The peer could not do what a transaction asked of it.
struct PeerError: Error {
    let reason: String
}

/// A transaction's side of the stream: what it asks the peer, one request at a time, and how it ends.
struct PeerExchange: Sendable {
    private let transaction: TransactionName
    private let peer: RPCWriter<Protos_ChaincodeMessage>
    private let offer: PeerOffer
    private let running: RunningTransactions
    private let answers: AsyncStream<Protos_ChaincodeMessage>
    private let inbox: AsyncStream<Protos_ChaincodeMessage>.Continuation

    init(
        _ message: Protos_ChaincodeMessage, peer: RPCWriter<Protos_ChaincodeMessage>, offer: PeerOffer,
        running: RunningTransactions
    ) {
        transaction = TransactionName(message)
        self.peer = peer
        self.offer = offer
        self.running = running
        (answers, inbox) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    /// False when this transaction runs already on this stream.
    func begin() -> Bool { running.begin(transaction, inbox: inbox) }

    /// Nothing more is done for the transaction.
    func end() { running.end() }

    // MARK: Requests

    /// The values of those `keys` that have one.
    func values(of keys: [String]) async throws -> [String: [UInt8]] {
        var values: [String: [UInt8]] = [:]
        for page in keys.pages(of: offer.readsMax ?? 1) {
            let answers = offer.readsMax == nil ? [try await value(of: page[0])] : try await some(page)
            for (key, value) in zip(page, answers) where !value.isEmpty { values[key] = [UInt8](value) }
        }
        return values
    }

    private func value(of key: String) async throws -> Data {
        try await ask(.getState, Protos_GetState.with { $0.key = key })
    }

    private func some(_ keys: [String]) async throws -> [Data] {
        let answer = try await ask(.getStateMultiple, Protos_GetStateMultiple.with { $0.keys = keys })
        guard let result = try? Protos_GetStateMultipleResult(serializedBytes: answer),
            result.values.count == keys.count
        else { throw PeerError(reason: "the peer answered with other values than were asked for") }
        return result.values
    }

    /// Puts the values, in their order.
    func put(_ writes: [ChaincodeOutcome.Write]) async throws {
        for page in writes.pages(of: offer.writesMax ?? 1) {
            if offer.writesMax == nil {
                let write = page[0]
                _ = try await ask(
                    .putState,
                    Protos_PutState.with {
                        $0.key = write.key
                        $0.value = Data(write.value)
                    })
            } else {
                _ = try await ask(.writeBatchState, Self.batch(page))
            }
        }
    }

    private static func batch(_ writes: [ChaincodeOutcome.Write]) -> Protos_WriteBatchState {
        .with {
            $0.rec = writes.map { write in
                .with {
                    $0.key = write.key
                    $0.value = Data(write.value)
                    $0.type = .putState
                }
            }
        }
    }

    /// The peer's answer. A second request before it has answered the first would never be answered: they are
    /// asked one after the other.
    private func ask(_ type: Protos_ChaincodeMessage.TypeEnum, _ payload: some Message) async throws -> Data {
        running.expectAnswer(to: transaction)
        try await peer.write(transaction.message(type, try payload.serializedData()))
        var iterator = answers.makeAsyncIterator()
        guard let answer = await iterator.next() else { throw CancellationError() }
        guard answer.type == .response else {
            throw PeerError(reason: "the peer refused a request of the chaincode")
        }
        return answer.payload
    }

    // MARK: The end

    /// Answers with the outcome. The peer may begin a transaction of the same name from then on.
    func complete(_ outcome: ChaincodeOutcome) async throws {
        let response = Protos_Response.with {
            $0.status = outcome.status
            $0.message = outcome.message
            $0.payload = Data(outcome.payload)
        }
        var message = transaction.message(.completed, try response.serializedData())
        if let event = outcome.event {
            message.chaincodeEvent.eventName = event.name
            message.chaincodeEvent.payload = Data(event.payload)
        }
        running.forget(transaction)
        try await peer.write(message)
    }

    /// Answers that nothing came of it, through no fault of the caller's: other peers may be asked.
    func fail(_ failure: PeerError) async throws {
        running.forget(transaction)
        try await peer.write(transaction.message(.error, Data(failure.reason.utf8)))
    }
}

extension Array {
    /// The elements in groups of at most so many.
    fileprivate func pages(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
