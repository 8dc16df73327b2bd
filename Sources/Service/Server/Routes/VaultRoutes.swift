import API
import Contract
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Records
import Vault

// Ciphertext: put, asked about, and let go by a release.

extension APIRoute {
    static let vault: [APIRoute] = [put, missing, releasedBlob, inventory]

    private static let organisation = Routes.Organisation.pattern

    private static let put = APIRoute(
        .put, organisation.blob(":digest"),
        "Puts ciphertext into the vault; 200 where it was there already.", for: .depositor,
        takes: .stream, gives: .own(nil, statuses: [200, 201])
    ) { call in
        let digest: Digest = try call.signed.path("digest")
        guard digest == call.signed.contentDigest else {
            throw Problem(.digestMismatch, "the digest in the path is not the body's")
        }
        let max = call.caller.ciphertextBytesMax
        let incoming = try call.caller.custodian.vault.begin()
        defer { incoming.abort() }
        for try await part in call.body {
            guard incoming.byteCount + part.readableBytes <= max else {
                throw Problem(.tooLarge, "a patient's envelope has at most \(max) bytes")
            }
            try part.withUnsafeReadableBytes { try incoming.write($0) }
        }
        let already = try incoming.finish(expecting: digest.bytes)
        return Response(status: already ? .ok : .created)
    }

    private static let missing = APIRoute(
        .post, organisation.missing, "Tells which of some digests the vault has not.",
        for: .depositingStaff, takes: .json(Wire.Digests.self), gives: .json(Wire.Digests.self)
    ) { call in
        let vault = call.caller.custodian.vault
        return Wire.Digests(digests: try call.body.digests.filter { try vault.renew($0.bytes) == nil })
    }

    private static let releasedBlob = APIRoute(
        .get, organisation.releasedBlob(":release", ":digest"),
        "Gives ciphertext that a release covers, whole or one range of it.", for: .reader,
        gives: .own("application/octet-stream", statuses: [200, 206])
    ) { call in
        let blob = try call.server.records.blob(
            try call.signed.path("digest"), under: call.caller.release)
        return try blob.response(to: call.signed)
    }

    private static let afterDigest: QueryField<Digest> = .id("after")

    private static let inventory = APIRoute(
        .get, organisation.inventory, "Lists what the vault holds, each blob hashed again.",
        for: .vaultInspector, query: [afterDigest.description], gives: .json(Wire.Inventory.self)
    ) { call in
        try call.caller.custodian.vault.inventory(after: try call.signed.query(afterDigest))
    }
}

extension StoredBlob {
    private static let pieceBytes = 256 << 10

    /// The blob, whole or the range that was asked for, in pieces that wait for the connection.
    fileprivate func response(to call: SignedCall) throws -> Response {
        var range = 0..<byteCount
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff",
            .cacheControl: "no-store", .acceptRanges: "bytes",
        ]
        var status = HTTPResponse.Status.ok
        if let text = call.request.headers[.range] {
            guard let asked = ByteRange(text, of: byteCount) else {
                throw Problem(.malformed, "the range is not one range within the blob")
            }
            range = asked.bounds
            status = .partialContent
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(byteCount)"
        }
        let bounds = range
        let eventLoop = call.context.channel.eventLoop
        let body = ResponseBody(contentLength: bounds.count) { writer in
            var offset = bounds.lowerBound
            while offset < bounds.upperBound {
                let bytes = try self.read(min(Self.pieceBytes, bounds.upperBound - offset), at: offset)
                offset += bytes.count
                try await writer.write(ByteBuffer(bytes: bytes))
                // A fast producer over TLS would fill memory: wait until the event loop has taken the piece.
                try await eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }
}

extension BlobStore {
    private static let pageBytesMax = 256 << 20
    private static let pageBlobsMax = 1_000

    /// The page of what the vault holds that follows `last`; the first page tells of foreign names too.
    fileprivate func inventory(after last: Digest?) throws -> Wire.Inventory {
        var digests = try digests().sorted { $0.lexicographicallyPrecedes($1) }
        var page = Wire.Inventory(blobs: [], foreign: [], next: nil)
        if let last {
            digests.removeAll { !last.bytes.lexicographicallyPrecedes($0) }
        } else {
            page.foreign = try foreignNames().map { String(decoding: $0, as: UTF8.self) }
        }
        var hashed = 0
        for bytes in digests {
            guard let digest = Digest(bytes) else { continue }
            if hashed > Self.pageBytesMax || page.blobs.count == Self.pageBlobsMax {
                page.next = page.blobs.last?.digest
                break
            }
            let byteCount = try size(of: bytes) ?? 0
            let condition = try verify(bytes)
            guard condition != .absent else { continue }
            page.blobs.append(.init(digest: digest, byteCount: byteCount, intact: condition == .sound))
            hashed += byteCount
        }
        return page
    }
}
