/// Why a statement was refused. Numbers are in the order of precedence: of all that is wrong, the lowest is
/// reported; a number's meaning never changes (docs/reference/contract.md).
public enum RejectionCode: UInt64, Error, Sendable, CaseIterable {
    // The statement itself.
    case malformed = 1
    case signatureInvalid = 2
    case replayed = 3
    case stale = 4
    case validityTooLong = 5
    // Who speaks.
    case organisationUnknown = 10
    case organisationSuspended = 11
    case notTheRoot = 12
    case memberUnknown = 13
    case memberOfOtherOrganisation = 14
    case memberRetired = 15
    case memberExpired = 16
    case organisationKindNotAllowed = 17
    case roleNotAllowed = 18
    case memberExists = 19
    case approvalMissing = 20
    case approverNotAllowed = 21
    case tooFewRoots = 22
    case organisationExists = 23
    // The patient's permission to record or to be asked.
    case permitMissing = 30
    case permitForOtherOrganisation = 31
    case permitExpired = 32
    case permitUsed = 33
    // The record.
    case recordExists = 40
    case recordUnknown = 41
    case clockBehindRecord = 42
    case notTheOwner = 43
    case notACustodian = 44
    case alreadyCustodian = 45
    case contentDiffers = 46
    case recordRemoved = 47
    case delegationEnded = 48
    case delegationTooNarrow = 49
    // The request.
    case custodianUnknown = 50
    case requestUnknown = 51
    case requestOfOtherCustodian = 52
    case requestAlreadyRouted = 53
    case requestNotRouted = 54
    case notTheAnsweringKey = 55
    case requestAlreadyAnswered = 56
    case requestExpired = 57
    case requestOfOtherMember = 58
    case purposeDiffers = 59
    // The grant and the release.
    case granteeUnknown = 60
    case grantUnknown = 61
    case grantForOtherRecord = 62
    case grantOfOtherKind = 63
    case notTheGrantee = 64
    case grantRevoked = 65
    case grantNotYetValid = 66
    case grantExpired = 67
    case releasesUsedUp = 68
    case basisMissing = 70
    case basisNotAllowed = 71
    case releaseMissing = 72
    case consentMissing = 73
    // The terms that were asked for.
    case expiryInvalid = 80
    case grantTooWide = 81
    case keyNotOneTime = 82
    case purposeNotAllowed = 83
    case suiteTooWeak = 84
    case filesNotAllowed = 85
    // What has become of it since.
    case recordOwned = 90
    case recordNotOwned = 91
    case nothingToErase = 92
    case recordHeld = 93
    case notHeld = 94
    case superseded = 95
    case reassignmentPending = 96
    case noReassignment = 97
    case emergenciesRefused = 98
    case emergencyUnknown = 99
    case emergencyForOtherRecord = 100
    case notTheReader = 101
    case emergencyEnded = 102
    case alreadyReviewed = 103
    case reviewerNotAllowed = 104
    case nothingChanges = 105
    case lastOrganisation = 106
    case emergencyRuns = 107
    case grantLapsed = 108
    case quorumUnreachable = 109

