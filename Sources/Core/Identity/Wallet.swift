public import Contract
public import Primitives

/// A patient's wallet: one master secret, from which every key is derived (docs/reference/format.md, "Wallet").
///
/// Every derivation is `HKDF-SHA256(master, salt, info)` to 32 bytes (RFC 5869), the salt saying what for and
/// the info for whom, so that a key given to one organisation says nothing about another's.
public struct Wallet: Sendable {
    public static let masterBytes = 32

    /// 32 bytes.
    public let master: SecretBytes

    /// A wallet of a master secret, which must be 32 bytes.
    public init(master: SecretBytes) {
        precondition(master.count == Self.masterBytes, "a wallet's master secret has 32 bytes")
        self.master = master
    }

    /// A wallet of a fresh master secret.
    public static func create() -> Wallet { Wallet(master: .random(masterBytes)) }

    /// The one-time key number `index` for `organisation`: owner of one record, or answering key of one
    /// request.
    ///
    /// Its seed: salt `medseal/owner`, info the organisation's name, a zero byte, and the index (8 bytes, big
    /// endian).
    public func ownerKey(organisation: OrganisationName, index: UInt64) -> SigningKey {
        SigningKey(
            seed: derive(salt: "medseal/owner", info: organisation.bytes + [0] + Self.bytes(of: index)))
    }

    /// The key that signs calls to `organisation`'s server for the patient's inbox.
    ///
    /// Its seed: salt `medseal/inbox-signing`, info the organisation's name.
    public func inboxKey(organisation: OrganisationName) -> SigningKey {
        SigningKey(seed: derive(salt: "medseal/inbox-signing", info: organisation.bytes))
    }

    /// The seed of the age identity that letters and owner's envelopes from `organisation` are sealed to: 32
    /// bytes.
    ///
    /// Salt `medseal/inbox-age`, info the organisation's name.
    public func inboxSeed(organisation: OrganisationName) -> SecretBytes {
        derive(salt: "medseal/inbox-age", info: organisation.bytes)
    }

    /// The key number `index` with which this wallet's owner acts for another patient as guardian or proxy: one
    /// for each record, so that none links two.
    ///
    /// Its seed: salt `medseal/proxy`, info the index (8 bytes, big endian).
    public func proxyKey(index: UInt64) -> SigningKey {
        SigningKey(seed: derive(salt: "medseal/proxy", info: Self.bytes(of: index)))
    }

    /// The seed of the age identity that goes with it: 32 bytes. Salt `medseal/proxy-age`, info the index.
    public func proxySeed(index: UInt64) -> SecretBytes {
        derive(salt: "medseal/proxy-age", info: Self.bytes(of: index))
    }

    private static func bytes(of index: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: index >> UInt64($0)) }
    }

    private func derive(salt: String, info: [UInt8]) -> SecretBytes {
        HKDFSHA256.derive(master, salt: Array(salt.utf8), info: info, count: 32)
    }
}
