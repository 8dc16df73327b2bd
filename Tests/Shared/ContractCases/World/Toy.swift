import Contract

/// A hash and a signature scheme without secrets, made of FNV-1a: whatever is altered no longer fits, which
/// is all that a contract's test needs. Everyone can sign for everyone.
enum Toy {
    /// FNV-1a, 64 bits.
    static func fnv(_ bytes: some Sequence<UInt8>, from start: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
        var hash = start
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return hash
    }

    /// Stands in for SHA-256: 32 bytes.
    static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var source = SplitMix64(state: fnv(bytes))
        return source.bytes(32)
    }

    static func sign(_ message: [UInt8], by key: PublicKey) -> [UInt8] {
        var source = SplitMix64(state: fnv(message, from: fnv(key.bytes)))
        return source.bytes(64)
    }

    static func isValid(_ claim: SignatureClaim) -> Bool {
        claim.signature == sign(claim.message, by: claim.key)
    }

    /// Thirty-two bytes that stand for a name: a key, a digest, a handle.
    static func named<Meaning>(_ name: some StringProtocol) -> Bytes32<Meaning> {
        Bytes32(hash(Array(name.utf8)))!
    }

    /// A payload under the signature of `key` for `network`.
    static func message(_ payload: [UInt8], by key: PublicKey, network: NetworkID) -> [UInt8] {
        let content = CoseSign1.signedContent(payload: payload, key: key, network: network)
        return CoseSign1(payload: payload, key: key, signature: sign(content, by: key)).encoded()
    }
}
