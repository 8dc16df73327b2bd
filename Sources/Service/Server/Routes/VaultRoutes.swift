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
        let incoming = try await call.caller.custodian.vault.begin()
        do {
            try await incoming.take(call.body, bytesMax: call.caller.ciphertextBytesMax)
            let already = try await incoming.finish(expecting: digest)
            return Response(status: already ? .ok : .created)
        } catch {
            await incoming.abort()
            throw error
        }
    }

    private static let missing = APIRoute(
        .post, organisation.missing, "Tells which of some digests the vault has not.",
        for: .depositingStaff, takes: .json(Wire.Digests.self), gives: .json(Wire.Digests.self)
    ) { call in
        Wire.Digests(digests: try await call.caller.custodian.vault.renew(call.body.digests))
    }

    private static let releasedBlob = APIRoute(
        .get, organisation.releasedBlob(":release", ":digest"),
        "Gives ciphertext that a release covers, whole or one range of it.", for: .reader,
        gives: .own("application/octet-stream", statuses: [200, 206])
    ) { call in
        let blob = try await call.server.records.blob(
            try call.signed.path("digest"), under: call.caller.release)
        return try blob.response(to: call.signed)
    }

    private static let afterDigest: QueryField<Digest> = .id("after")

    private static let inventory = APIRoute(
        .get, organisation.inventory, "Lists what the vault holds, each blob hashed again.",
        for: .vaultInspector, query: [afterDigest.description], gives: .json(Wire.Inventory.self)
    ) { call in
        let (page, conditions) = try await call.caller.custodian.vault.inspect(
            after: try call.signed.query(afterDigest), limit: 1_000, bytesMax: 256 << 20)
        return Wire.Inventory(
            blobs: zip(page.blobs, conditions).map { blob, condition in
                .init(digest: blob.digest, byteCount: blob.byteCount, intact: condition == .sound)
            }, foreign: page.foreign.map { String(decoding: $0, as: UTF8.self) }, next: page.next)
    }
}

extension StoredBlob {
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
            try await self.read(bounds) { piece in
                try await writer.write(ByteBuffer(bytes: piece))
                // A fast producer over TLS would fill memory: wait until the event loop has taken the piece.
                try await eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }
}

extension IncomingBlob {
    /// Takes a body to its end, in pieces of a good size however it comes.
    fileprivate func take(_ body: RequestBody, bytesMax: Int) async throws {
        var byteCount = 0
        var piece = [UInt8]()
        for try await part in body {
            byteCount += part.readableBytes
            guard byteCount <= bytesMax else {
                throw Problem(.tooLarge, "a patient's envelope has at most \(bytesMax) bytes")
            }
            piece += part.readableBytesView
            guard piece.count >= blobPieceBytes else { continue }
            try await write(piece)
            piece.removeAll(keepingCapacity: true)
        }
        if !piece.isEmpty { try await write(piece) }
    }
}
