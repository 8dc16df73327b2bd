/// A bucket of a store that speaks S3 (SeaweedFS, MinIO, Ceph, AWS), and what is done to the objects in it.
///
/// Each call is signed. It is made again, after pauses that grow, when the store is busy or the connection breaks. It
/// has done what it says when it returns. What it throws says what to do; after `unavailable` it may have been done.
public struct Bucket: Sendable {
    public let address: BucketAddress
    private let exchange: Exchange

    /// Opens no connection yet. Throws `misconfigured` when the authorities' file cannot be used.
    public init(
        _ address: BucketAddress, credentials: CredentialSource, timing: Timing = .machine
    ) throws(BucketError) {
        self.address = address
        exchange = Exchange(
            address, try Connections(authorities: address.authorities), credentials: credentials,
            timing: timing)
    }

    /// Seconds since 1970, by the clock that its calls are signed with.
    public var now: Int { exchange.now }

    // MARK: Objects

    /// Puts an object, whole or not at all: in place of what had its key, or with `ifAbsent` only where nothing has it
    /// (`exists`; after a lost answer that may be the very object).
    public func put(_ key: String, _ content: Content, ifAbsent: Bool = false) async throws(BucketError) {
        var call = Call(.put, key, content: content)
        call.headers = [
            ("x-amz-checksum-sha256", content.base64Digest), ("content-type", "application/octet-stream"),
        ]
        if ifAbsent { call.headers.append(("if-none-match", "*")) }
        try await exchange.answer(to: call)
    }

    /// Number of bytes of an object; nil when it is absent.
    public func size(of key: String) async throws(BucketError) -> Int? { try await head(key)?.byteCount }

    private func head(_ key: String) async throws(BucketError) -> (byteCount: Int, mark: String?)? {
        do throws(BucketError) {
            let answer = try await exchange.answer(to: Call(.head, key))
            guard let size = answer.header("content-length").flatMap({ Decimal.number(Array($0.utf8)) })
            else {
                throw .malformed("an object without a size")
            }
            return (size, answer.header(Self.markHeader))
        } catch {
            if error.code == .absent { return nil }
            throw error
        }
    }

    /// The number of bytes of an object, and the first of them, at most `count`. Throws `absent`.
    public func open(_ key: String, first count: Int) async throws(BucketError) -> (
        byteCount: Int, first: [UInt8]
    ) {
        do throws(BucketError) {
            return try await exchange.beginning(of: key, count)
        } catch {
            // An empty object has no first byte.
            guard error.code == .shorter, try await size(of: key) == 0 else { throw error }
            return (0, [])
        }
    }

    /// Gives the bytes of `range`, which must lie within the object, piece by piece: the next one is read when `take`
    /// has returned. Where the connection breaks it goes on after the last piece.
    ///
    /// Throws what `take` throws; `absent`; `shorter` when the object has become so.
    public func read(
        _ key: String, _ range: Range<Int>, _ take: (_ piece: [UInt8]) async throws -> Void
    ) async throws {
        var rest = range
        var failures = 0
        while !rest.isEmpty {
            let before = rest
            let body = try await exchange.open(key, rest)
            while let piece = try? await body.next() {
                guard piece.count <= rest.count else {
                    throw BucketError.malformed("more bytes than asked for")
                }
                rest = rest.lowerBound + piece.count..<rest.upperBound
                try await take(piece)
            }
            if rest.isEmpty { return }
            try Task.checkCancellation()
            failures = rest == before ? failures + 1 : 1
            guard failures < Backoff.attemptsMax else {
                throw BucketError(.unavailable, "the store breaks off each time it answers")
            }
            try await exchange.pause(after: failures)
        }
    }

    /// Removes an object; fine when it is absent.
    public func delete(_ key: String) async throws(BucketError) {
        do throws(BucketError) {
            try await exchange.answer(to: Call(.delete, key))
        } catch {
            guard error.code == .absent else { throw error }
        }
    }

    /// The objects whose keys begin with `prefix` and come after `last`, in the order of their keys, at most `limit`
    /// (of 1,000).
    public func list(
        _ prefix: String, after last: String? = nil, limit: Int = 1_000
    ) async throws(BucketError) -> Listing {
        var query = [
            ("encoding-type", "url"), ("list-type", "2"), ("max-keys", String(min(limit, 1_000))),
            ("prefix", address.prefix + prefix),
        ]
        if let last { query.append(("start-after", address.prefix + last)) }
        let answer = try await exchange.answer(to: Call(.get, nil, query: query, answer: "ListBucketResult"))
        return try Listing(answer.root, below: address.prefix)
    }

