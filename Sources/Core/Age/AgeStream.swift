import Primitives

/// Seals bytes as they come, for sources that cannot be waited for on a thread: `update` as often as there is
/// something, then `finish`, and everything that they gave, in order, is one age file. It keeps at most one
/// chunk. For files use `seal(from:to:for:)`, which uses all cores.
public struct SealingStream: ~Copyable {
    private let payloadKey: WipedBytes
    private var head: [UInt8]
    private var pending: [UInt8] = []
    private var nextChunk: UInt64 = 0

    /// Throws `AgeError.key`.
    public init(for key: AgeSealing) throws(AgeError) {
        let fileKey = FileKey()
        let nonce = Random.bytes(FileKey.nonceBytes)
        head = fileKey.header(try key.stanzas(for: fileKey)).serialized() + nonce
        payloadKey = fileKey.payloadKey(nonce: nonce)
    }

    /// Takes plaintext, gives what is ready of the age file; perhaps nothing.
    public mutating func update(_ bytes: some Collection<UInt8>) -> [UInt8] {
        pending.append(contentsOf: bytes)
        // A full chunk may be the last one as long as nothing follows it.
        let chunks = max(pending.count - 1, 0) / Chunk.plainBytes
        return chunks == 0 ? takeHead() : takeHead() + seal(chunks * Chunk.plainBytes, isLast: false)
    }

    /// The rest of the age file.
    public consuming func finish() -> [UInt8] {
        takeHead() + seal(pending.count, isLast: true)
    }

    private mutating func takeHead() -> [UInt8] {
        defer { head = [] }
        return head
    }

    private mutating func seal(_ count: Int, isLast: Bool) -> [UInt8] {
        let run = ChunkRun(firstChunk: nextChunk, isLast: isLast)
        let sealedBytes = Chunk.sealedCount(plaintextBytes: count)
        let sealed = [UInt8](unsafeUninitializedCapacity: sealedBytes) { buffer, initialized in
            var cipher = payloadKey.withUnsafeBytes { ChunkCipher(key: $0, .sealing) }
            initialized = pending.withUnsafeBytes {
                run.seal(
                    UnsafeRawBufferPointer(rebasing: $0[..<count]),
                    into: UnsafeMutableRawBufferPointer(buffer), &cipher)
            }
        }
        nextChunk += UInt64(count / Chunk.plainBytes)
        pending.removeFirst(count)
        return sealed
    }
}

/// Opens a binary age file as it comes, for sources that cannot be waited for on a thread: `update` as often
/// as there is something, then `finish`. All that they give is authentic; that it is complete only `finish`
/// knows. It keeps at most one chunk, or the header.
public struct OpeningStream: ~Copyable {
    private let key: AgeOpening
    private var payloadKey: WipedBytes?
    private var pending: [UInt8] = []
    private var scan = HeaderScan()
    private var nextChunk: UInt64 = 0
    /// The header, its MAC verified, once it has come.
    public private(set) var header: AgeHeader?

    public init(with key: AgeOpening) {
        self.key = key
    }

    /// Takes a piece of the age file, gives what plaintext is ready; perhaps nothing. Throws `AgeError`;
    /// after that there is no more.
    public mutating func update(_ bytes: some Collection<UInt8>) throws(AgeError) -> [UInt8] {
        pending.append(contentsOf: bytes)
        if payloadKey == nil { try readHead(isAtEnd: false) }
        guard payloadKey != nil else { return [] }
        let chunks = max(pending.count - 1, 0) / Chunk.sealedBytes
        return chunks == 0 ? [] : try open(chunks * Chunk.sealedBytes, isLast: false)
    }

    /// The rest of the plaintext. Throws `AgeError` where the file is not complete.
    public consuming func finish() throws(AgeError) -> [UInt8] {
        if payloadKey == nil { try readHead(isAtEnd: true) }
        return try open(pending.count, isLast: true)
    }

    private mutating func readHead(isAtEnd: Bool) throws(AgeError) {
        guard let (header, headerBytes) = try scan.header(in: pending[...], isAtEnd: isAtEnd) else { return }
        let start = headerBytes + FileKey.nonceBytes
        guard pending.count >= start else {
            if isAtEnd { throw .header("the file ends before the payload's nonce") }
            // It is found again when the nonce has come.
            scan = HeaderScan()
            return
        }
        payloadKey = try key.fileKey(of: header).payloadKey(nonce: Array(pending[headerBytes..<start]))
        self.header = header
        pending.removeFirst(start)
    }

    private mutating func open(_ count: Int, isLast: Bool) throws(AgeError) -> [UInt8] {
        let run = ChunkRun(firstChunk: nextChunk, isLast: isLast)
        var failure: AgeError?
        let plaintext = [UInt8](unsafeUninitializedCapacity: max(count, 1)) { buffer, initialized in
            var cipher = payloadKey!.withUnsafeBytes { ChunkCipher(key: $0, .opening) }
            (initialized, failure) = pending.withUnsafeBytes {
                run.open(
                    UnsafeRawBufferPointer(rebasing: $0[..<count]),
                    into: UnsafeMutableRawBufferPointer(buffer), &cipher)
            }
        }
        if let failure { throw failure }
        nextChunk += UInt64(count / Chunk.sealedBytes)
        pending.removeFirst(count)
        return plaintext
    }
}
