import FabricProtocol
import Foundation
import SwiftProtobuf
import Synchronization

/// By what a transaction is known on one stream. The same one may run on several streams.
struct TransactionName: Hashable, Sendable {
    let channel: String
    let id: String

    init(_ message: Protos_ChaincodeMessage) {
        channel = message.channelID
        id = message.txid
    }

    /// A message about it.
    func message(_ type: Protos_ChaincodeMessage.TypeEnum, _ payload: Data) -> Protos_ChaincodeMessage {
        .with {
            $0.type = type
            $0.payload = payload
            $0.txid = id
            $0.channelID = channel
        }
    }
}

/// The transactions that run on one stream: who waits for an answer of the peer's.
final class RunningTransactions: Sendable {
    private struct Inbox {
        let answers: AsyncStream<Protos_ChaincodeMessage>.Continuation
        var isExpecting = false
    }

    private struct State {
        var inboxes: [TransactionName: Inbox] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// How many there are: each until its last message is written.
    var count: Int { state.withLock { $0.count } }

    /// False when it runs already.
    func begin(
        _ name: TransactionName, inbox: AsyncStream<Protos_ChaincodeMessage>.Continuation
    ) -> Bool {
        state.withLock { state in
            guard state.inboxes[name] == nil else { return false }
            state.inboxes[name] = Inbox(answers: inbox)
            state.count += 1
            return true
        }
    }

    /// It asks the peer something.
    func expectAnswer(to name: TransactionName) {
        state.withLock { state in
            precondition(state.inboxes[name]?.isExpecting == false, "one request at a time")
            state.inboxes[name]?.isExpecting = true
        }
    }

    /// Hands an answer to the transaction that it is for; false when that has not asked.
    func deliver(_ message: Protos_ChaincodeMessage) -> Bool {
        state.withLock { state in
            let name = TransactionName(message)
            guard let inbox = state.inboxes[name], inbox.isExpecting else { return false }
            state.inboxes[name]?.isExpecting = false
            inbox.answers.yield(message)
            return true
        }
    }

    /// It asks nothing more; another may take its name.
    func forget(_ name: TransactionName) { state.withLock { $0.inboxes[name] = nil } }

    /// It is over.
    func end() { state.withLock { $0.count -= 1 } }
}

extension Protos_ChaincodeMessage {
    /// The chaincode's first message: which package it is.
    static func registration(of packageID: String) throws -> Protos_ChaincodeMessage {
        let package = Protos_ChaincodeID.with { $0.name = packageID }
        return try .with {
            $0.type = .register
            $0.payload = try package.serializedData()
        }
    }
}
