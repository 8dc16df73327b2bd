public import Contract
import Identity

/// An organisation of a network with its certificate authority and what is sealed to it, each held against the
/// hash in the genesis or the admission.
public struct NetworkOrganisation: Sendable {
    public let name: OrganisationName
    public let kind: OrganisationKind
    /// The Ed25519 key that enrols and retires its members.
    public let root: PublicKey
    /// The certificate of its authority, DER.
    public let authority: [UInt8]
    /// The age recipient that custodian's envelopes are sealed to, as text.
    public let recordsRecipientText: String
    /// The age recipient that letters, permits and the directory are sealed to, as text.
    public let deskRecipientText: String
    /// Scheme, host and port of its own server; nil where the network's serves it. Nothing vouches for it but the
    /// certificate that the server shows.
    public let server: String?

    /// Throws `unverified` unless each part is the one that `pinned` names.
    public init(
        authority: [UInt8], recordsRecipient: String, deskRecipient: String, server: String?,
        pinned: Genesis.Organisation
    ) throws(PartyError) {
        func differs(_ what: String) -> PartyError {
            .unverified("the \(what) of \(pinned.name) is not the one that the network agreed on")
        }
        guard Digest(hashing: authority) == pinned.authorityHash else {
            throw differs("certificate authority")
        }
        guard Digest(hashing: Array(recordsRecipient.utf8)) == pinned.recordsRecipientHash else {
            throw differs("records recipient")
        }
        guard Digest(hashing: Array(deskRecipient.utf8)) == pinned.deskRecipientHash else {
            throw differs("desk recipient")
        }
        name = pinned.name
        kind = pinned.kind
        root = pinned.root
        self.authority = authority
        recordsRecipientText = recordsRecipient
        deskRecipientText = deskRecipient
        self.server = server
    }
}
