import Contract
import Foundation
public import Identity
import Primitives
public import Remote

/// A recovery share as its file (docs/format.md, "Recovery share").
public enum RecoveryShareFile {
    private struct File: Codable {
        var number: Int
        var needed: Int
        var set: String
        var commitments: [Digest]
        var sealed: String
        var share: String
    }

    private static let idBytes = 16
    private static let sealedBytes = Wallet.masterBytes + ChaCha20Poly1305.tagBytes

    public static func encode(_ share: RecoveryShare) throws -> [UInt8] {
        try JSON.pretty(
            File(
                number: share.number, needed: share.common.needed, set: lowercaseHex(share.common.id),
                commitments: share.common.commitments, sealed: lowercaseHex(share.common.sealed),
                share: lowercaseHex(share.share)))
    }

    /// Throws `badInput` unless `bytes` are such a file. Whether the share is right is not known before it is
    /// put together with others.
    public static func decode(_ bytes: [UInt8]) throws(ClientFailure) -> RecoveryShare {
        guard let file = try? JSON.decode(File.self, bytes), let id = hex(file.set, idBytes),
            let sealed = hex(file.sealed, sealedBytes), let share = hex(file.share, SecretSharing.shareBytes),
            1...Wallet.recoverySharesMax ~= file.number, 2...Wallet.recoverySharesMax ~= file.needed,
            file.commitments.count <= Wallet.recoverySharesMax
        else { throw .badInput("this is no recovery share") }
        return RecoveryShare(
            number: file.number,
            common: RecoveryShareSet(
                id: id, needed: file.needed, commitments: file.commitments, sealed: sealed), share: share)
    }

    private static func hex(_ text: String, _ count: Int) -> [UInt8]? {
        decodeLowercaseHex(Array(text.utf8)).flatMap { $0.count == count ? $0 : nil }
    }
}
