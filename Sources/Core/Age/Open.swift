public import Primitives

/// What was opened.
public struct OpenedFile: Equatable, Sendable {
    /// The size of the plaintext.
    public let byteCount: Int
    /// 32 bytes, if hashing of the plaintext was asked for.
    public let plaintextSHA256: [UInt8]?
    /// The size of the age file, armor included.
    public let ciphertextByteCount: Int
    /// 32 bytes of everything that was read, if hashing of the ciphertext was asked for.
    public let ciphertextSHA256: [UInt8]?
    /// The header, its MAC verified.
    public let header: AgeHeader

    /// The plaintext's SHA-256: 32 bytes. Traps if it was not asked for.
    public var sha256: [UInt8] {
        guard let plaintextSHA256 else { preconditionFailure("hashing of the plaintext was not asked for") }
        return plaintextSHA256
    }
}

/// Opens an age file, armored or not (c2sp.org/age), with memory that does not depend on its size.
///
/// The header is verified before any of the payload is opened. Only authentic plaintext reaches the sink; but
/// after an error it is a mere beginning: whoever needs all or nothing uses `openFile`. `progress` is told on
/// this thread how many bytes of plaintext are done. Throws `AgeError`, and what the source and the sink
/// throw.
@discardableResult
public func open(
    from source: inout some ByteSource & ~Copyable, to sink: inout some ByteSink & ~Copyable,
    with key: AgeOpening,
    hashing: AgeHashing = [.plaintext, .ciphertext], progress: ((Int) -> Void)? = nil
) throws -> OpenedFile {
    try open(from: &source, to: &sink, hashing: hashing, progress: progress) { _ in key }
}

/// Opens an age file with a key that is chosen once its header is read: `choose` sees the header before its
/// MAC can be verified, and says what to open it with. For the rest as `open(from:to:with:)`.
@discardableResult
public func open(
    from source: inout some ByteSource & ~Copyable, to sink: inout some ByteSink & ~Copyable,
    hashing: AgeHashing = [.plaintext, .ciphertext], progress: ((Int) -> Void)? = nil,
    choosing choose: (AgeHeader) throws -> AgeOpening
) throws -> OpenedFile {
    try withUnsafeMutablePointer(to: &source) { source in
        var buffered = BufferedSource(source)
        guard try Armor.isNext(in: &buffered) else {
            return try openBinary(
                from: &buffered, to: &sink, choosing: choose, hashing: hashing, progress: progress)
        }
        return try withUnsafeMutablePointer(to: &buffered) { buffered in
            if hashing.contains(.ciphertext) { buffered.pointee.startHashing() }
            var armor = ArmorSource(buffered)
            let inner = try withUnsafeMutablePointer(to: &armor) { armor in
                var unarmored = BufferedSource(armor)
                return try openBinary(
                    from: &unarmored, to: &sink, choosing: choose, hashing: hashing.subtracting(.ciphertext),
                    progress: progress)
            }
            return OpenedFile(
                byteCount: inner.byteCount, plaintextSHA256: inner.plaintextSHA256,
                ciphertextByteCount: buffered.pointee.byteCount,
                ciphertextSHA256: buffered.pointee.finishHashing(), header: inner.header)
        }
    }
}

private func openBinary<Base: ByteSource & ~Copyable>(
    from source: inout BufferedSource<Base>, to sink: inout some ByteSink & ~Copyable,
    choosing choose: (AgeHeader) throws -> AgeOpening, hashing: AgeHashing, progress: ((Int) -> Void)?
) throws -> OpenedFile {
    let (header, headerBytes) = try source.readHeader()
    let fileKey = try choose(header).fileKey(of: header)
    var nonce = [UInt8](repeating: 0, count: FileKey.nonceBytes)
    guard try nonce.withUnsafeMutableBytes({ try source.fill($0) }) == nonce.count else {
        throw AgeError.header("the file ends before the payload's nonce")
    }
    let payloadKey = fileKey.payloadKey(nonce: nonce)
    var ciphertextHash = hashing.contains(.ciphertext) ? SHA256() : nil
    ciphertextHash?.update(headerBytes)
    ciphertextHash?.update(nonce)
    let payload = try payloadKey.withUnsafeBytes { key in
        try ChunkPipeline(
            .opening, key: key, inputHash: ciphertextHash.take(),
            outputHash: hashing.contains(.plaintext) ? SHA256() : nil
        ).run(from: &source, to: &sink, progress: progress)
    }
    return OpenedFile(
        byteCount: payload.outputBytes, plaintextSHA256: payload.outputSHA256,
        ciphertextByteCount: headerBytes.count + nonce.count + payload.inputBytes,
        ciphertextSHA256: payload.inputSHA256, header: header)
}

/// Opens an age file in memory, armored or not, large ones on all cores: the whole plaintext or an error. The
/// caller wipes what is secret in it. Throws `AgeError`.
public func open(_ bytes: [UInt8], with key: AgeOpening) throws -> [UInt8] {
    guard bytes.starts(with: AgeHeader.version) else {
        // Armor, or a file that is refused with the same words as from any other source.
        var source = MemorySource(bytes)
        var sink = MemorySink(capacity: bytes.count)
        try open(from: &source, to: &sink, with: key, hashing: [])
        return sink.bytes
    }
    let (header, headerBytes) = try AgeHeader.parse(prefixOf: bytes)
    let fileKey = try key.fileKey(of: header)
    let start = headerBytes + FileKey.nonceBytes
    guard start <= bytes.count else { throw AgeError.header("the file ends before the payload's nonce") }
    guard let plaintextBytes = Chunk.plaintextCount(payloadBytes: bytes.count - start) else {
        throw AgeError.payload("it is truncated")
    }
    let payloadKey = fileKey.payloadKey(nonce: Array(bytes[headerBytes..<start]))
    return try [UInt8](unsafeUninitializedCapacity: plaintextBytes) { buffer, initialized in
        try bytes.withUnsafeBytes { bytes in
            try payloadKey.withUnsafeBytes {
                try MemoryPayload(key: $0).open(
                    UnsafeRawBufferPointer(rebasing: bytes[start...]),
                    into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        initialized = plaintextBytes
    }
}

/// Opens an age file into guarded memory: an identity file, a wallet. Throws as `open(_:with:)` does.
public func openSecret(_ bytes: [UInt8], with key: AgeOpening) throws -> SecretBytes {
    var plaintext = try open(bytes, with: key)
    defer { wipe(&plaintext) }
    return SecretBytes(copying: plaintext)
}
