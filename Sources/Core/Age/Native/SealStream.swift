import Primitives

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
