import API
import Contract
import Desk
import Records

// What a policy establishes about a caller at the organisation that the path names.

/// A member in force of the organisation in the path, in one of the roles that were asked for.
struct StaffMember: Sendable {
    let custodian: Custodian

    init?(_ call: SignedCall, roles: [Role], _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        guard let member = try ActiveMember(call.key, records), member.organisation == custodian.name,
            roles.contains(member.role)
        else { return nil }
        self.custodian = custodian
    }
}

/// Who decides about applications at the organisation in the path: its desk's staff, and its root.
struct AdmittingParty: Sendable {
    let custodian: Custodian

    init?(_ call: SignedCall, deskRoles: [Role], _ records: RecordKeeping) throws {
        guard
            let custodian = try StaffMember(call, roles: deskRoles, records)?.custodian
                ?? OwnRoot(call, records)?.custodian
        else { return nil }
        self.custodian = custodian
    }
}

/// A patient's inbox at the organisation in the path, admitted there or not.
struct Inbox: Sendable {
    let key: PublicKey
    let custodian: Custodian

    init?(_ call: SignedCall, _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        guard try custodian.hasInbox(call.key) else { return nil }
        self.key = call.key
        self.custodian = custodian
    }

    /// The inbox that the path names, calling itself.
    init?(named parameter: String, _ call: SignedCall, _ records: RecordKeeping) throws {
        let named: PublicKey = try call.path(parameter)
        self.init(try Inbox(call, records), named)
    }

    private init?(_ inbox: Inbox?, _ named: PublicKey) {
        guard let inbox, inbox.key == named else { return nil }
        self = inbox
    }
}

/// A key that introduces itself as a patient's inbox at the organisation in the path, which is not suspended: it was never
/// a member's.
struct Applicant: Sendable {
    let key: PublicKey
    let custodian: Custodian

    init?(_ call: SignedCall, _ application: Wire.Application, _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        guard application.inbox == call.key, try records.activeOrganisation(custodian.name) != nil,
            try records.state(.member(call.key), as: MemberState.self) == nil
        else { return nil }
        self.key = call.key
        self.custodian = custodian
    }
}

/// A key that signed, at the organisation in the path.
struct Visitor: Sendable {
    let custodian: Custodian

    init(_ call: SignedCall, _ records: RecordKeeping) throws {
        custodian = try records.custodian(of: call)
    }
}

/// The root of the organisation in the path, as the ledger has it now.
struct OwnRoot: Sendable {
    let custodian: Custodian

    init?(_ call: SignedCall, _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        guard try records.activeOrganisation(custodian.name)?.root == call.key else { return nil }
        self.custodian = custodian
    }
}

/// Who may store the blob in the path, under the record in the path, at the organisation in the path, and how large.
struct Depositor: Sendable {
    let custodian: Custodian
    let record: RecordHandle
    let blob: BlobName
    let ciphertextBytesMax: Int
    let isStaff: Bool

    /// Staff in `roles` store blobs of any kind and size. A record's own key stores what its statements may name: an
    /// owner envelopes of grants and delegates, a delegate who decides those of grants.
    init?(_ call: SignedCall, roles: [Role], envelopeBytesMax: Int, _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        (record, blob) = (try call.path("record"), try call.blob("blob"))
        self.custodian = custodian
        if try StaffMember(call, roles: roles, records) != nil {
            (ciphertextBytesMax, isStaff) = (Int.max, true)
            return
        }
        switch (try records.recordKey(call.key, of: record, at: custodian), blob.kind) {
        case (.owner, .grantEnvelope), (.owner, .delegateEnvelope), (.decidingDelegate, .grantEnvelope),
            (.owner, .grantManifest), (.decidingDelegate, .grantManifest):
            (ciphertextBytesMax, isStaff) = (envelopeBytesMax, false)
        default: return nil
        }
    }
}

/// Who may see what the vault of the organisation in the path holds: its own members, and the auditors of an auditing
/// organisation. A role that an organisation gives to its own members opens no other's vault.
struct VaultInspector: Sendable {
    let custodian: Custodian
    /// Whose member it is.
    let organisation: OrganisationName

    init?(_ call: SignedCall, _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        guard let member = try ActiveMember(call.key, records),
            member.organisation == custodian.name
                || member.role == .auditor && member.organisationKind == .auditor
        else { return nil }
        self.custodian = custodian
        self.organisation = member.organisation
    }
}

/// Who recorded the release in the path, at the organisation in the path.
struct Reader: Sendable {
    let release: ReleaseState

    init?(_ call: SignedCall, _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        guard let release = try records.state(.release(try call.path("release")), as: ReleaseState.self),
            release.reader == call.key, release.custodian == custodian.name
        else { return nil }
        self.release = release
    }
}

/// Who may leave a letter at the organisation in the path: any member to its desk, its desk's staff to its
/// inboxes, its inboxes to members.
struct LetterWriter: Sendable {
    let custodian: Custodian
    /// Of a member.
    let organisation: OrganisationName?

    init?(_ call: SignedCall, _ letter: Wire.Letter, deskRoles: [Role], _ records: RecordKeeping) throws {
        let custodian = try records.custodian(of: call)
        let member = try ActiveMember(call.key, records)
        let mayWrite =
            switch letter.addressee {
            case .desk: member != nil
            case .key(let key):
                // To a key that is no member's, and perhaps an inbox's: who is refused does not learn which.
                if try records.state(.member(key), as: MemberState.self) == nil {
                    try custodian.hasInbox(key) && StaffMember(call, roles: deskRoles, records) != nil
                } else {
                    try custodian.hasAdmitted(call.key)
                }
            }
        guard mayWrite else { return nil }
        self.custodian = custodian
        organisation = member?.organisation
    }
}

/// Who may ask the organisation in the path for letters: every party of the network, for its own.
struct LetterReader: Sendable {
    let key: PublicKey
    let custodian: Custodian
    /// Whether it reads the desk's letters too.
    let readsDesk: Bool

    init?(_ call: SignedCall, deskRoles: [Role], _ records: RecordKeeping) throws {
        custodian = try records.custodian(of: call)
        guard try NetworkParty(call, records) != nil else { return nil }
        key = call.key
        readsDesk = try StaffMember(call, roles: deskRoles, records) != nil
    }
}

extension Custodian {
    /// Whether the inbox is admitted; nil when there is none of that key.
    func admission(of key: PublicKey) throws -> Bool? { try desk.isAdmitted(inbox: key.bytes) }

    func hasInbox(_ key: PublicKey) throws -> Bool { try admission(of: key) != nil }

    func hasAdmitted(_ key: PublicKey) throws -> Bool { try admission(of: key) == true }
}

extension RecordKeeping {
    /// The organisation in the path, served by this process. Throws a `Problem` when it is not.
    fileprivate func custodian(of call: SignedCall) throws -> Custodian {
        guard let name = call.parameter("organisation").flatMap({ OrganisationName($0) }),
            let custodian = custodians[name]
        else { throw SignedCall.organisationNotServed }
        return custodian
    }
}
