import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import Ledger
import NIOCore
import ServiceLifecycle

/// Every statement as it is committed, as server-sent events (WHATWG HTML, section 9.2).
struct EventStream: Sendable {
    let ledger: any ConsentLedger
    /// The caller's right to it: the stream ends with that.
    let right: AskedAgain
    /// How often that is looked at where nothing happens.
    let askingInterval: Duration
    /// Held while it runs.
    let place: CallerPlaces.Place

    /// How often a quiet stream shows that it is alive.
    private static let heartbeat = Duration.seconds(15)
    private static let eventsAtOnce = 256

    /// The statements after `position`, for as long as the caller may have them.
    func response(after position: UInt64?) -> Response {
        let body = ResponseBody { writer in
            defer { place.leave() }
            var right = right
            var next = position.map { $0 + 1 } ?? 0
            var shown = ContinuousClock.now
            for await _ in news(after: position).cancelOnGracefulShutdown() {
                do { try await right.require() } catch is AskedAgain.EndedError { break }
                var page = try ledger.entries(from: next, limit: Self.eventsAtOnce)
                if page.isEmpty, .now - shown >= Self.heartbeat {
                    try await writer.write(ByteBuffer(string: ":\n\n"))
                    shown = .now
                }
                while !page.isEmpty {
                    do { try await right.require() } catch is AskedAgain.EndedError {
                        return try await writer.finish(nil)
                    }
                    shown = .now
                    let text = try page.map { try event($0) }.joined()
                    next += UInt64(page.count)
                    try await writer.write(ByteBuffer(string: text))
                    page = try ledger.entries(from: next, limit: Self.eventsAtOnce)
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    /// A sign whenever the log has grown, at once, and whenever the right is to be asked for; ends when the ledger closes.
    private func news(after position: UInt64?) -> AsyncStream<Void> {
        let sizes = ledger.committed(after: position)
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let growth = Task {
                continuation.yield()
                for await _ in sizes { continuation.yield() }
                continuation.finish()
            }
            let asking = Task {
                while !Task.isCancelled {
                    try? await Task.sleep(for: askingInterval)
                    continuation.yield()
                }
            }
            continuation.onTermination = { _ in
                growth.cancel()
                asking.cancel()
            }
        }
    }

    private func event(_ leaf: [UInt8]) throws -> String {
        let entry = try LogEntry.decode(leaf)
        let statement = try SignedStatement(entry.statement, network: ledger.network)
        let event = Wire.Event(
            position: entry.position, time: entry.time, kind: "\(statement.statement.assertion.kind)",
            statement: statement.id)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let data = String(decoding: try encoder.encode(event), as: UTF8.self)
        return "id: \(entry.position)\nevent: statement\ndata: \(data)\n\n"
    }
}
