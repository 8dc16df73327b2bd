import Primitives

/// Opens an age file, armored or not (c2sp.org/age), with memory that does not depend on its size.
///
/// The header is verified before any of the payload is opened. Only authentic plaintext reaches the sink; but
/// after an error it is a mere beginning: callers that need all or nothing use `openFile`. `progress` is told on
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
