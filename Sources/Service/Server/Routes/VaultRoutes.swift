import API
import Contract
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
import Records
import Vault

// Ciphertext: stored under its record, asked about, and let go by a release.

extension APIRoute {
    static let vault: [APIRoute] = [put, missing, releasedBlob, manifest, inventory] + uploads

    private static let organisation = Routes.Organisation.pattern

    private static let put = APIRoute(
        .put, organisation.blob(":blob", of: ":record"), "Stores a blob of a record.", for: .depositor,
        takes: .stream, gives: .own(nil, statuses: [201])
    ) { call in
        let caller = call.caller
        guard caller.blob.digest == call.signed.contentDigest else {
            throw Problem(.digestMismatch, "the digest in the path is not the body's")
        }
        try await caller.custodian.requireRoom(for: call.signed)
        if !caller.isStaff {
            let length = call.signed.request.headers[.contentLength].flatMap { Int($0) }
            try call.server.envelopes.take(
                length ?? caller.ciphertextBytesMax, of: call.signed.key, at: call.server.elapsed())
        }
        try await call.server.records.store(caller.blob, in: caller.record, at: caller.custodian) {
            try await $0.takeBody(of: call.signed, bytesMax: caller.ciphertextBytesMax)
        }
        return Response(status: .created)
    }

    private static let missing = APIRoute(
        .post, organisation.missing(in: ":record"), "Tells which of some blobs a record has not.",
        for: .depositingStaff, takes: .json(Wire.BlobNames.self), gives: .json(Wire.BlobNames.self)
    ) { call in
        let record: RecordHandle = try call.signed.path("record")
        return Wire.BlobNames(
            blobs: try await call.caller.custodian.vault.absent(of: call.body.blobs, in: record))
    }

    private static let releasedBlob = APIRoute(
        .get, organisation.releasedBlob(":release", ":digest"),
        "Gives ciphertext that a release covers, whole or one range of it.", for: .reader,
        gives: .own("application/octet-stream", statuses: [200, 206])
    ) { call in
        let (digest, release): (Digest, ReleaseState) = (try call.signed.path("digest"), call.caller.release)
        let records = call.server.records
        let blob = try await records.blob(digest, under: release)
        let range = ByteRange(of: blob.byteCount, tag: digest.entityTag, askedBy: call.signed.request.headers)
        try records.requireReading(
            digest, of: blob.byteCount, from: range.offset, under: try call.signed.path("release"), release)
        // What was revoked, removed or ended meanwhile ends the answer too.
        return blob.response(
            range, digest, to: call.signed,
            while: AskedAgain(every: call.server.askingInterval) {
                _ = try await records.blob(digest, under: release)
                return true
            })
    }

    private static let manifest = APIRoute(
        .get, organisation.manifest(":digest", of: ":record"),
        "Gives a manifest of a record: the digests of its files, and nothing that opens them.",
        for: .vaultInspector, gives: .own("text/plain", statuses: [200, 206])
    ) { call in
        let blob = BlobName(try call.signed.path("digest"), .manifest)
        let stored = try await call.caller.custodian.vault.open(blob, in: try call.signed.path("record"))
        let (signed, server) = (call.signed, call.server)
        let range = ByteRange(
            of: stored.byteCount, tag: blob.digest.entityTag, askedBy: signed.request.headers)
        return stored.response(
            range, blob.digest, to: signed,
            while: AskedAgain(every: server.askingInterval) {
                try VaultInspector(signed, server.records) != nil
            })
    }

    private static let inventory = APIRoute(
        .get, organisation.inventory, "Lists what the vault holds, each blob hashed again.",
        for: .vaultInspector, query: [QueryField.afterBlob.description], cost: .inventory,
        gives: .json(Wire.Inventory.self)
    ) { call in
        let place = try call.server.inventories.enter(call.signed.key, of: call.caller.organisation)
        defer { place.leave() }
        let page = try await call.caller.custodian.vault.inspect(
            after: try call.signed.query(.afterBlob), limit: 1_000, bytesMax: 256 << 20)
        return Wire.Inventory(
            blobs: page.blobs.map { blob in
                .init(
                    record: blob.address.record, name: blob.address.blob, byteCount: blob.byteCount,
                    intact: blob.condition == .sound)
            }, foreign: page.foreign.map { String(decoding: $0, as: UTF8.self) }, isLast: page.next == nil)
    }
}

extension StoredBlob {
    /// The blob, whole or the range that was asked for, in pieces that wait for the connection.
    fileprivate func response(
        _ range: ByteRange, _ digest: Digest, to call: SignedCall, while right: AskedAgain
    ) -> Response {
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff",
            .cacheControl: "no-store", .acceptRanges: "bytes", .eTag: digest.entityTag,
        ]
        let bounds: Range<Int>
        var status = HTTPResponse.Status.ok
        switch range {
        case .whole: bounds = 0..<byteCount
        case .part(let part):
            bounds = part
            status = .partialContent
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(byteCount)"
        case .unsatisfiable:
            var response = Response.problem(
                Problem(.unsatisfiableRange, "the blob has \(byteCount) bytes, and none of those"),
                closing: false)
            response.headers[.contentRange] = "bytes */\(byteCount)"
            return response
        }
        let eventLoop = call.context.channel.eventLoop
        let body = ResponseBody(contentLength: bounds.count) { writer in
            var right = right
            try await self.read(bounds) { piece in
                try await right.require()
                try await writer.write(ByteBuffer(bytes: piece))
                // A fast producer over TLS would fill memory: wait until the event loop has taken the piece.
                try await eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }
}

extension ByteRange {
    /// Where what it gives begins.
    fileprivate var offset: Int { if case .part(let bounds) = self { bounds.lowerBound } else { 0 } }
}

extension Digest {
    /// A strong entity tag: bytes of one digest are the same bytes.
    var entityTag: String { "\"\(hex)\"" }
}
