import Contract
public import Evidence
public import Identity
import Primitives

/// A recovery share as its file (docs/reference/format.md, "Recovery share").
public enum RecoveryShareFile {
    public static func encode(_ share: RecoveryShare) -> [UInt8] {
        JSONValue.object([
            ("number", .number(UInt64(share.number))), ("needed", .number(UInt64(share.common.needed))),
            ("set", .text(lowercaseHex(share.common.id))),
            ("commitments", .array(share.common.commitments.map { .text($0.hex) })),
            ("sealed", .text(lowercaseHex(share.common.sealed))),
            ("share", .text(lowercaseHex(share.share))),
        ]).pretty
    }

    /// Throws `badInput` unless `bytes` are such a file. Whether the share is right is not known before it is
    /// put together with others.
    public static func decode(_ bytes: [UInt8]) throws(PartyError) -> RecoveryShare {
        guard let share = try? RecoveryShare(JSONValue(decoding: bytes)) else {
            throw .badInput("this is no recovery share")
        }
        return share
    }
}

extension RecoveryShare {
    private static let idBytes = 16
    private static let sealedBytes = Wallet.masterBytes + ChaCha20Poly1305.tagBytes

    fileprivate init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        let number = try fields.count("number")
        let needed = try fields.count("needed")
        let id = try fields.hex("set", byteCount: Self.idBytes)
        var commitments = [Digest]()
        for value in try fields.array("commitments") { commitments.append(try Digest(json: value)) }
        let sealed = try fields.hex("sealed", byteCount: Self.sealedBytes)
        let share = try fields.hex("share", byteCount: SecretSharing.shareBytes)
        try fields.end()
        guard 1...Wallet.recoverySharesMax ~= number, 2...Wallet.recoverySharesMax ~= needed,
            commitments.count <= Wallet.recoverySharesMax
        else { throw JSONValue.Malformed("numbers of shares that cannot be") }
        self.init(
            number: number,
            common: RecoveryShareSet(id: id, needed: needed, commitments: commitments, sealed: sealed),
            share: share)
    }
}
