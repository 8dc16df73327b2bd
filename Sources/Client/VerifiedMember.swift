public import API
public import Age
public import Contract
import Foundation
import Identity
public import Remote
public import TransparencyLog

/// A member whose identity was verified: the only kind of value that a record key is ever wrapped for (T3).
///
/// The organisation's root, which the genesis pins, enrolled exactly this key, age recipient and certificate;
/// the enrolment is in the log that the ledger signed; the member was not retired and has not expired; the
/// certificate is of the organisation's authority.
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
        /// Statements about the key that are proven to be in the log, in their order.
        var history: [VerifiedStatement]
        /// The member's state as the server tells it.
        var state: MemberState?
    }

    /// Throws `unverified` or `refused`, which name what does not hold.
    init(_ key: PublicKey, evidence: Evidence, network: Network, now: LedgerTime) throws(ClientFailure) {
        func fails(_ what: String) -> ClientFailure {
            .unverified("the member \(key.hex.prefix(16)): \(what)")
        }
        let card = evidence.card
        guard card.key == key else { throw fails("the server shows somebody else's card") }
        guard let organisation = network.organisations.first(where: { $0.name == card.organisation }) else {
            throw fails("the organisation on its card is not of this network")
        }
        var enrolment: Enrol?
        for statement in evidence.history {
            guard statement.caller == organisation.root else { continue }
            switch statement.assertion {
            case .enrol(let it) where it.member == key && it.organisation == organisation.name: enrolment = it
            case .retire(let it) where it.member == key:
                throw .refused("the member was retired by \(organisation.name)")
            default: continue
            }
        }
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
        let certificate: MemberCertificate
        do {
            certificate = try MemberCertificate.verify(
                der, under: organisation.authority, at: Date(timeIntervalSince1970: TimeInterval(now)))
        } catch {
            throw ClientFailure(
                .unverified, "the certificate of \(key.hex.prefix(16)) does not hold", cause: error)
        }
        guard certificate.key == key, certificate.organisation == organisation.name,
            certificate.role == enrolment.role
        else { throw fails("the certificate names another key, organisation or role") }
        self.key = key
        self.organisation = organisation.name
        self.organisationKind = organisation.kind
        self.role = enrolment.role
        self.name = certificate.name
        self.recipient = recipient
        self.expires = enrolment.expires
    }

    /// How it is shown to people.
    public var shown: String { "\(SafeText.escaped(name)) (\(organisation), \(role.name))" }
}

extension Connection {
    /// Verifies a member's identity against the log under `checkpoint`. `card` is looked up where none is
    /// given.
    public func verifiedMember(
        _ key: PublicKey, under checkpoint: VerifiedCheckpoint, card: Wire.MemberCard? = nil
    ) async throws -> VerifiedMember {
        var found = card
        if found == nil {
            let members: Wire.Members = try await call(.get, Routes.members, query: [("key", key.hex)])
            found = members.members.first { $0.key == key }
        }
        guard let card = found else {
            throw ClientFailure.refused("the server knows no member \(key.hex.prefix(16))")
        }
        var history = [VerifiedStatement]()
        for kind in [StatementKind.enrol, .retire] {
            for position in try await positions(about: key.bytes, kind: kind)
            where position < checkpoint.checkpoint.head.size {
                history.append(try await provenStatement(at: position, under: checkpoint).statement)
            }
        }
        let evidence = VerifiedMember.Evidence(
            card: card, history: history, state: try await state(.member(key)))
        return try VerifiedMember(key, evidence: evidence, network: network, now: machineTime())
    }
}
