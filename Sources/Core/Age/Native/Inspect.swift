/// What can be known of an age file without a key.
public struct AgeInspection: Equatable, Sendable {
    public let isArmored: Bool
    /// Not verified: that takes a key.
    public let header: AgeHeader
    public let headerByteCount: Int
    /// The binary payload with its nonce.
    public let payloadByteCount: Int
    /// How many bytes the plaintext has if the payload is whole.
    public let plaintextByteCount: Int

    /// Whether every known way in resists a quantum computer: hybrid keys, or a passphrase.
    public var isPostQuantum: Bool {
        header.stanzas.contains { $0.isOf(.hybrid) || $0.isPassphrase }
            && !header.stanzas.contains { $0.isOf(.x25519) }
    }
}

/// Reads an age file, armored or not, to its end and says what it is. Nothing is decrypted or verified.
///
/// Throws `AgeError.header`, `.armor` or, where no payload can have this length, `.payload`; and what the
/// source throws.
public func inspect(from source: inout some ByteSource & ~Copyable) throws -> AgeInspection {
    try withUnsafeMutablePointer(to: &source) { source in
        var buffered = BufferedSource(source)
        guard try Armor.isNext(in: &buffered) else { return try inspectBinary(&buffered, isArmored: false) }
        return try withUnsafeMutablePointer(to: &buffered) { buffered in
            var armor = ArmorSource(buffered)
            return try withUnsafeMutablePointer(to: &armor) { armor in
                var unarmored = BufferedSource(armor)
                return try inspectBinary(&unarmored, isArmored: true)
            }
        }
    }
}

private func inspectBinary<Base: ByteSource & ~Copyable>(
    _ source: inout BufferedSource<Base>, isArmored: Bool
) throws -> AgeInspection {
    let (header, headerBytes) = try source.readHeader()
    var buffer = [UInt8](repeating: 0, count: Chunk.sealedBytes)
    var count = 0
    while true {
        let read = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
        guard read > 0 else { break }
        count += read
    }
    guard let plaintext = Chunk.plaintextCount(payloadBytes: count - FileKey.nonceBytes) else {
        throw AgeError.payload("no payload has this length")
    }
    return AgeInspection(
        isArmored: isArmored, header: header, headerByteCount: headerBytes.count, payloadByteCount: count,
        plaintextByteCount: plaintext)
}
