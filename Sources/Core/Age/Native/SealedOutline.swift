public import Primitives

/// What is kept of a sealed file in place of its ciphertext. With the plaintext and the secret the same bytes are
/// sealed again, from any part on; another plaintext is found out part by part, before a byte sealed under the
/// same key and nonces is used.
public struct SealedOutline: Hashable, Sendable {
    /// The file's key is derived of this and the secret: 16 bytes.
    public let salt: [UInt8]
    /// The header and the payload's nonce.
    public let head: [UInt8]
    public let plaintextByteCount: Int
    /// What each part's chunks are known by: SHA-256 over their tags, 32 bytes.
    public let partDigests: [[UInt8]]

    /// How many chunks a part has: 1 MiB of plaintext.
    static let partChunks = 16
    static let partPlainBytes = partChunks * Chunk.plainBytes
    static let partSealedBytes = partChunks * Chunk.sealedBytes
    public static let saltBytes = FileKey.byteCount

    /// An outline out of what was kept of it; nil where these are no file's.
    public init?(salt: [UInt8], head: [UInt8], plaintextByteCount: Int, partDigests: [[UInt8]]) {
        guard salt.count == Self.saltBytes, plaintextByteCount >= 0,
            let (_, headerBytes) = try? AgeHeader.parse(prefixOf: head),
            head.count == headerBytes + FileKey.nonceBytes,
            partDigests.count == max(1, plaintextByteCount.dividedUp(by: Self.partPlainBytes)),
            partDigests.allSatisfy({ $0.count == SHA256.byteCount })
        else { return nil }
        self.salt = salt
        self.head = head
        self.plaintextByteCount = plaintextByteCount
        self.partDigests = partDigests
    }

    /// The age file's size.
    public var byteCount: Int { head.count + Chunk.sealedCount(plaintextBytes: plaintextByteCount) }

    /// The number of the part that has this byte of the age file. The head belongs to the first one.
    public func part(at offset: Int) -> Int {
        min(max(offset - head.count, 0) / Self.partSealedBytes, partDigests.count - 1)
    }

    /// Where a part begins in the age file.
    public func start(ofPart number: Int) -> Int {
        number == 0 ? 0 : head.count + number * Self.partSealedBytes
    }

    /// Which bytes of the plaintext a part is of.
    public func plaintext(ofPart number: Int) -> Range<Int> {
        let start = number * Self.partPlainBytes
        return start..<min(start + Self.partPlainBytes, plaintextByteCount)
    }

    fileprivate var payloadNonce: [UInt8] { Array(head.suffix(FileKey.nonceBytes)) }
}

extension FileKey {
    /// A key that the same secret and salt give again. A salt is drawn for one file.
    fileprivate init(of secret: SecretBytes, salt: [UInt8]) {
        let key = HKDFSHA256.derive(
            secret, salt: salt, info: Array("medseal/outlined-file-key".utf8), count: Self.byteCount)
        self = key.withUnsafeBytes { FileKey(copying: $0) }
    }
}

/// Seals all that `source` gives for `key` and keeps nothing of it but its outline, from which `secret` makes it again.
/// Both digests are made.
///
/// Throws `AgeError.key` for keys that cannot be sealed to, and what the source throws.
public func outline(
    of source: inout some ByteSource & ~Copyable, for key: AgeSealing, secret: SecretBytes,
    progress: ((Int) -> Void)? = nil
) throws -> (sealed: SealedFile, outline: SealedOutline) {
    let salt = Random.bytes(SealedOutline.saltBytes)
    let fileKey = FileKey(of: secret, salt: salt)
    let nonce = Random.bytes(FileKey.nonceBytes)
    let head = fileKey.header(try key.stanzas(for: fileKey)).serialized() + nonce
    let payloadKey = fileKey.payloadKey(nonce: nonce)
    var hash: SHA256? = SHA256()
    hash?.update(head)
    var tags = TagSink()
    let payload = try payloadKey.withUnsafeBytes { key in
        try ChunkPipeline(.sealing, key: key, inputHash: SHA256(), outputHash: hash.take())
            .run(from: &source, to: &tags, progress: progress)
    }
    guard
        let outline = SealedOutline(
            salt: salt, head: head, plaintextByteCount: payload.inputBytes, partDigests: tags.finish())
    else { preconditionFailure("what was sealed has an outline") }
    let sealed = SealedFile(
        byteCount: outline.byteCount, plaintextByteCount: payload.inputBytes,
        ciphertextSHA256: payload.outputSHA256, plaintextSHA256: payload.inputSHA256)
    return (sealed, outline)
}

/// Seals a file again by its outline.
public struct OutlinedFile: ~Copyable, Sendable {
    public let outline: SealedOutline
    private let payloadKey: SecretBytes

    /// `secret` is the one with which the outline was made.
    public init(_ outline: SealedOutline, secret: SecretBytes) {
        self.outline = outline
        let key = FileKey(of: secret, salt: outline.salt).payloadKey(nonce: outline.payloadNonce)
        payloadKey = key.withUnsafeBytes { key in
            SecretBytes(count: key.count) { $0.copyMemory(from: key) }
        }
    }

    /// The bytes of a part, of the plaintext in `outline.plaintext(ofPart:)`. Nil where it is not the plaintext that
    /// was sealed before: then it has to be sealed under another key.
    public func sealed(part number: Int, of plaintext: UnsafeRawBufferPointer) -> [UInt8]? {
        guard plaintext.count == outline.plaintext(ofPart: number).count else { return nil }
        let head = number == 0 ? outline.head : []
        let isLast = number == outline.partDigests.count - 1
        let run = ChunkRun(firstChunk: UInt64(number * SealedOutline.partChunks), isLast: isLast)
        var tags = TagSink()
        let count = head.count + Chunk.sealedCount(plaintextBytes: plaintext.count)
        let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            bytes.copyBytes(from: head)
            let payload = UnsafeMutableRawBufferPointer(rebasing: bytes[head.count...])
            payloadKey.withUnsafeBytes { key in
                var cipher = ChunkCipher(key: key, .sealing)
                initialized = head.count + run.seal(plaintext, into: payload, &cipher)
            }
            tags.take(UnsafeRawBufferPointer(rebasing: payload[..<(initialized - head.count)]))
        }
        return tags.finish() == [outline.partDigests[number]] ? part : nil
    }
}

/// Keeps of chunks as they come the SHA-256 over the tags of each part.
private struct TagSink: ByteSink, ~Copyable {
    private var digests: [[UInt8]] = []
    private var hash = SHA256()
    private var chunks = 0

    /// Whole chunks; only the last one may be short.
    mutating func write(_ bytes: UnsafeRawBufferPointer) throws { take(bytes) }

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
        var start = 0
        while start < bytes.count {
            let end = min(start + Chunk.sealedBytes, bytes.count)
            if chunks == SealedOutline.partChunks { endPart() }
            hash.update(UnsafeRawBufferPointer(rebasing: bytes[(end - ChaCha20Poly1305.tagBytes)..<end]))
            chunks += 1
            start = end
        }
    }

    mutating func finish() -> [[UInt8]] {
        if chunks > 0 { endPart() }
        return digests
    }

    private mutating func endPart() {
        var ended = SHA256()
        swap(&ended, &hash)
        digests.append(ended.finish())
        chunks = 0
    }
}

extension Int {
    fileprivate func dividedUp(by divisor: Int) -> Int { self / divisor + (self % divisor == 0 ? 0 : 1) }
}
