public import Primitives

/// Which SHA-256 digests to compute while bytes pass by. Each costs about half as much again as the sealing
/// itself.
public struct AgeHashing: OptionSet, Sendable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Of the age file, as stored.
    public static let ciphertext = AgeHashing(rawValue: 1)
    public static let plaintext = AgeHashing(rawValue: 2)
}

/// What was sealed.
public struct SealedFile: Equatable, Sendable {
    /// The size of the age file.
    public let byteCount: Int
    public let plaintextByteCount: Int
    /// 32 bytes, if hashing of the ciphertext was asked for.
    public let ciphertextSHA256: [UInt8]?
    /// 32 bytes, if hashing of the plaintext was asked for.
    public let plaintextSHA256: [UInt8]?

    /// The age file's SHA-256, its address: 32 bytes. Traps if it was not asked for.
    public var sha256: [UInt8] {
        guard let ciphertextSHA256 else { preconditionFailure("hashing of the ciphertext was not asked for") }
        return ciphertextSHA256
    }
}

/// Seals everything that `source` gives into an age file (c2sp.org/age), with memory that does not depend on
/// its size.
///
/// Large payloads are sealed on all cores. `progress` is told on this thread how many bytes of plaintext are
/// done. Throws `AgeError.key` for keys that cannot be sealed to, and what the source and the sink throw;
/// then what is in the sink is no age file.
@discardableResult
public func seal(
    from source: inout some ByteSource & ~Copyable, to sink: inout some ByteSink & ~Copyable,
    for key: AgeSealing,
    armored: Bool = false, hashing: AgeHashing = .ciphertext, progress: ((Int) -> Void)? = nil
) throws -> SealedFile {
    guard armored else {
        return try sealBinary(from: &source, to: &sink, for: key, hashing: hashing, progress: progress)
    }
    return try withUnsafeMutablePointer(to: &sink) { sink in
        var armor = ArmorSink(sink, hash: hashing.contains(.ciphertext) ? SHA256() : nil)
        let inner = try sealBinary(
            from: &source, to: &armor, for: key, hashing: hashing.subtracting(.ciphertext), progress: progress
        )
        let (byteCount, digest) = try armor.finish()
        return SealedFile(
            byteCount: byteCount, plaintextByteCount: inner.plaintextByteCount, ciphertextSHA256: digest,
            plaintextSHA256: inner.plaintextSHA256)
    }
}

private func sealBinary(
    from source: inout some ByteSource & ~Copyable, to sink: inout some ByteSink & ~Copyable,
    for key: AgeSealing,
    hashing: AgeHashing, progress: ((Int) -> Void)?
) throws -> SealedFile {
    let fileKey = FileKey()
    let nonce = Random.bytes(FileKey.nonceBytes)
    let head = fileKey.header(try key.stanzas(for: fileKey)).serialized() + nonce
    let payloadKey = fileKey.payloadKey(nonce: nonce)
    var ciphertextHash = hashing.contains(.ciphertext) ? SHA256() : nil
    ciphertextHash?.update(head)
    try sink.write(head)
    let payload = try payloadKey.withUnsafeBytes { key in
        try ChunkPipeline(
            .sealing, key: key, inputHash: hashing.contains(.plaintext) ? SHA256() : nil,
            outputHash: ciphertextHash.take()
        ).run(from: &source, to: &sink, progress: progress)
    }
    return SealedFile(
        byteCount: head.count + payload.outputBytes, plaintextByteCount: payload.inputBytes,
        ciphertextSHA256: payload.outputSHA256, plaintextSHA256: payload.inputSHA256)
}

/// Seals bytes in memory, large ones on all cores. Throws `AgeError.key`.
public func seal(_ bytes: [UInt8], for key: AgeSealing, armored: Bool = false) throws -> [UInt8] {
    try bytes.withUnsafeBytes { try sealMemory($0, for: key, armored: armored) }
}

/// Seals a secret in memory: an identity file, a wallet. Throws `AgeError.key`.
public func seal(_ secret: SecretBytes, for key: AgeSealing, armored: Bool = false) throws -> [UInt8] {
    try secret.withUnsafeBytes { try sealMemory($0, for: key, armored: armored) }
}

private func sealMemory(
    _ plaintext: UnsafeRawBufferPointer, for key: AgeSealing, armored: Bool
) throws -> [UInt8] {
    let fileKey = FileKey()
    let nonce = Random.bytes(FileKey.nonceBytes)
    let head = fileKey.header(try key.stanzas(for: fileKey)).serialized() + nonce
    let payloadKey = fileKey.payloadKey(nonce: nonce)
    let count = head.count + Chunk.sealedCount(plaintextBytes: plaintext.count)
    let file = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        let file = UnsafeMutableRawBufferPointer(buffer)
        file.copyBytes(from: head)
        payloadKey.withUnsafeBytes {
            MemoryPayload(key: $0).seal(
                plaintext, into: UnsafeMutableRawBufferPointer(rebasing: file[head.count...]))
        }
        initialized = count
    }
    guard armored else { return file }
    var sink = MemorySink()
    try withUnsafeMutablePointer(to: &sink) { sink in
        var armor = ArmorSink(sink, hash: nil)
        try armor.write(file)
        _ = try armor.finish()
    }
    return sink.bytes
}