    /// Throws `versioned` where the bucket keeps, or once kept, what is removed from it; `noBucket`.
    public func refuseVersions() async throws(BucketError) {
        let answer = try await exchange.answer(
            to: Call(.get, nil, query: [("versioning", "")], answer: "VersioningConfiguration"))
        guard answer.root.first("Status") == nil else {
            throw .versioned
        }
    }

    // MARK: Uploads in parts

    static let markHeader = "x-amz-meta-put"

    /// The store's bounds: each part but the last has at least so many bytes,
    public static let partBytesMin = 5 << 20
    /// and there are at most so many.
    public static let partsMax = 10_000

    /// Begins an object in parts. Nothing is seen of it before `complete`.
    public func beginUpload(_ key: String) async throws(BucketError) -> Upload {
        let mark = Exchange.mark()
        var call = Call(.post, key, query: [("uploads", "")], answer: "InitiateMultipartUploadResult")
        call.headers = [
            (Self.markHeader, mark), ("x-amz-checksum-algorithm", "SHA256"),
            ("content-type", "application/octet-stream"),
        ]
        let answer = try await exchange.answer(to: call)
        guard let id = answer.root.first("UploadId")?.string, !id.isEmpty else {
            throw .malformed("an upload without an id")
        }
        return Upload(key: key, id: id, mark: mark)
    }

    /// Puts part `number` (1 to `partsMax`) of an upload, whole or not at all.
    public func put(
        _ content: Content, part number: Int, of upload: Upload
    ) async throws(BucketError) -> Upload.Part {
        var call = Call(.put, upload.key, query: upload.query + [("partNumber", String(number))])
        call.headers = [("x-amz-checksum-sha256", content.base64Digest)]
        call.content = content
        let answer = try await exchange.answer(to: call)
        guard let tag = answer.header("etag"), Upload.isTag(tag) else {
            throw .malformed("a part without a tag")
        }
        return Upload.Part(
            number: number, tag: tag, byteCount: content.byteCount, base64Digest: content.base64Digest)
    }

    /// Puts the object together, in place of what had its key. Throws `absent` when the upload was aborted meanwhile.
    /// What has not as many bytes as its parts is removed again (`unavailable`).
    public func complete(_ upload: Upload, _ parts: [Upload.Part]) async throws(BucketError) {
        var call = Call(
            .post, upload.key, query: upload.query, content: Content(Upload.document(of: parts)),
            answer: "CompleteMultipartUploadResult")
        call.headers = [("content-type", "application/xml")]
        var refusal: BucketError?
        do throws(BucketError) {
            try await exchange.answer(to: call)
        } catch {
            // It is gone too where the answer to an earlier try was lost.
            guard error.code == .absent else { throw error }
            refusal = error
        }
        let object = try await head(upload.key)
        if let refusal, object?.mark != upload.mark { throw refusal }
        guard object?.byteCount == parts.reduce(0, { $0 + $1.byteCount }) else {
            try await delete(upload.key)
            throw BucketError(.unavailable, "the store put parts together to another size than theirs")
        }
    }

    /// Removes the parts of an upload; fine when there is none.
    public func abort(_ upload: Upload) async throws(BucketError) {
        do throws(BucketError) {
            try await exchange.answer(to: Call(.delete, upload.key, query: upload.query))
        } catch {
            guard error.code == .absent else { throw error }
        }
    }

    /// Uploads that were begun and neither completed nor aborted, of keys that begin with `prefix`, after one of them.
    public func uploads(
        _ prefix: String, after last: OpenUploads.Position? = nil
    ) async throws(BucketError) -> OpenUploads {
        var query = [
            ("encoding-type", "url"), ("prefix", address.prefix + prefix), ("uploads", ""),
        ]
        if let last { query += [("key-marker", last.key), ("upload-id-marker", last.id)] }
        let answer = try await exchange.answer(
            to: Call(.get, nil, query: query, answer: "ListMultipartUploadsResult"))
        return try OpenUploads(answer.root, below: address.prefix)
    }
}
