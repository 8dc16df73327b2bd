import Contract
import Files
import Primitives
import S3
import Vault

/// A blob on its way into a bucket. Up to one part it is put in one call; what is larger is an upload in parts, of which one
/// is under way while the next comes in.
actor IncomingObject: IncomingBlob {
    private let key: String
    private let digest: Digest
    private let bucket: Bucket
    private let spool: OpenFolder
    private let partBytes: Int
    /// Nil once finished, aborted or failed.
    private var part: SpooledPart?
    private var hash: SHA256?
    private var upload: Upload?
    private var sent: [Upload.Part] = []
    private var sending: Task<Upload.Part, any Error>?
    private(set) var byteCount = 0

    /// Whether it still takes bytes.
    var isOpen: Bool { part != nil }

    init(_ key: String, digest: Digest, into bucket: Bucket, spool: OpenFolder, partBytes: Int) {
        self.key = key
        self.digest = digest
        self.bucket = bucket
        self.spool = spool
        self.partBytes = partBytes
        part = SpooledPart(in: spool)
        hash = SHA256()
    }

    deinit {
        guard let upload else { return }
        // One that cannot be aborted now is a leftover.
        Task { [bucket, sending] in
            sending?.cancel()
            _ = await sending?.result
            try? await bucket.abort(upload)
        }
    }

    func write(_ bytes: [UInt8]) async throws(VaultError) {
        guard part != nil else { throw .closed }
        do {
            hash?.update(bytes)
            byteCount += bytes.count
            var rest = bytes[...]
            while let part, !rest.isEmpty {
                let piece = rest.prefix(partBytes - part.byteCount)
                if piece.isEmpty {
                    try await send(part)
                    self.part = SpooledPart(in: spool)
                } else {
                    try await part.append(Array(piece))
                    rest = rest.dropFirst(piece.count)
                }
            }
        } catch {
            await abort()
            throw VaultError(error)
        }
    }

    func finish() async throws(VaultError) {
        guard let part = part.take(), let hash = hash.take() else { throw .closed }
        do {
            guard hash.finish() == digest.bytes else { throw VaultError.digestMismatch }
            guard upload != nil else { return try await bucket.put(key, part.content()) }
            try await send(part)
            try await waitForPart()
            guard let upload = upload else { return }
            try await bucket.complete(upload, sent)
            self.upload = nil
        } catch {
            await abort()
            // An upload that is gone was erased while it came in.
            guard let error = error as? BucketError, error.code == .absent else { throw VaultError(error) }
            throw VaultError(.unavailable, "the blob was erased while it came in: send it again")
        }
    }

    func abort() async {
        part = nil
        hash = nil
        sending?.cancel()
        _ = await sending?.result
        sending = nil
        guard let upload = upload.take() else { return }
        try? await bucket.abort(upload)
    }

    private func send(_ part: SpooledPart) async throws {
        try await waitForPart()
        let number = sent.count + 1
        guard number <= Bucket.partsMax else {
            throw VaultError(.full, "the blob is larger than \(Bucket.partsMax) parts of \(partBytes) bytes")
        }
        let upload: Upload
        if let begun = self.upload {
            upload = begun
        } else {
            upload = try await bucket.beginUpload(key)
            self.upload = upload
        }
        let content = part.content()
        sending = Task { [bucket] in try await bucket.put(content, part: number, of: upload) }
    }

    /// Waits until the part that is under way has arrived.
    private func waitForPart() async throws {
        guard let sending = sending.take() else { return }
        sent.append(try await sending.value)
    }
}

/// The bytes of a part as they come: few are held in memory, more in a file without a name.
private final class SpooledPart {
    private let spool: OpenFolder
    private var bytes: [UInt8] = []
    private var file: OpenFile?
    private var hash: SHA256? = SHA256()
    private(set) var byteCount = 0

    private static let memoryBytesMax = 64 << 10

    init(in spool: OpenFolder) { self.spool = spool }

    func append(_ piece: [UInt8], isolation: isolated (any Actor)? = #isolation) async throws {
        hash?.update(piece)
        byteCount += piece.count
        if file == nil, byteCount <= Self.memoryBytesMax {
            bytes += piece
            return
        }
        let (before, known, spool) = (bytes, file, spool)
        bytes = []
        file = try await FileThreads.shared.run {
            let file = try known ?? spool.unnamedFile()
            try file.write(before)
            try file.write(piece)
            return file
        }
    }

    /// All of it. Nothing may be appended afterwards.
    func content() -> Content {
        guard let hash = hash.take() else { preconditionFailure("a part is sent once") }
        let digest = hash.finish()
        guard let file else { return Content(bytes, digest: digest) }
        return Content(byteCount: byteCount, digest: digest) { offset, count in
            try await FileThreads.shared.run {
                let piece = try file.read(count, at: offset)
                guard piece.count == count else {
                    throw VaultError(.unavailable, "the spool has lost what was in it")
                }
                return piece
            }
        }
    }
}
