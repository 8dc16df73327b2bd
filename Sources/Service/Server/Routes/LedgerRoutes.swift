import API
import Contract
import Foundation
import Hummingbird
import Ledger
import Primitives
import Records

// Statements, and what the contract made of them.

extension APIRoute {
    static let ledger: [APIRoute] = [submit, state, keys, positions, examination]

    private static let stateKeysMax = 1_024
    /// As many keys of the longest kind, and what stands between them.
    private static let stateQueryBytesMax = 192 << 10
    private static let positionsMax: UInt64 = 1_000
    private static let missingTold = 20

    private static let submit = APIRoute(
        .post, Routes.statements, "Orders a statement.", for: .statementBearer,
        query: [QueryField.until.description], takes: .statement, gives: .json(Wire.Receipt.self)
    ) { call in
        let level = try call.signed.query(.until).map(Acknowledgement.init) ?? .durable
        switch try await call.server.records.submit(call.caller.statement, until: level) {
        case .committed(let receipt):
            return Wire.Receipt(
                statement: receipt.statement, position: receipt.position, time: receipt.time,
                acknowledged: Wire.Acknowledged(receipt.level), checkpoint: Data(receipt.checkpoint))
        case .rejected(let code): throw Problem.rejected(code)
        case .elsewhere(let name):
            throw Problem(.conflict, "this server does not serve \(name): submit it at \(name)'s server")
        case .missing(let blobs, let letters):
            let all = blobs.map(\.text) + letters.map { "letter \($0)" }
            let names = all.prefix(missingTold)
            let more = all.count > missingTold ? ", and \(all.count - missingTold) more" : ""
            throw Problem(
                .conflict,
                "store these under the record (letters at the desk) and submit again: "
                    + names.joined(separator: ", ") + more)
        }
    }

    private static let state = APIRoute(
        .post, Routes.state, "Reads the contract's state by its keys.", for: .party,
        cost: .body, takes: .json(Wire.StateQuery.self, max: stateQueryBytesMax),
        gives: .json(Wire.StateAnswer.self)
    ) { call in
        guard call.body.keys.count <= stateKeysMax else {
            throw Problem(.tooLarge, "more than \(stateKeysMax) keys")
        }
        let keys = try call.body.keys.map { text in
            guard let bytes = decodeLowercaseHex(Array(text.utf8)), bytes.count <= 80 else {
                throw Problem(.malformed, "a key is not lowercase hexadecimal")
            }
            return StateKey(bytes: bytes)
        }
        let values = try call.server.ledger.values(of: keys)
        return Wire.StateAnswer(
            values: Dictionary(uniqueKeysWithValues: values.map { (lowercaseHex($0.bytes), Data($1)) }))
    }

    /// More that begin alike are too many to choose from.
    private static let keysMax = 16

    private static let keys = APIRoute(
        .get, Routes.keys, "Completes a key of the contract's state of which the first bytes are known.",
        for: .party, query: [QueryField.beginning.description], gives: .json(Wire.StateKeys.self)
    ) { call in
        let keys = try call.server.ledger.keys(
            beginning: try call.signed.required(.beginning), limit: keysMax)
        return Wire.StateKeys(keys: keys.map { lowercaseHex($0.bytes) })
    }

    private static let subject = QueryField.bytes("subject", max: 40)
    private static let since = QueryField.number("since")
    private static let before = QueryField.number("until")

    private static let positions = APIRoute(
        .get, Routes.positions, "Finds statements by what they are about.", for: .party,
        query: [
            subject.description, QueryField.kind.description, since.description, before.description,
            after.description, limit.description,
        ], cost: .page, gives: .json(Wire.Positions.self)
    ) { call in
        let query = EntryQuery(
            subject: try call.signed.query(subject), kind: try call.signed.query(.kind),
            since: try call.signed.query(since), until: try call.signed.query(before))
        let limit = min(try call.signed.query(limit) ?? positionsMax, positionsMax)
        return Wire.Positions(
            positions: try call.server.ledger.positions(
                of: query, after: try call.signed.query(after), limit: Int(limit)))
    }

    private static let examination = APIRoute(
        .get, Routes.examination, "Has the server examine its own store.", for: .member,
        cost: .examination, gives: .json(Wire.Examination.self)
    ) { call in
        let (ledger, server) = (call.server.ledger, call.server)
        let place = try server.examinations.enter(call.caller.key, of: call.caller.organisation)
        defer { place.leave() }
        let findings = try await server.examination.value { try ledger.examine() }
        return Wire.Examination(findings: findings.map(\.description))
    }

    /// A position: what comes behind it is asked for.
    static let after = QueryField.number("after")
    /// At most so many.
    static let limit = QueryField.number("limit")
}

extension Wire.Acknowledged {
    fileprivate init(_ level: Acknowledgement) {
        self =
            switch level {
            case .sequenced: .sequenced
            case .durable: .durable
            case .cosigned: .cosigned
            }
    }
}

extension Acknowledgement {
    fileprivate init(_ level: Wire.Acknowledged) {
        self =
            switch level {
            case .sequenced: .sequenced
            case .durable: .durable
            case .cosigned: .cosigned
            }
    }
}