    /// What was wrong, for people; it names no id and no content.
    public var explanation: String {
        switch self {
        case .malformed: "the statement is malformed"
        case .signatureInvalid: "a signature does not hold, or was made for another network"
        case .replayed: "this very statement is on the ledger already"
        case .stale: "the statement's validity has ended"
        case .validityTooLong: "the statement claims to be valid for more than a day"
        case .organisationUnknown: "the network knows no such organisation"
        case .organisationSuspended: "the organisation is suspended"
        case .notTheRoot: "only the organisation's root may say this"
        case .memberUnknown: "the key is no member's"
        case .memberOfOtherOrganisation: "the key belongs to a member of another organisation"
        case .memberRetired: "the member was retired"
        case .memberExpired: "the member's enrolment has expired"
        case .organisationKindNotAllowed: "an organisation of this kind may not do this"
        case .roleNotAllowed: "the member's role does not allow this"
        case .memberExists: "this key is enrolled already"
        case .approvalMissing: "somebody who must agree to this has not signed it"
        case .approverNotAllowed: "whoever agreed to this is not one who may"
        case .tooFewRoots: "not more than half of the organisations agree"
        case .organisationExists: "there is an organisation of this name already"
        case .permitMissing: "medical data saving: access denied: the patient has given no permit"
        case .permitForOtherOrganisation:
            "medical data saving: access denied: the patient's permit is for another organisation"
        case .permitExpired: "medical data saving: access denied: the patient's permit has expired"
        case .permitUsed: "medical data saving: access denied: the patient's permit was used before"
        case .recordExists: "there is a record of this handle already"
        case .recordUnknown: "there is no such record"
        case .clockBehindRecord: "the ledger's time is earlier than what this record has seen"
        case .notTheOwner: "only the record's owner may say this"
        case .notACustodian: "the organisation is not a custodian of this record"
        case .alreadyCustodian: "the organisation is a custodian of this record already"
        case .contentDiffers: "the hashes are not those of the record"
        case .recordRemoved: "medical data access denied: the record was removed by its owner's order"
        case .delegationEnded: "the delegation has ended, or there was none"
        case .delegationTooNarrow: "the delegation does not cover this"
        case .custodianUnknown: "there is no such custodian"
        case .requestUnknown: "there is no such request"
        case .requestOfOtherCustodian: "the request was made to another custodian"
        case .requestAlreadyRouted: "the request was routed already"
        case .requestNotRouted: "the request was not routed to a patient"
        case .notTheAnsweringKey: "only the key that the request was routed to may answer"
        case .requestAlreadyAnswered: "the request was answered already"
        case .requestExpired: "the request has expired"
        case .requestOfOtherMember: "the request was made by somebody else than the grantee"
        case .purposeDiffers: "the request was made for another purpose"
        case .granteeUnknown: "the grantee is no active member of that organisation"
        case .grantUnknown: "medical data access denied: the patient has granted nothing of the kind"
        case .grantForOtherRecord: "medical data access denied: the grant is for another record"
        case .grantOfOtherKind: "medical data access denied: the grant is for something else"
        case .notTheGrantee: "medical data access denied: the grant is for somebody else"
        case .grantRevoked: "medical data access denied: the patient has revoked the grant"
        case .grantNotYetValid: "medical data access denied: the grant is not valid yet"
        case .grantExpired: "medical data access denied: the grant has expired"
        case .releasesUsedUp:
            "medical data access denied: all the releases that the patient allowed were used"
        case .basisMissing: "medical data access denied: neither a grant nor a basis was named"
        case .basisNotAllowed: "medical data access denied: this basis is not open to the caller"
        case .releaseMissing:
            "medical data saving: access denied: nothing was released to the caller under this grant"
        case .consentMissing: "medical data saving: access denied: the record's owner has not agreed to this"
        case .expiryInvalid: "the end lies before the beginning, in the past or too far ahead"
        case .grantTooWide: "the grant lasts too long or allows too many releases or none"
        case .keyNotOneTime: "a key that speaks for somebody already cannot be taken for this"
        case .purposeNotAllowed: "an organisation of this kind has no access for this purpose"
        case .suiteTooWeak: "the recipient's key is of a weaker kind than the record asks for"
        case .filesNotAllowed:
            "the files are in the record already, or it was added to too often"
        case .recordOwned: "the record has an owner"
        case .recordNotOwned: "the record has no owner yet"
        case .nothingToErase: "there is nothing that had to be erased"
        case .recordHeld: "the custodian must keep the record for now"
        case .notHeld: "the record is not held"
        case .superseded: "medical data access denied: the record was sealed anew or changed since"
        case .reassignmentPending: "the record is to get another owner"
        case .noReassignment: "there is nothing to veto"
        case .emergenciesRefused:
            "medical data access denied: the patient refuses emergencies for this record"
        case .emergencyUnknown: "medical data access denied: no such emergency was declared"
        case .emergencyForOtherRecord: "medical data access denied: the emergency is for another record"
        case .notTheReader: "medical data access denied: the emergency names another reader"
        case .emergencyEnded: "medical data access denied: the emergency has ended"
        case .alreadyReviewed: "the reviewer has said already what it found"
        case .reviewerNotAllowed: "somebody else has to review this"
        case .nothingChanges: "it is so already"
        case .lastOrganisation: "the last organisation that takes part cannot be suspended"
        case .quorumUnreachable:
            "without its validator the network's quorum could not be met any more"
        case .emergencyRuns: "the emergency has not ended: it is reviewed after its end"
        case .grantLapsed:
            "medical data access denied: whoever gave the grant has no say over the record any more"
        }
    }
    /// What its reader can do next, for people: each command that it names stands between backquotes.
    public var advice: String {
        switch self {
        case .malformed:
            "repeat the command with the newest version of the program, and report it if that does not help"
        case .signatureInvalid: "check that home and network belong together, then give the command again"
        case .replayed: "nothing is left to do"
        case .stale: "check this machine's clock, then give the command again"
        case .validityTooLong: "check this machine's clock, then sign for a day at most"
        case .organisationUnknown: "check its name, or have it admitted (`medseal network admit`)"
        case .organisationSuspended: "the other organisations can restore it (`medseal network restore`)"
        case .notTheRoot: "have that organisation's office do it, with its own passphrase"
        case .memberUnknown: "check the key, or have the office enrol the member (`medseal member enrol`)"
        case .memberOfOtherOrganisation:
            "name the member's own organisation (`medseal member list` shows it)"
        case .memberRetired: "have the office enrol the member again (`medseal member enrol`)"
        case .memberExpired: "have the office renew it (`medseal member renew`)"
        case .organisationKindNotAllowed: "have an organisation do it that may"
        case .roleNotAllowed:
            """
            ask a colleague who has the role (`medseal member list`), or have the office change yours \
            (`medseal member renew`)
            """
        case .memberExists: "renew it instead (`medseal member renew`)"
        case .approvalMissing: "have them agree to the draft (`medseal agree`), then submit it again"
        case .approverNotAllowed: "make a new draft, for another to agree to"
        case .tooFewRoots: "have more of them agree to the draft (`medseal network agree`)"
        case .organisationExists: "choose another name"
        case .permitMissing: "ask the patient for permits (`medseal wallet top-up`)"
        case .permitForOtherOrganisation: "ask the patient for permits of your own (`medseal wallet top-up`)"
        case .permitExpired: "ask the patient for new permits (`medseal wallet top-up`)"
        case .permitUsed:
            """
            give the command again, which takes the next permit, or ask the patient for more \
            (`medseal wallet top-up`)
            """
        case .recordExists: "deposit the files again, which makes another handle (`medseal deposit --again`)"
        case .recordUnknown: "check its id (`medseal records` and `medseal ledger list` show ids)"
        case .clockBehindRecord: "tell the ledger's operator to set its clock, and try again later"
        case .notTheOwner: "have the patient do it, from the wallet that owns the record"
        case .notACustodian: "ask a hospital that keeps the record"
        case .alreadyCustodian: "nothing is left to do"
        case .contentDiffers: "make the command's draft anew from the record as it is now"
        case .recordRemoved:
            """
            the files can be deposited as a new record, if the patient permits it \
            (`medseal deposit --again`)
            """
        case .delegationEnded: "ask the patient to entrust the record again (`medseal delegate`)"
        case .delegationTooNarrow: "ask the patient for a wider scope (`medseal delegate --scope`)"
        case .custodianUnknown:
            "check the hospital's name (`medseal member list` shows those that take part)"
        case .requestUnknown: "check its id (`medseal requests` and `medseal inbox` show ids)"
        case .requestOfOtherCustodian:
            "have that hospital act on it, or make a request to yours (`medseal request`)"
        case .requestAlreadyRouted: "wait for the patient's answer (`medseal requests --all` shows it)"
        case .requestNotRouted: "pass it on to the patient first (`medseal route`)"
        case .notTheAnsweringKey:
            "have the patient answer, with the wallet that the request was passed on to"
        case .requestAlreadyAnswered:
            "make a new request (`medseal request`); a patient can grant without one (`medseal grant`)"
        case .requestExpired: "make a new request (`medseal request`)"
        case .requestOfOtherMember:
            "grant it to the member who asked, or grant without a request (`medseal grant`)"
        case .purposeDiffers: "name the purpose of the request, or grant without one (`medseal grant`)"
        case .granteeUnknown:
            "check the key (`medseal member list`), and have the office renew the member if it has ended"
        case .grantUnknown:
            "ask the patient for it (`medseal request`); `medseal grants` lists what there is"
        case .grantForOtherRecord: "name the grant for this record (`medseal grants` lists them)"
        case .grantOfOtherKind: "ask the patient for one of the right kind (`medseal request`)"
        case .notTheGrantee: "ask the patient for a grant of your own (`medseal request`)"
        case .grantRevoked: "ask the patient again (`medseal request`)"
        case .grantNotYetValid: "wait until it begins (`medseal grants` shows when)"
        case .grantExpired: "ask the patient again (`medseal request`)"
        case .releasesUsedUp: "ask the patient again (`medseal request`)"
        case .basisMissing: "name one (`medseal fetch --grant`, or `--basis` with `--record`)"
        case .basisNotAllowed:
            "have a gateway of the hospital do it, or ask the patient for a grant (`medseal request`)"
        case .releaseMissing: "fetch the record under the grant first (`medseal receive` does both)"
        case .consentMissing: "have the patient agree to the draft (`medseal agree`), then submit it again"
        case .expiryInvalid: "choose another end"
        case .grantTooWide: "choose fewer days or another number of releases (`--days`, `--releases`)"
        case .keyNotOneTime: "give the command again, which takes a fresh key"
        case .purposeNotAllowed: "choose a purpose that is open to the organisation"
        case .suiteTooWeak:
            "have the office give the member hybrid keys (`medseal member rotate`), then grant to the new key"
        case .filesNotAllowed:
            "leave out files that it has, or have it sealed anew (`medseal record reseal`)"
        case .recordOwned: "ask its owner"
        case .recordNotOwned: "have a gateway give it to its patient first (`medseal record adopt`)"
        case .nothingToErase: "nothing is left to do"
        case .recordHeld:
            "wait until the hold ends, or have a registrar lift it (`medseal record hold --lift`)"
        case .notHeld: "nothing is left to do"
        case .superseded:
            "look at the record as it is now (`medseal records`, `medseal grants`), and ask for that"
        case .reassignmentPending:
            "wait until it has taken effect; the old wallet can veto it (`medseal veto`)"
        case .noReassignment: "nothing is left to do"
        case .emergenciesRefused: "ask the patient or a guardian for a grant (`medseal request`)"
        case .emergencyUnknown:
            "check its id (`medseal emergency list`), or declare one (`medseal emergency declare`)"
        case .emergencyForOtherRecord: "declare one for this record (`medseal emergency declare`)"
        case .notTheReader:
            "have that reader fetch the record, or declare one that names you (`medseal emergency declare`)"
        case .emergencyEnded: "declare another if there is still need (`medseal emergency declare`)"
        case .alreadyReviewed: "nothing is left to do"
        case .reviewerNotAllowed: "have the record's owner or an auditing organisation review it"
        case .nothingChanges: "nothing is left to do"
        case .lastOrganisation: "have another organisation admitted first (`medseal network admit`)"
        case .emergencyRuns: "review it then (`medseal emergency review`)"
        case .grantLapsed: "ask the record's owner of today (`medseal request`)"
        case .quorumUnreachable:
            "have another organisation admitted first whose validator counts (`medseal network admit`)"
        }
    }

    /// What was wrong and what comes next, as people are told.
    public var sentence: String { "\(explanation); \(advice)" }
}
