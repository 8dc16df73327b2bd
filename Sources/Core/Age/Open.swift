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

/// Opens an age file in memory, armored or not, large ones on all cores: the whole plaintext or an error. The
/// caller wipes what is secret in it. Throws `AgeError`.
public func open(_ bytes: [UInt8], with key: AgeOpening) throws(AgeError) -> [UInt8] {
    // At the end it is clear whether it is armor.
    let file = Armor.begins(bytes[...], isAtEnd: true)! ? try Armor.decode(bytes) : bytes
    let (header, headerBytes) = try HeaderScan.header(in: file)
    let fileKey = try key.fileKey(of: header)
    let start = headerBytes + FileKey.nonceBytes
    guard start <= file.count else { throw .header("the file ends before the payload's nonce") }
    guard let plaintextBytes = Chunk.plaintextCount(payloadBytes: file.count - start) else {
        throw .payload("it is truncated")
    }
    let payloadKey = fileKey.payloadKey(nonce: Array(file[headerBytes..<start]))
    var failure: AgeError?
    let plaintext = [UInt8](unsafeUninitializedCapacity: plaintextBytes) { buffer, initialized in
        failure = file.withUnsafeBytes { file in
            payloadKey.withUnsafeBytes {
                MemoryPayload(key: $0).open(
                    UnsafeRawBufferPointer(rebasing: file[start...]),
                    into: UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(buffer)[..<plaintextBytes]))
            }
        }
        initialized = failure == nil ? plaintextBytes : 0
    }
    if let failure { throw failure }
    return plaintext
}

/// Opens an age file into guarded memory: an identity file, a wallet. Throws as `open(_:with:)` does.
public func openSecret(_ bytes: [UInt8], with key: AgeOpening) throws(AgeError) -> SecretBytes {
    var plaintext = try open(bytes, with: key)
    defer { wipe(&plaintext) }
    return SecretBytes(copying: plaintext)
}
