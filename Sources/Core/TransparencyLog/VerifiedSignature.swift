import Primitives

/// A signature on a note that was checked against a key its reader was configured with.
public struct VerifiedSignature: Sendable, Hashable {
    public let key: VerifierKey
    /// When the cosigner says that it signed, in seconds since 1970; nil for a log's own signature, which has
    /// no time.
    public let time: UInt64?

    /// Nil unless `bytes` is a signature of the kind of `key` over `text`.
    init?(_ bytes: [UInt8], over text: [UInt8], by key: VerifierKey) {
        self.key = key
        switch key.kind {
        case .note:
            time = nil
            guard Ed25519.isValid(signature: bytes, over: text, by: key.publicKey) else { return nil }
        case .cosignature:
            guard bytes.count == 8 + Ed25519.signatureBytes else { return nil }
            let time = bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard time <= UInt64(Int64.max),
                Ed25519.isValid(
                    signature: [UInt8](bytes.dropFirst(8)), over: Self.cosigned(text, at: time),
                    by: key.publicKey)
            else { return nil }
            self.time = time
        }
    }

    /// What a cosigner signs (c2sp.org/tlog-cosignature, "Ed25519 signed message"): `cosignature/v1`, the
    /// time, and the whole checkpoint body.
    static func cosigned(_ text: [UInt8], at time: UInt64) -> [UInt8] {
        StaticString("cosignature/v1\ntime ").bytes + time.decimal + [Lines.newline] + text
    }
}
