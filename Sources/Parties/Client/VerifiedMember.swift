public import API
public import Age
public import Contract
import Foundation
public import Identity
public import Remote
public import TransparencyLog

/// A member whose identity was verified: the only kind of value that a record key is ever wrapped for (T3).
///
/// The root that was its organisation's at that position of the log enrolled exactly this key, age recipient
/// and certificate; the enrolment is in the log that the ledger signed; the organisation takes part and is not
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

    /// What is known of a member before anything of it is believed.
    struct Evidence: Sendable {
        var card: Wire.MemberCard
        /// Statements about the key that are proven to be in the log, in their order, each with its position.
        var history: [(position: UInt64, statement: VerifiedStatement)]
        /// The states of the member and its organisation as the server tells them.
        var state: MemberState?
        var organisationState: OrganisationState?
        /// The certificate of its organisation's authority, DER.
        var authority: [UInt8]
        /// The newest revocation list of that authority.
        var list: RevocationList?
    }

    /// Throws `unverified` or `refused`, which name what does not hold.
    init(
        _ key: PublicKey, evidence: Evidence, governance: Governance, now: LedgerTime
    ) throws(ClientFailure) {
        func fails(_ what: String) -> ClientFailure {
            .unverified("the member \(key.hex.prefix(16)): \(what)")
        }
        let card = evidence.card
        guard card.key == key else { throw fails("the server shows somebody else's card") }
        guard let organisation = governance.organisation(card.organisation) else {
            throw fails("the organisation on its card is not of this network")
        }
        guard !organisation.isSuspended, evidence.organisationState?.suspended != true else {
            throw .refused("\(organisation.name) is suspended: nothing is sealed to its members")
        }
        let enrolment = try Self.enrolment(of: key, in: evidence.history, by: organisation)
        guard let enrolment else { throw fails("\(organisation.name) has not enrolled it on the ledger") }
        guard let state = evidence.state else { throw fails("the ledger's state does not know it") }
        guard !state.retired else { throw .refused("the member was retired by \(organisation.name)") }
        guard now < enrolment.expires, now < state.expires else {
            throw .refused("the member's enrolment has expired")
        }
        guard state.organisation == enrolment.organisation, state.role == enrolment.role,
            state.recipientHash == enrolment.recipientHash, state.certificateHash == enrolment.certificateHash
        else { throw fails("the ledger's state is not what was enrolled") }
        guard let recipient = try? AgeRecipient(card.recipient), recipient.hash == enrolment.recipientHash
        else {
            throw fails("the age recipient on its card is not the one enrolled")
        }
        let der = [UInt8](card.certificate)
        guard Digest(hashing: der) == enrolment.certificateHash else {
            throw fails("the certificate on its card is not the one enrolled")
        }
        guard Digest(hashing: evidence.authority) == organisation.pinned.authorityHash else {
            throw fails("the authority is not the one that the network agreed on")
        }
        let certificate: MemberCertificate
        do {
            certificate = try MemberCertificate.verify(
                der, under: evidence.authority, at: Date(timeIntervalSince1970: TimeInterval(now)))
        } catch {
            throw ClientFailure(
                .unverified, "the certificate of \(key.hex.prefix(16)) does not hold", cause: error)
        }
        guard certificate.key == key, certificate.organisation == organisation.name,
            certificate.role == enrolment.role
        else { throw fails("the certificate names another key, organisation or role") }
        if let list = evidence.list { try Self.require(certificate, isGoodUnder: list, at: now) }
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
    ) throws(ClientFailure) -> Enrol? {
        var enrolment: Enrol?
        for (position, statement) in history {
            guard statement.caller == organisation.root(at: position) else { continue }
            switch statement.assertion {
            case .enrol(let it) where it.organisation == organisation.name && it.member == key: enrolment = it
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
        _ certificate: MemberCertificate, isGoodUnder list: RevocationList, at now: LedgerTime
    ) throws(ClientFailure) {
        let date = Date(timeIntervalSince1970: TimeInterval(now))
        if let entry = list.entry(for: certificate.serial) {
            throw .refused(
                "the member's certificate was revoked by \(list.organisation) (\(entry.reason.name))")
        }
        guard date < list.nextUpdate else {
            throw .refused(
                "the revocation list of \(list.organisation) has expired: its office publishes a new one (medseal member crl)"
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

extension ClientFailure {
    /// Whether it leaves a member whom it is about unverified, and everything else as it is: because something does
    /// not hold, or because its organisation's server is away.
    var leavesUnverified: Bool { code != .badInput }
}

extension Connection {
    /// Verifies a member's identity against the log under `checkpoint`. `card` is looked up where none is
    /// given, and so is who speaks for the organisations.
    public func verifiedMember(
        _ key: PublicKey, under checkpoint: VerifiedCheckpoint, card: Wire.MemberCard? = nil,
        governance known: Governance? = nil
    ) async throws -> VerifiedMember {
        let state: MemberState? = try await self.state(.member(key))
        var found = card
        if found == nil, let organisation = state?.organisation {
            let members: Wire.Members = try await call(.get, Routes.member(key.hex), at: organisation)
            found = members.members.first { $0.key == key }
        }
        guard let card = found else {
            throw ClientFailure.refused("the server knows no member \(key.hex.prefix(16))")
        }
        var governance = known
        if governance == nil { governance = try await self.governance(under: checkpoint) }
        guard let governance, let organisation = governance.organisation(card.organisation) else {
            throw ClientFailure.unverified(
                "the member \(key.hex.prefix(16)): the organisation on its card is not of this network")
        }
        let authority = try await authority(of: organisation)
        let evidence = VerifiedMember.Evidence(
            card: card, history: try await history(of: key, under: checkpoint),
            state: state, organisationState: try await self.state(.organisation(organisation.name)),
            authority: authority,
            list: try await revocationList(of: organisation.name, under: authority))
        return try VerifiedMember(key, evidence: evidence, governance: governance, now: machineTime())
    }

    /// The enrolments and retirements about a key, or about an organisation's members, that are proven to be
    /// in the log, in their order.
    func history(
        of key: PublicKey, under checkpoint: VerifiedCheckpoint
    ) async throws -> [(position: UInt64, statement: VerifiedStatement)] {
        try await history(about: key.bytes, under: checkpoint).map { ($0.entry.position, $0.statement) }
    }

    package func history(
        about subject: [UInt8], under checkpoint: VerifiedCheckpoint
    ) async throws -> [(entry: LogEntry, statement: VerifiedStatement)] {
        var positions = [UInt64]()
        for kind in [StatementKind.enrol, .retire] {
            positions += try await self.positions(about: subject, kind: kind)
        }
        var history = [(entry: LogEntry, statement: VerifiedStatement)]()
        for position in positions.sorted() where position < checkpoint.checkpoint.head.size {
            history.append(try await provenStatement(at: position, under: checkpoint))
        }
        return history
    }
}
