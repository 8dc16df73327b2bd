import API
import Contract
import HTTPTypes
import Hummingbird
import NIOCore
import Records
import Vault

extension Service {
    func addVaultRoutes(to router: Router<CallContext>) {
        let path = Routes.Organisation.pattern
        on(.put, path.blob(":digest"), of: router) { call in try await put(call) }
        on(.post, path.missing, of: router) { call in
            let custodian = try custodian(call)
            try requireStaff(call, of: custodian, roles: [.clinician, .gateway])
            let digests = try await call.json(Wire.Digests.self).digests
            return try .json(
                Wire.Digests(digests: try digests.filter { try custodian.vault.renew($0.bytes) == nil }))
        }
        on(.get, path.released(":release", ":digest"), of: router) { call in
            let custodian = try custodian(call)
            let blob = try records.released(
                try call.path("digest"), by: try call.path("release"), to: call.key, from: custodian.name)
            return try serve(blob, to: call)
        }
        on(.get, path.inventory, of: router) { call in
            let custodian = try custodian(call)
            let member = try requireMember(call)
            guard member.role == .auditor || member.organisation == custodian.name else {
                throw Problem(
                    .notAllowed,
                    "only auditors and the organisation's own members may see what its vault holds")
            }
            return try .json(try inventory(of: custodian, after: call.request.uri.queryParameters["after"]))
        }
    }

    /// Takes a blob: of any size from the organisation's staff, an envelope from a patient's inbox.
    private func put(_ call: Call) async throws -> Response {
        let custodian = try custodian(call)
        let digest: Digest = try call.path("digest")
        guard digest == call.contentDigest else {
            throw Problem(.digestMismatch, "the digest in the path is not the body's")
        }
        var max = Int.max
        if try isInbox(call.key, of: custodian) {
            max = Wire.envelopeBytesMax
        } else {
            try requireStaff(call, of: custodian, roles: [.clinician, .gateway])
        }
        let incoming = try custodian.vault.begin()
        defer { incoming.abort() }
        for try await part in call.request.body {
            guard incoming.byteCount + part.readableBytes <= max else {
                throw Problem(.tooLarge, "a patient's envelope has at most \(max) bytes")
            }
            try part.withUnsafeReadableBytes { try incoming.write($0) }
        }
        let already = try incoming.finish(expecting: digest.bytes)
        return Response(status: already ? .ok : .created)
    }

    /// Sends a blob, whole or one range of it, in pieces that wait for the connection.
    private func serve(_ blob: StoredBlob, to call: Call) throws -> Response {
        var range = 0..<blob.byteCount
        var headers: HTTPFields = [
            .contentType: "application/octet-stream", .xContentTypeOptions: "nosniff",
            .cacheControl: "no-store",
            .acceptRanges: "bytes",
        ]
        var status = HTTPResponse.Status.ok
        if let text = call.request.headers[.range] {
            guard let asked = ByteRange(text, of: blob.byteCount) else {
                throw Problem(.malformed, "the range is not one range within the blob")
            }
            range = asked.bounds
            status = .partialContent
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(blob.byteCount)"
        }
        let bounds = range
        let eventLoop = call.context.channel.eventLoop
        let body = ResponseBody(contentLength: bounds.count) { writer in
            var offset = bounds.lowerBound
            while offset < bounds.upperBound {
                let bytes = try blob.read(min(256 << 10, bounds.upperBound - offset), at: offset)
                offset += bytes.count
                try await writer.write(ByteBuffer(bytes: bytes))
                // A fast producer over TLS would fill memory: wait until the event loop has taken the piece.
                try await eventLoop.submit {}.get()
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    private func inventory(of custodian: Custodian, after: Substring?) throws -> Wire.Inventory {
        let pageBytesMax = 256 << 20
        var digests = try custodian.vault.digests().sorted { $0.lexicographicallyPrecedes($1) }
        if let after {
            guard let last = Digest(hex: after) else { throw Problem(.malformed, "after is not a digest") }
            digests.removeAll { !last.bytes.lexicographicallyPrecedes($0) }
        }
        var page = Wire.Inventory(blobs: [], foreign: [], next: nil)
        if after == nil {
            page.foreign = try custodian.vault.foreignNames().map { String(decoding: $0, as: UTF8.self) }
        }
        var hashed = 0
        for bytes in digests {
            guard let digest = Digest(bytes) else { continue }
            if hashed > pageBytesMax || page.blobs.count == 1_000 {
                page.next = page.blobs.last?.digest
                break
            }
            let byteCount = try custodian.vault.size(of: bytes) ?? 0
            let condition = try custodian.vault.verify(bytes)
            guard condition != .absent else { continue }
            page.blobs.append(.init(digest: digest, byteCount: byteCount, intact: condition == .sound))
            hashed += byteCount
        }
        return page
    }
}

/// One byte range of RFC 9110, section 14.1.2: `bytes=first-last` or `bytes=first-`.
struct ByteRange {
    let bounds: Range<Int>

    /// Nil when `text` is not one satisfiable range of `byteCount` bytes.
    init?(_ text: String, of byteCount: Int) {
        guard text.hasPrefix("bytes=") else { return nil }
        let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = Self.decimal(parts[0]), first < byteCount else { return nil }
        let last = parts[1].isEmpty ? byteCount - 1 : Self.decimal(parts[1]).map { min($0, byteCount - 1) }
        guard let last, last >= first else { return nil }
        self.bounds = first..<last + 1
    }

    private static func decimal(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }
}
