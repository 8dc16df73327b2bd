public import Age
public import Contract
public import Identity
import Primitives

extension Wallet {
    /// The identity that letters and owner's envelopes from `organisation` are sealed to.
    public func inboxIdentity(organisation: OrganisationName) -> AgeIdentity {
        AgeIdentity(kind: .hybrid, seed: inboxSeed(organisation: organisation))
    }

    /// The identity that is for the wallet's own notes: only the wallet opens them. Its seed: salt
    /// `medseal/wallet-home`, no info.
    public var ownIdentity: AgeIdentity {
        AgeIdentity(
            kind: .hybrid,
            seed: HKDFSHA256.derive(master, salt: Array("medseal/wallet-home".utf8), info: [], count: 32))
    }
}
