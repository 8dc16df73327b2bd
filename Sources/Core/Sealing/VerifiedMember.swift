public import Age
public import Contract
public import Evidence
public import Identity

/// A member whose identity was verified: the only kind of value that a record key is ever wrapped for (T3).
///
/// The root that was its organisation's at that position of the log enrolled exactly this key, age recipient
/// and certificate, and who has the key agreed; the enrolment is in the log that the ledger signed; the organisation takes part and is not
/// suspended; the member was not retired or replaced and has not expired; the certificate is of the
/// organisation's authority, and the authority's revocation list, if it has ever published one, is fresh and
/// does not name it.
public struct VerifiedMember: Sendable {
    public let key: PublicKey
    public let organisation: OrganisationName
    public let organisationKind: OrganisationKind
    public let role: Role
    /// As the certificate has it. Show it through `SafeText`.
    public let name: String
    public let recipient: AgeRecipient
    public let expires: LedgerTime

    /// What a server says of a member: nothing of it is believed before it was held against the enrolment.
    public struct Card: Equatable, Sendable {
        public var key: PublicKey
        public var organisation: OrganisationName
        /// The age recipient that envelopes for it are sealed to.
        public var recipient: String
        /// Its certificate, DER; the name that people see stands in it.
        public var certificate: [UInt8]

        public init(key: PublicKey, organisation: OrganisationName, recipient: String, certificate: [UInt8]) {
            self.key = key
            self.organisation = organisation
            self.recipient = recipient
            self.certificate = certificate
        }
    }

    /// What is known of a member before anything of it is believed.
    public struct Claims: Sendable {
        public var card: Card
        /// Statements about the key that are proven to be in the log, in their order, each with its position.
        public var history: [(position: UInt64, statement: VerifiedStatement)]
        /// The states of the member and its organisation as the server tells them.
        public var state: MemberState?
        public var organisationState: OrganisationState?
        /// The certificate of its organisation's authority, DER.
        public var authority: [UInt8]
        /// The newest revocation list of that authority.
        public var list: RevocationList?

        public init(
            card: Card, history: [(position: UInt64, statement: VerifiedStatement)], state: MemberState?,
            organisationState: OrganisationState?, authority: [UInt8], list: RevocationList?
        ) {
            self.card = card
            self.history = history
            self.state = state
            self.organisationState = organisationState
            self.authority = authority
            self.list = list
        }
    }

    /// Throws `unverified` or `refused`, which name what does not hold.
    public init(
        _ key: PublicKey, claims: Claims, governance: Governance, now: LedgerTime
    ) throws(PartyError) {
        func fails(_ what: String) -> PartyError {
            .unverified("the member \(key.hex.prefix(16)): \(what)")
        }
        let card = claims.card
        guard card.key == key else { throw fails("the server shows somebody else's card") }
        guard let organisation = governance.organisation(card.organisation) else {
            throw fails("the organisation on its card is not of this network")
        }
        guard !organisation.isSuspended, claims.organisationState?.suspended != true else {
            throw .refused("\(organisation.name) is suspended: nothing is sealed to its members")
        }
        let enrolment = try Self.enrolment(of: key, in: claims.history, by: organisation)
        guard let enrolment else { throw fails("\(organisation.name) has not enrolled it on the ledger") }
        guard let state = claims.state else { throw fails("the ledger's state does not know it") }
        guard !state.retired else { throw .refused("the member was retired by \(organisation.name)") }
        guard now < enrolment.expires, now < state.expires else {
            throw .refused(
                "the member's enrolment ended on \(UTC.text(min(enrolment.expires, state.expires))): its office renews it (medseal member renew)"
            )
        }
        guard state.organisation == enrolment.organisation, state.role == enrolment.role,
            state.recipientHash == enrolment.recipientHash, state.certificateHash == enrolment.certificateHash
        else { throw fails("the ledger's state is not what was enrolled") }
        guard let recipient = try? AgeRecipient(card.recipient), recipient.hash == enrolment.recipientHash
        else {
            throw fails("the age recipient on its card is not the one enrolled")
        }
        guard Digest(hashing: card.certificate) == enrolment.certificateHash else {
            throw fails("the certificate on its card is not the one enrolled")
        }
        guard Digest(hashing: claims.authority) == organisation.pinned.authorityHash else {
            throw fails("the authority is not the one that the network agreed on")
        }
        let certificate: PinnedCertificate
        do throws(IdentityError) {
            certificate = try PinnedCertificate.verify(card.certificate, under: claims.authority, at: now)
        } catch {
            throw PartyError(
                .unverified, "the certificate of \(key.hex.prefix(16)) does not hold", cause: error)
        }
        guard certificate.key == key, certificate.organisation == organisation.name,
            certificate.role == enrolment.role
        else { throw fails("the certificate names another key, organisation or role") }
        if let list = claims.list { try Self.require(certificate, isGoodUnder: list, at: now) }
        self.key = key
        self.organisation = organisation.name
        self.organisationKind = organisation.pinned.kind
        self.role = enrolment.role
        self.name = certificate.name
        self.recipient = recipient
        self.expires = enrolment.expires
    }

    /// The enrolment that is in force: the last one by the organisation's root of its time, unless the key was
    /// ended since. Throws `refused` when it was.
    private static func enrolment(
        of key: PublicKey, in history: [(position: UInt64, statement: VerifiedStatement)],
        by organisation: Governance.Organisation
    ) throws(PartyError) -> Enrol? {
        var enrolment: Enrol?
        for (position, statement) in history {
            guard statement.caller == organisation.root(at: position) else { continue }
            switch statement.assertion {
            case .enrol(let it) where it.organisation == organisation.name && it.member == key:
                guard enrolment != nil || statement.isApproved(by: key) else { continue }
                enrolment = it
            case .enrol(let it) where it.organisation == organisation.name && it.replaces == key:
                throw .refused("the member has another key by now: \(organisation.name) replaced this one")
            case .retire(let it) where it.member == key:
                throw .refused("the member was retired by \(organisation.name)")
            default: continue
            }
        }
        return enrolment
    }

    /// The list is in force and does not name the certificate. Throws `refused`.
    private static func require(
        _ certificate: PinnedCertificate, isGoodUnder list: RevocationList, at now: LedgerTime
    ) throws(PartyError) {
        if let entry = list.entry(for: certificate.serial) {
            throw .refused(
                "the member's certificate was revoked by \(list.organisation) (\(entry.reason.name))")
        }
        guard now < list.ends else {
            throw .refused(
                "the revocation list of \(list.organisation) has expired: its office publishes a new one (medseal member publish-crl)"
            )
        }
    }

    /// How it is shown to people.
    public var shown: String { "\(SafeText.escaped(name)) (\(organisation), \(role.name))" }
}

extension RevocationList.Reason {
    /// As people type it.
    public var name: String {
        switch self {
        case .keyCompromise: "key-compromise"
        case .superseded: "superseded"
        case .cessationOfOperation: "cessation-of-operation"
        }
    }
}
