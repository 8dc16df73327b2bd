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

/// Seals bytes in memory, large ones on all cores. Throws `AgeError.key`.
public func seal(
    _ bytes: [UInt8], for key: AgeSealing, armored: Bool = false
) throws(AgeError) -> [UInt8] {
    let sealing = try MemorySealing(for: key)
    let file = bytes.withUnsafeBytes { sealing.file(of: $0) }
    return armored ? Armor.encode(file) : file
}

/// Seals a secret in memory: an identity file, a wallet. Throws `AgeError.key`.
public func seal(
    _ secret: SecretBytes, for key: AgeSealing, armored: Bool = false
) throws(AgeError) -> [UInt8] {
    let sealing = try MemorySealing(for: key)
    let file = secret.withUnsafeBytes { sealing.file(of: $0) }
    return armored ? Armor.encode(file) : file
}

/// The beginning of a fresh age file, and the key of its payload.
private struct MemorySealing: ~Copyable {
    private let head: [UInt8]
    private let payloadKey: WipedBytes

    init(for key: AgeSealing) throws(AgeError) {
        let fileKey = FileKey()
        let nonce = Random.bytes(FileKey.nonceBytes)
        head = fileKey.header(try key.stanzas(for: fileKey)).serialized() + nonce
        payloadKey = fileKey.payloadKey(nonce: nonce)
    }

    borrowing func file(of plaintext: UnsafeRawBufferPointer) -> [UInt8] {
        let count = head.count + Chunk.sealedCount(plaintextBytes: plaintext.count)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let file = UnsafeMutableRawBufferPointer(buffer)
            file.copyBytes(from: head)
            payloadKey.withUnsafeBytes {
                MemoryPayload(key: $0).seal(
                    plaintext, into: UnsafeMutableRawBufferPointer(rebasing: file[head.count..<count]))
            }
            initialized = count
        }
    }
}
