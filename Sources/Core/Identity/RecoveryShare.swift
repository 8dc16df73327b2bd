public import Contract
import Primitives

/// One of several shares from which a wallet is recovered together, for people the patient trusts
/// (docs/reference/format.md, "Recovery share"). Fewer than `needed` tell nothing of the wallet.
///
/// Every share carries a commitment to each of the others, so that a share that was altered is named, which
/// plain sharing cannot do.
public struct RecoveryShare: Hashable, Sendable {
    /// From 1.
    public let number: Int
    public let common: RecoveryShareSet
    /// 32 bytes.
    public let share: [UInt8]

    public init(number: Int, common: RecoveryShareSet, share: [UInt8]) {
        self.number = number
        self.common = common
        self.share = share
    }

    fileprivate var commitment: Digest { common.commitment(to: share, number: number) }
    fileprivate var isWhole: Bool {
        common.commitments.indices.contains(number - 1) && common.commitments[number - 1] == commitment
    }
}

/// What all shares of one making have in common.
public struct RecoveryShareSet: Hashable, Sendable {
    /// 16 random bytes.
    public let id: [UInt8]
    /// How many shares are needed.
    public let needed: Int
    /// SHA-256 of `medseal/recovery-share`, the id, the number (a byte) and the share, of each share in turn.
    public let commitments: [Digest]
    /// The master secret, sealed with the key that the shares give together (ChaCha20-Poly1305): 48 bytes.
    public let sealed: [UInt8]

    public init(id: [UInt8], needed: Int, commitments: [Digest], sealed: [UInt8]) {
        self.id = id
        self.needed = needed
        self.commitments = commitments
        self.sealed = sealed
    }

    fileprivate func commitment(to share: [UInt8], number: Int) -> Digest {
        Digest(
            hashing: Array("medseal/recovery-share".utf8) + id + [UInt8(truncatingIfNeeded: number)] + share)
    }

    fileprivate static func key(_ secret: SecretBytes, id: [UInt8]) -> SecretBytes {
        HKDFSHA256.derive(
            secret, salt: Array("medseal/recovery-share".utf8), info: id, count: ChaCha20Poly1305.keyBytes)
    }

    /// The key is used once.
    fileprivate static let nonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceBytes)
}

/// Why shares do not give a wallet. Shares are named by their numbers.
public enum RecoveryShareError: Error, Hashable, Sendable {
    /// So many are needed; these are right, those are not as they were made or belong to others.
    case tooFew(needed: Int, right: [Int], wrong: [Int])
    /// They are what was made, but what was made opens nothing.
    case setWrong
}

extension Wallet {
    public static let recoverySharesMax = 16

    /// `count` shares of this wallet, any `needed` of which recover it. At least two are needed: one alone
    /// would be the recovery code.
    public func recoveryShares(needed: Int, of count: Int) -> [RecoveryShare] {
        precondition(2...count ~= needed && count <= Self.recoverySharesMax, "no such number of shares")
        let (secret, shares) = SecretSharing.share(needed: needed, of: count)
        let id = Random.bytes(16)
        let sealed = master.withUnsafeBytes {
            ChaCha20Poly1305.seal(
                Array($0), key: RecoveryShareSet.key(secret, id: id), nonce: RecoveryShareSet.nonce)
        }
        let values = shares.map { $0.withUnsafeBytes { Array($0) } }
        let bare = RecoveryShareSet(id: id, needed: needed, commitments: [], sealed: sealed)
        let set = RecoveryShareSet(
            id: id, needed: needed,
            commitments: values.enumerated().map { bare.commitment(to: $1, number: $0 + 1) }, sealed: sealed)
        return values.enumerated().map { RecoveryShare(number: $0 + 1, common: set, share: $1) }
    }

    /// The wallet that `shares` recover, and the numbers of those among them that are wrong: altered, or of
    /// another making than the others. Throws where not enough are right.
    public static func recovered(
        from shares: [RecoveryShare]
    ) throws(RecoveryShareError) -> (wallet: Wallet, wrong: [Int]) {
        // The set to which most of them belong, as it should be.
        let sets = Dictionary(grouping: shares, by: { $0.common }).mapValues { Set($0.filter { $0.isWhole }) }
        guard let (set, right) = sets.max(by: { $0.value.count < $1.value.count }) else {
            throw .tooFew(needed: 2, right: [], wrong: [])
        }
        let numbers = right.map { $0.number }.sorted()
        let wrong = Set(shares).subtracting(right).map { $0.number }.sorted()
        guard set.needed >= 2, right.count >= set.needed else {
            throw .tooFew(needed: max(2, set.needed), right: numbers, wrong: wrong)
        }
        let used = right.sorted { $0.number < $1.number }.prefix(set.needed)
        let secret = SecretSharing.combine(
            used.map { ($0.number, SecretBytes(copying: $0.share)) })
        let key = RecoveryShareSet.key(secret, id: set.id)
        guard
            let master = ChaCha20Poly1305.open(set.sealed, key: key, nonce: RecoveryShareSet.nonce),
            master.count == masterBytes
        else { throw .setWrong }
        return (Wallet(master: master), wrong)
    }
}

extension RecoveryShareError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooFew(let needed, let right, let wrong):
            "\(needed) right shares are needed; right: \(Self.list(right)); altered or of another wallet: \(Self.list(wrong))"
        case .setWrong: "the shares are as they were made, but they open nothing"
        }
    }

    private static func list(_ numbers: [Int]) -> String {
        numbers.isEmpty ? "none" : numbers.map { "number \($0)" }.joined(separator: ", ")
    }
}
