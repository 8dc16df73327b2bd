import API
import Contract
import Foundation
import Identity
import Ledger
import Records

// What a policy establishes. Each of these values is made by the check that its name promises and by nothing
// else: who has one need not ask again. Those of one organisation are in OrganisationCallers.swift.

/// A key that signed the call.
struct Signer: Sendable {
    let key: PublicKey

    init(_ call: SignedCall) { key = call.key }
}

/// A member in force: enrolled, neither retired nor expired, of an organisation that is not suspended.
struct ActiveMember: Sendable {
    let key: PublicKey
    let organisation: OrganisationName
    let organisationKind: OrganisationKind
    let role: Role

    init?(_ key: PublicKey, _ records: RecordKeeping) throws {
        guard let member = try records.state(.member(key), as: MemberState.self), !member.retired,
            records.ledger.now() < member.expires,
            let organisation = try records.activeOrganisation(member.organisation)
        else { return nil }
        self.key = key
        self.organisation = member.organisation
        self.organisationKind = organisation.kind
        self.role = member.role
    }
}

/// A validator, as the genesis names it, of an organisation that is not suspended. The contract suspends none without which
/// the network's quorum could not be met.
struct NetworkValidator: Sendable {
    let organisation: OrganisationName

    init?(_ key: PublicKey, _ records: RecordKeeping) throws {
        guard let found = records.ledger.genesis.organisations.first(where: { $0.validator == key }),
            try records.activeOrganisation(found.name) != nil
        else { return nil }
        organisation = found.name
    }
}

/// Who belongs to the network: a member, a validator, an organisation's root, or a patient's inbox that one of
/// the organisations that are served here has admitted.
struct NetworkParty: Sendable {
    /// Whose member, validator, root or patient it is.
    let organisation: OrganisationName

    init?(_ call: SignedCall, _ records: RecordKeeping) throws {
        guard let organisation = try Self.organisation(of: call.key, records) else { return nil }
        self.organisation = organisation
    }

    private static func organisation(
        of key: PublicKey, _ records: RecordKeeping
    ) throws -> OrganisationName? {
        if let validator = try NetworkValidator(key, records) { return validator.organisation }
        if let member = try ActiveMember(key, records) { return member.organisation }
        let names = Set(records.ledger.genesis.organisations.map(\.name)).union(records.custodians.keys)
        for name in names where try records.activeOrganisation(name)?.root == key { return name }
        for custodian in records.custodians.values where try custodian.hasAdmitted(key) {
            return custodian.name
        }
        return nil
    }
}

/// Who may send a statement: its own signer, so that no other caller can hold a statement back and send it
/// when it suits; or a validator, which passes on what was handed to it because this server would not
/// take it.
struct StatementBearer: Sendable {
    let statement: SignedStatement

    init?(_ call: SignedCall, _ statement: SignedStatement, _ records: RecordKeeping) throws {
        guard try statement.caller == call.key || NetworkValidator(call.key, records) != nil else {
            return nil
        }
        self.statement = statement
    }
}

/// Who may show a member's card: the member, or the root of its organisation.
struct CardBearer: Sendable {
    let card: Wire.MemberCard

    init?(_ call: SignedCall, _ card: Wire.MemberCard, _ records: RecordKeeping) throws {
        let isOwn = try call.key == card.key && ActiveMember(call.key, records) != nil
        guard try isOwn || records.activeOrganisation(card.organisation)?.root == call.key
        else { return nil }
        self.card = card
    }
}

extension RecordKeeping {
    /// What a caller is told whom a policy does not admit. Who was a member and is no more learns of its end: that is why.
    func refusal(_ terms: Terms, of key: PublicKey) throws -> Problem {
        guard terms.refusal.type == .notAllowed,
            let member = try state(.member(key), as: MemberState.self)
        else { return terms.refusal }
        if member.retired {
            return Problem(
                .notAllowed,
                "\(member.organisation) has ended this member's key: its office enrols the member anew (medseal member enrol)"
            )
        }
        if ledger.now() >= member.expires {
            let end = Date(timeIntervalSince1970: TimeInterval(member.expires)).formatted(.iso8601)
            return Problem(
                .notAllowed,
                "this member's enrolment ended on \(end): the office of \(member.organisation) renews it (medseal member renew)"
            )
        }
        if try activeOrganisation(member.organisation) == nil {
            return Problem(
                .notAllowed,
                "\(member.organisation) is suspended: the other organisations restore it (medseal network restore)"
            )
        }
        return terms.refusal
    }

    /// The organisation's state; nil where it takes no part, or is suspended.
    func activeOrganisation(_ name: OrganisationName) throws -> OrganisationState? {
        guard let state = try state(.organisation(name), as: OrganisationState.self), !state.suspended else {
            return nil
        }
        return state
    }
}
