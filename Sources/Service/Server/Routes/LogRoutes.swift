import API
import Contract
import Foundation
import HTTPTypes
import Hummingbird
import Ledger
import Records
import ServiceLifecycle
import TransparencyLog

// The log itself: checkpoints, entries, proofs, events, and what validators bring.

extension APIRoute {
    static let log: [APIRoute] = [
        checkpoint, candidate, cosignatures, tile, entries, inclusion, consistency, events,
    ]

    private static let note = "text/plain; charset=utf-8"
    private static let entriesMax: UInt64 = 1_024
    private static let entriesDefault: UInt64 = 256
    /// A page ends with those that pass this many bytes.
    private static let entriesBytesMax = 4 << 20
    private static let entriesAtOnce: UInt64 = 64

    private static let checkpoint = APIRoute(
        .get, Routes.checkpoint, "Gives the newest checkpoint that meets the network's quorum.", for: .party,
        gives: .bytes(note)
    ) { call in try call.server.ledger.cosignedCheckpoint() }

    private static let beyond = QueryField.number("beyond")

    private static let candidate = APIRoute(
        .get, Routes.candidate, "Gives the checkpoint that validators shall cosign now.", for: .party,
        query: [beyond.description], gives: .bytes(note)
    ) { call in
        if let known = try call.signed.query(beyond) { await growth(of: call.server.ledger, beyond: known) }
        return try call.server.ledger.candidate()
    }

    /// How long a validator that asks for news waits before it gets what there is.
    private static let candidateDuration = Duration.seconds(20)

    /// Waits until the log has more than `size` entries, for a while.
    private static func growth(of ledger: any ConsentLedger, beyond size: UInt64) async {
        let sizes = ledger.committed(after: size == 0 ? nil : size - 1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await present in sizes where present > size { return } }
            group.addTask { try? await Task.sleep(for: candidateDuration) }
            group.addTask { try? await gracefulShutdown() }
            await group.next()
            group.cancelAll()
        }
    }

    private static let cosignatures = APIRoute(
        .post, Routes.cosignatures, "Takes a validator's cosignature.", for: .validator,
        takes: .bytes(note, max: Wire.jsonBytesMax), gives: .noContent
    ) { call in try call.server.ledger.add(cosigned: call.body, by: call.caller.organisation) }

    private static let tile = APIRoute(
        .get, Routes.log + "/tile/**", "Gives a tile of the log (c2sp.org/tlog-tiles).", for: .party,
        cost: .page, gives: .bytes("application/octet-stream")
    ) { call in
        let below = call.signed.request.uri.path.utf8.dropFirst(Routes.log.utf8.count + 1)
        guard let path = TilePath(decoding: Array(below)), let tile = try call.server.ledger.tile(path) else {
            throw Problem(.notFound, "the log has no such tile")
        }
        return tile
    }

    private static let from = QueryField.required("from")

    private static let entries = APIRoute(
        .get, Routes.entries, "Gives entries of the log, each with its length before it.", for: .party,
        query: [from.description, limit.description], cost: .page, gives: .bytes("application/octet-stream")
    ) { call in
        let limit = min(try call.signed.query(limit) ?? entriesDefault, entriesMax)
        let from = try call.signed.required(from)
        var (output, count) = ([UInt8](), UInt64(0))
        while count < limit, output.count < entriesBytesMax, !from.addingReportingOverflow(count).overflow {
            let entries = try call.server.ledger.entries(
                from: from + count, limit: Int(min(limit - count, entriesAtOnce)))
            guard !entries.isEmpty else { break }
            count += UInt64(entries.count)
            for entry in entries {
                withUnsafeBytes(of: UInt32(entry.count).bigEndian) { output += $0 }
                output += entry
            }
        }
        return output
    }

    private static let position = QueryField.required("position")
    private static let size = QueryField.required("size")
    private static let to = QueryField.required("to")

    private static let inclusion = APIRoute(
        .get, Routes.inclusion, "Proves that an entry is in the log.", for: .party,
        query: [position.description, size.description], gives: .json(Wire.Proof.self)
    ) { call in
        let hashes = try call.server.ledger.inclusionProof(
            position: try call.signed.required(position), size: try call.signed.required(size))
        return Wire.Proof(hashes: hashes.map { Data($0) })
    }

    private static let consistency = APIRoute(
        .get, Routes.consistency, "Proves that a log is the beginning of a longer one.", for: .party,
        query: [from.description, to.description], gives: .json(Wire.Proof.self)
    ) { call in
        let hashes = try call.server.ledger.consistencyProof(
            from: try call.signed.required(from), to: try call.signed.required(to))
        return Wire.Proof(hashes: hashes.map { Data($0) })
    }

    private static let events = APIRoute(
        .get, Routes.events, "Tells of every statement as it is committed, without end.", for: .party,
        query: [after.description], gives: .own("text/event-stream")
    ) { call in
        let seen = try call.signed.request.headers[.lastEventID].map { text in
            guard let position = decimal(text) else {
                throw Problem(.malformed, "Last-Event-ID is not a position")
            }
            return position
        }
        let position = try seen ?? call.signed.query(after)
        guard position != .max else { throw Problem(.malformed, "no log has a position after that") }
        let (signed, server) = (call.signed, call.server)
        let place = try server.streams.enter(signed.key, of: call.caller.organisation)
        return EventStream(
            ledger: server.ledger,
            right: AskedAgain(every: server.askingInterval) {
                try NetworkParty(signed, server.records) != nil
            }, askingInterval: server.askingInterval, place: place
        ).response(after: position)
    }
}
