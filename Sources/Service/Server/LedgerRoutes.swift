import API
import Contract
import Foundation
import Hummingbird
import Ledger
import Records

extension Service {
    func addLedgerRoutes(to router: Router<CallContext>) {
        // The statement's own signature says who speaks; the request must come from the same key, so that
        // nobody's statement can be held back and sent by another at a time of his choosing. A validator may
        // pass on what was handed to it because this server would not take it.
        on(.post, Routes.statements, of: router) { call in
            let bytes = try await call.body(max: Limits.statementBytesMax)
            guard let signed = try? SignedStatement(bytes, network: ledger.network) else {
                throw Problem.rejected(.malformed)
            }
            guard signed.caller == call.key || validator(call) != nil else {
                throw Problem(.notAllowed, "the request is signed by another key than the statement")
            }
            let level = try call.acknowledged("until").map(Acknowledgement.init) ?? .durable
            switch try await records.submit(signed, until: level) {
            case .committed(let receipt):
                return try .json(
                    Wire.Receipt(
                        statement: receipt.statement, position: receipt.position, time: receipt.time,
                        acknowledged: Wire.Acknowledged(receipt.level),
                        checkpoint: Data(receipt.checkpoint)))
            case .rejected(let code): throw Problem.rejected(code)
            case .elsewhere(let name):
                throw Problem(.conflict, "this server does not serve \(name): submit it at \(name)'s server")
            case .missing(let digests):
                throw Problem(
                    .conflict, "not in the vault yet: \(digests.map(\.hex).joined(separator: ", "))")
            }
        }
        on(.post, Routes.state, of: router) { call in
            try requireParty(call)
            let query = try await call.json(Wire.StateQuery.self)
            guard query.keys.count <= 4_096 else { throw Problem(.tooLarge, "more than 4096 keys") }
            var keys = [StateKey]()
            for text in query.keys {
                guard let bytes = decodeLowercaseHex(Array(text.utf8)), bytes.count <= 80 else {
                    throw Problem(.malformed, "a key is not lowercase hexadecimal")
                }
                keys.append(StateKey(bytes: bytes))
            }
            let values = try ledger.values(of: keys)
            return try .json(
                Wire.StateAnswer(
                    values: Dictionary(
                        uniqueKeysWithValues: values.map { (lowercaseHex($0.bytes), Data($1)) })))
        }
        on(.get, Routes.positions, of: router) { call in
            try requireParty(call)
            let subject = try call.request.uri.queryParameters["subject"].map { text in
                guard let subject = decodeLowercaseHex(Array(text.utf8)), subject.count <= 40 else {
                    throw Problem(.malformed, "subject is not lowercase hexadecimal")
                }
                return subject
            }
            let kind = try call.number("kind").map { number in
                guard let kind = StatementKind(rawValue: number) else {
                    throw Problem(.malformed, "no such kind")
                }
                return kind
            }
            let query = EntryQuery(
                subject: subject, kind: kind, since: try call.number("since"),
                until: try call.number("until"))
            let limit = min(try call.number("limit") ?? 1_000, 1_000)
            return try .json(
                Wire.Positions(
                    positions: try ledger.positions(
                        of: query, after: try call.number("after"), limit: Int(limit))))
        }
        on(.get, Routes.examination, of: router) { call in
            _ = try requireMember(call)
            return try .json(Wire.Examination(findings: try ledger.examine().map(\.description)))
        }
    }
}
