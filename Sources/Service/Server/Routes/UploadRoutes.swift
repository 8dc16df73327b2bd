import API
import Contract
import HTTPTypes
import Hummingbird
import Primitives
import Records
import Vault

// Uploads that go on where they broke off, as draft-ietf-httpbis-resumable-upload has it (docs/decisions/0024). Each
// blob of a record has one upload resource for each caller: it need not be made, and no other reaches it.

extension APIRoute {
    static let uploads: [APIRoute] = [uploadState, appendToUpload]

    private static let path = Routes.Organisation.pattern.upload(":blob", of: ":record")

    private static let uploadState = APIRoute(
        .head, path, "Tells how much of a blob the caller has brought.", for: .depositingStaff,
        gives: .own(nil, statuses: [204])
    ) { call in
        let state =
            switch try await call.server.records.uploaded(try call.partialBlob(), at: call.caller.custodian) {
            case .part(let byteCount): Upload.State(byteCount: byteCount, isComplete: false)
            case .whole(let byteCount): Upload.State(byteCount: byteCount, isComplete: true)
            }
        return .uploadState(state, .noContent)
    }

    private static let appendToUpload = APIRoute(
        .patch, path, "Goes on with a blob; with its last part the record has it.", for: .depositingStaff,
        takes: .uploadPart, gives: .own(nil, statuses: [201, 204])
    ) { call in
        let (part, partial) = (call.body, try call.partialBlob())
        try await call.caller.custodian.requireRoom(for: call.signed)
        // Where the body is all of the blob, the vault holds it against its name.
        let digest = call.signed.contentDigest == partial.blob.digest ? nil : call.signed.contentDigest
        let byteCount = try await call.server.records.append(
            to: partial, at: part.offset, isLast: part.isLast, custodian: call.caller.custodian
        ) { try await $0.takeBody(of: call.signed, bytesMax: Int.max, digest: digest) }
        return .uploadState(
            Upload.State(byteCount: byteCount, isComplete: part.isLast), part.isLast ? .created : .noContent)
    }
}

extension AdmittedCall {
    /// The blob in the path, as its caller brings it.
    fileprivate func partialBlob() throws -> PartialBlob {
        PartialBlob(try signed.blob("blob"), in: try signed.path("record"), from: signed.key)
    }
}

/// Where a body goes on with an upload, and whether it is its last part.
struct UploadPart: Sendable {
    let offset: Int
    let isLast: Bool

    init(_ call: SignedCall) throws {
        let headers = call.request.headers
        guard headers[.contentType] == Upload.mediaType else {
            throw Problem(.malformed, "a part of an upload has the Content-Type \(Upload.mediaType)")
        }
        guard let offset = headers[.uploadOffset].flatMap({ decimal($0) }).flatMap(Int.init(exactly:)) else {
            throw Problem(.malformed, "\(Upload.offsetHeader) is not a number of bytes")
        }
        guard let isLast = headers[.uploadComplete].flatMap({ Upload.isComplete($0) }) else {
            throw Problem(.malformed, "\(Upload.completeHeader) is neither ?1 nor ?0")
        }
        self.offset = offset
        self.isLast = isLast
    }
}

extension Response {
    fileprivate static func uploadState(_ state: Upload.State, _ status: HTTPResponse.Status) -> Response {
        Response(
            status: status,
            headers: [
                .uploadOffset: String(state.byteCount), .uploadComplete: Upload.text(state.isComplete),
                .uploadLimit: "max-age=\(RecordKeeping.partSeconds)", .cacheControl: "no-store",
            ])
    }
}

extension Custodian {
    /// Refuses what there is no room for before any of it comes.
    func requireRoom(for call: SignedCall) async throws {
        guard let length = call.contentLength else { return }
        try await vault.requireRoom(for: length)
    }
}

extension IncomingBlob {
    /// Takes the call's body to its end, in pieces of a good size however it comes; with `digest`, held against that. Of
    /// a body that is not what it should be nothing stays.
    func takeBody(of call: SignedCall, bytesMax: Int, digest: Digest? = nil) async throws {
        var byteCount = 0
        var piece = [UInt8]()
        var hash: SHA256? = digest == nil ? nil : SHA256()
        do {
            for try await part in call.request.body {
                byteCount += part.readableBytes
                guard byteCount <= bytesMax else {
                    await abort()
                    throw Problem(.tooLarge, "an envelope has at most \(bytesMax) bytes")
                }
                piece += part.readableBytesView
                guard piece.count >= blobPieceBytes else { continue }
                hash?.update(piece)
                try await write(piece)
                piece.removeAll(keepingCapacity: true)
            }
            if let length = call.contentLength, byteCount < length {
                throw Problem(.malformed, "the body ended before its length")
            }
        } catch {
            // What came before a break counts too.
            if !piece.isEmpty { try? await write(piece) }
            throw error
        }
        hash?.update(piece)
        if !piece.isEmpty { try await write(piece) }
        if let digest, hash.take()?.finish() != digest.bytes {
            await abort()
            throw Problem(.digestMismatch, "the body has not the digest that was signed")
        }
    }
}
