import API
import Contract
import Identity

// The policies of all routes: each says who is admitted, and is one of the checks in Callers.swift.

/// Who work at a custodian's desk: they admit patients, take permits, read and route requests.
private let deskRoles: [Role] = [.clinician, .registrar, .gateway]
/// Who put ciphertext into a custodian's vault.
private let depositingRoles: [Role] = [.clinician, .gateway]

private func notAllowed(_ detail: String) -> Problem { Problem(.notAllowed, detail) }

extension Policy where Caller == Signer {
    static let anySigner = Policy(
        Terms("any key that signs", .everySigner, refusal: notAllowed("the call is not signed"))
    ) { call, _ in Signer(call) }
}

extension Policy where Caller == Visitor {
    static let visitor = Policy(
        Terms("any key that signs", .everySigner, refusal: notAllowed("the call is not signed"))
    ) { call, records in try Visitor(call, records) }
}

extension Policy where Caller == NetworkParty {
    static let party = Policy(
        Terms(
            "members, admitted inboxes, validators, roots", .parties,
            refusal: notAllowed(
                "the signing key belongs to no member in force, and to no inbox that was admitted here"))
    ) { call, records in try NetworkParty(call, records) }
}

extension Policy where Caller == ActiveMember {
    static let member = Policy(
        Terms("members", .members(), refusal: notAllowed("the signing key is no active member's"))
    ) { call, records in try ActiveMember(call.key, records) }
}

extension Policy where Caller == NetworkValidator {
    static let validator = Policy(
        Terms(
            "validators", .activeValidators,
            refusal: notAllowed("the signing key is no validator's of this network"))
    ) { call, records in try NetworkValidator(call.key, records) }
}

extension Policy where Caller == StaffMember {
    private static func staff(_ roles: [Role]) -> Policy {
        Policy(
            Terms(
                "its own " + roles.map { "\($0)s" }.joined(separator: ", "), .staff(roles),
                refusal: notAllowed(
                    "only the organisation's own members may do this, in a role that allows it"))
        ) { call, records in try StaffMember(call, roles: roles, records) }
    }

    static let desk = staff(deskRoles)
    static let depositingStaff = staff(depositingRoles)
}

extension Policy where Caller == AdmittingParty {
    static let admitting = Policy(
        Terms(
            "its own " + deskRoles.map { "\($0)s" }.joined(separator: ", ") + "; its own root",
            .any(.staff(deskRoles), [.root(.own)]),
            refusal: notAllowed("only the organisation's desk or its root decides about who applies there"))
    ) { call, records in try AdmittingParty(call, deskRoles: deskRoles, records) }
}

extension Policy where Caller == Depositor {
    static let depositor = Policy(
        Terms(
            "its own clinicians, gateways; of grants and delegates the record's owner, of grants a delegate who decides, "
                + "up to \(Wire.envelopeBytesMax >> 10) KiB",
            cases: [
                .init(name: "a file", admitted: .staff(depositingRoles)),
                .init(
                    name: "a grant's envelope",
                    admitted: .any(.staff(depositingRoles), [.owner, .delegate])),
                .init(name: "a delegate's envelope", admitted: .any(.staff(depositingRoles), [.owner])),
            ],
            refusal: notAllowed(
                "only the organisation's clinicians and gateways store this, or the record's owner what a grant of its "
                    + "names"))
    ) { call, records in
        try Depositor(call, roles: depositingRoles, envelopeBytesMax: Wire.envelopeBytesMax, records)
    }
}

extension Policy where Caller == VaultInspector {
    static let vaultInspector = Policy(
        Terms(
            "auditors of auditing organisations; its own members",
            .any(.staff(Role.allCases), [.auditor]),
            refusal: notAllowed(
                "only auditing organisations' auditors and the organisation's own members may see what its vault holds"
            ))
    ) { call, records in try VaultInspector(call, records) }
}

extension Policy where Caller == Reader {
    /// What is absent and what is another's look the same.
    static let reader = Policy(
        Terms(
            "who recorded the release",
            cases: [
                .init(name: "one's own release", admitted: .releaseReaders),
                .init(name: "another's", admitted: []),
            ], refusal: .notFound)
    ) { call, records in try Reader(call, records) }
}

extension Policy where Caller == OwnRoot {
    static let ownRoot = Policy(
        Terms(
            "its own root", [.root(.own)],
            refusal: notAllowed("a revocation list is published by the organisation's root"))
    ) { call, records in try OwnRoot(call, records) }
}

extension Policy where Caller == Inbox {
    /// What is absent and what is another's look the same.
    static let inboxItself = Policy(
        Terms(
            "that inbox",
            cases: [
                .init(name: "one's own", admitted: .inboxesHere), .init(name: "another's", admitted: []),
            ], refusal: .notFound)
    ) { call, records in try Inbox(named: "inbox", call, records) }
}

extension Policy where Caller == LetterReader {
    static let letterReader = Policy(
        Terms(
            "members, admitted inboxes, validators, roots, each its own; its own desk's staff those to the desk",
            .parties,
            refusal: notAllowed(
                "the signing key belongs to no member in force, and to no inbox that was admitted here"))
    ) { call, records in try LetterReader(call, deskRoles: deskRoles, records) }
}

extension BodyPolicy where Body == SignedStatement, Caller == StatementBearer {
    static let statementBearer = BodyPolicy(
        Terms(
            "the statement's own signer; a validator that passes it on",
            cases: [
                .init(name: "one's own", admitted: .everySigner),
                .init(name: "another's", admitted: .activeValidators),
            ], refusal: notAllowed("the request is signed by another key than the statement"))
    ) { call, statement, records in try StatementBearer(call, statement, records) }
}

extension BodyPolicy where Body == Wire.Application, Caller == Applicant {
    static let applicant = BodyPolicy(
        Terms(
            "any key that was never a member's, for itself",
            cases: [
                .init(
                    name: "for oneself",
                    admitted: .any(
                        .inboxes, .activeValidators,
                        [.root(.own), .root(.other), .stranger, .owner, .delegate])),
                .init(name: "for another", admitted: []),
            ],
            refusal: notAllowed(
                "an inbox introduces itself, and was never a member's key; a suspended organisation takes none"
            ))
    ) { call, application, records in try Applicant(call, application, records) }
}

extension BodyPolicy where Body == Wire.MemberCard, Caller == CardBearer {
    static let cardBearer = BodyPolicy(
        Terms(
            "the member; its organisation's root",
            cases: [
                .init(name: "one's own", admitted: .any(.members(), [.root(.own)])),
                .init(name: "another member's of the organisation", admitted: [.root(.own)]),
            ], refusal: notAllowed("a card is shown by its member or by the organisation's root"))
    ) { call, card, records in try CardBearer(call, card, records) }
}

extension BodyPolicy where Body == Wire.Letter, Caller == LetterWriter {
    static let letterWriter = BodyPolicy(
        Terms(
            "members to the desk; its own desk's staff to its inboxes; inboxes that it has admitted to others",
            cases: [
                .init(name: "to the desk", admitted: .members()),
                .init(name: "to one of its inboxes", admitted: .staff(deskRoles)),
                .init(name: "to a member", admitted: .inboxAdmitted),
            ],
            refusal: notAllowed(
                "a letter goes from a member to the desk, from the desk to an inbox, or from an inbox"))
    ) { call, letter, records in try LetterWriter(call, letter, deskRoles: deskRoles, records) }
}
