package import API
import Contract
package import Evidence
import Foundation
import Identity
package import Primitives
package import Remote
package import TransparencyLog
package import Workflow

// What drives the values of Workflow over a connection: it makes the calls and waits, and decides nothing.

extension Connection {
    private static let callsAtOnce = 8

    /// What a reading of the ledger under `checkpoint` comes to (nil: nothing of it has to be proven). The home
    /// remembers the revocation lists that it saw.
    package func read<Result>(
        under checkpoint: VerifiedCheckpoint?,
        _ body: @escaping (inout LedgerView) throws(Pause) -> Result
    ) async throws -> Result {
        let known = try rememberedLists()
        var reading = Reading(
            LedgerView(network.known, under: checkpoint, now: surroundings.now(), lists: known), body)
        while true {
            let step = Swift.Result { () throws(PartyError) in try reading.next() }
            try remember(reading.ledger.lists)
            switch try step.get() {
            case .done(let result): return result
            case .calls(let calls):
                for (call, answer) in try await answers(to: calls) { reading.take(answer, to: call) }
            }
        }
    }

    private func answers(to calls: [Call]) async throws -> [(Call, CallOutcome)] {
        try await withThrowingTaskGroup(of: (Call, CallOutcome).self) { group in
            var answers = [(Call, CallOutcome)]()
            for (index, call) in calls.enumerated() {
                if index >= Self.callsAtOnce, let answer = try await group.next() { answers.append(answer) }
                group.addTask { (call, try await self.answer(to: call)) }
            }
            for try await answer in group { answers.append(answer) }
            return answers
        }
    }

    /// Makes a call, signed by `key` or by the connection's own. Throws `Problem` for every refusal but the contract's,
    /// and that there is nothing of the kind.
    package func answer(to call: Call, as key: SigningKey? = nil) async throws -> CallOutcome {
        let form = call.form
        do {
            if case .submit(let bytes, _, _) = call,
                let statement = try? SignedStatement(bytes, network: network.id)
            {
                try await relay(statement)
            }
            let body = try await calling(as: key ?? caller).call(
                form.method.name, form.path, query: form.query.map { ($0.name, $0.value) }, at: form.server,
                form.mediaType.map { .bytes(form.body, type: $0) } ?? .none,
                answerBytesMax: form.answerBytesMax)
            return .body(body)
        } catch let problem as Problem {
            switch problem.type {
            case .notFound where form.method == .get: return .absent
            case .stockEmpty: return .absent
            default: throw problem
            }
        } catch let error as PartyError {
            if let code = error.rejection { return .rejected(code) }
            guard error.code == .unavailable else { throw error }
            return .away(error.description)
        }
    }
}

extension CallForm.Method {
    fileprivate var name: Connection.Method {
        switch self {
        case .get: .get
        case .put: .put
        case .post: .post
        }
    }
}

extension Wire.Receipt {
    package init(_ receipt: Receipt) {
        self.init(
            statement: receipt.statement, position: receipt.position, time: receipt.time,
            acknowledged: Wire.Acknowledged(receipt.acknowledged), checkpoint: Data(receipt.note))
    }
}

extension Wire.Acknowledged {
    package init(_ acknowledged: Receipt.Acknowledged) {
        switch acknowledged {
        case .sequenced: self = .sequenced
        case .durable: self = .durable
        case .cosigned: self = .cosigned
        }
    }
}
