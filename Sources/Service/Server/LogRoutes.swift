import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Ledger
import ServiceLifecycle
import TransparencyLog

// The log itself: checkpoints, entries, proofs, events, and what validators bring.

extension Service {
    /// How long a validator that asks for news waits before it gets what there is.
    static let candidateDuration = Duration.seconds(20)

    func addLogRoutes(to router: Router<CallContext>) {
        on(.get, Routes.checkpoint, of: router) { call in
            try requireParty(call)
            return .bytes(try ledger.cosignedCheckpoint(), type: Self.note)
        }
        on(.get, Routes.candidate, of: router) { call in
            try requireParty(call)
            if let known = try call.number("beyond") { await newSize(beyond: known) }
            return .bytes(try ledger.candidate(), type: Self.note)
        }
        on(.post, Routes.cosignatures, of: router) { call in
            guard let organisation = validator(call) else {
                throw Problem(.notAllowed, "the signing key is no validator's of this network")
            }
            let note = try await call.body(max: Wire.jsonBytesMax)
            try ledger.add(cosigned: note, by: organisation)
            return Response(status: .noContent)
        }
        on(.get, Routes.log + "/tile/**", of: router) { call in
            try requireParty(call)
            let below = call.request.uri.path.utf8.dropFirst(Routes.log.utf8.count + 1)
            guard let path = TilePath(decoding: Array(below)), let tile = try ledger.tile(path) else {
                throw Problem(.notFound, "the log has no such tile")
            }
            return .bytes(tile)
        }
        on(.get, Routes.entries, of: router) { call in
            try requireParty(call)
            let limit = min(try call.number("limit") ?? 256, 1_024)
            var output = [UInt8]()
            for entry in try ledger.entries(from: try call.requiredNumber("from"), limit: Int(limit)) {
                output += withUnsafeBytes(of: UInt32(entry.count).bigEndian) { Array($0) } + entry
            }
            return .bytes(output)
        }
        on(.get, Routes.inclusion, of: router) { call in
            try requireParty(call)
            let hashes = try ledger.inclusionProof(
                position: try call.requiredNumber("position"), size: try call.requiredNumber("size"))
            return try .json(Wire.Proof(hashes: hashes.map { Data($0) }))
        }
        on(.get, Routes.consistency, of: router) { call in
            try requireParty(call)
            let hashes = try ledger.consistencyProof(
                from: try call.requiredNumber("from"), to: try call.requiredNumber("to"))
            return try .json(Wire.Proof(hashes: hashes.map { Data($0) }))
        }
        on(.get, Routes.events, of: router) { call in
            try requireParty(call)
            let seen = try call.request.headers[.lastEventID].map { text in
                guard let position = UInt64(text) else {
                    throw Problem(.malformed, "Last-Event-ID is not a position")
                }
                return position
            }
            let position = try seen ?? call.number("after")
            guard position != .max else { throw Problem(.malformed, "no log has a position after that") }
            return events(after: position)
        }
    }

    private static let note = "text/plain; charset=utf-8"

    /// Waits until the log has more than `size` entries, for a while.
    private func newSize(beyond size: UInt64) async {
        let sizes = ledger.committed(after: size == 0 ? nil : size - 1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await present in sizes where present > size { return } }
            group.addTask { try? await Task.sleep(for: Self.candidateDuration) }
            group.addTask { try? await gracefulShutdown() }
            await group.next()
            group.cancelAll()
        }
    }

    // MARK: Events

    /// How often a quiet stream shows that it is alive.
    private static let eventHeartbeat = Duration.seconds(15)
    private static let eventsAtOnce = 256

    /// Every statement after `position` as it is committed, without end (server-sent events, WHATWG HTML
    /// section 9.2).
    private func events(after position: UInt64?) -> Response {
        let ledger = ledger
        let network = ledger.network
        let body = ResponseBody { writer in
            var next = position.map { $0 + 1 } ?? 0
            let news = Self.news(of: ledger, after: position)
            for await _ in news.cancelOnGracefulShutdown() {
                var page = try ledger.entries(from: next, limit: Self.eventsAtOnce)
                if page.isEmpty { try await writer.write(ByteBuffer(string: ":\n\n")) }
                while !page.isEmpty {
                    var text = ""
                    for leaf in page {
                        text += try Self.event(leaf, network)
                        next += 1
                    }
                    try await writer.write(ByteBuffer(string: text))
                    page = try ledger.entries(from: next, limit: Self.eventsAtOnce)
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    /// A sign whenever the log has grown, at once, and from time to time; ends when the ledger closes.
    private static func news(of ledger: any ConsentLedger, after position: UInt64?) -> AsyncStream<Void> {
        let sizes = ledger.committed(after: position)
        return AsyncStream { continuation in
            let growth = Task {
                continuation.yield()
                for await _ in sizes { continuation.yield() }
                continuation.finish()
            }
            let heartbeat = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: Self.eventHeartbeat)
                    continuation.yield()
                }
            }
            continuation.onTermination = { _ in
                growth.cancel()
                heartbeat.cancel()
            }
        }
    }

    private static func event(_ leaf: [UInt8], _ network: NetworkID) throws -> String {
        let entry = try LogEntry.decode(leaf)
        let statement = try SignedStatement(entry.statement, network: network)
        let event = Wire.Event(
            position: entry.position, time: entry.time, kind: "\(statement.statement.assertion.kind)",
            statement: statement.id)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = String(decoding: try encoder.encode(event), as: UTF8.self)
        return "id: \(entry.position)\nevent: statement\ndata: \(data)\n\n"
    }
}

extension HTTPField.Name {
    fileprivate static var lastEventID: Self { Self("Last-Event-ID")! }
}

extension Wire.Acknowledged {
    init(_ level: Acknowledgement) {
        self =
            switch level {
            case .sequenced: .sequenced
            case .durable: .durable
            case .cosigned: .cosigned
            }
    }
}

extension Acknowledgement {
    init(_ level: Wire.Acknowledged) {
        self =
            switch level {
            case .sequenced: .sequenced
            case .durable: .durable
            case .cosigned: .cosigned
            }
    }
}
