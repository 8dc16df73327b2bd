// The numbers of choices: a number's meaning never changes (docs/contract.md).

/// The kinds of statement. A number's meaning never changes (docs/contract.md).
public enum StatementKind: UInt64, Sendable, CaseIterable {
    case genesis = 1
    case admit = 2
    case suspend = 3
    case rotateRoot = 4
    case enrol = 5
    case retire = 6
    case deposit = 7
    case append = 8
    case request = 9
    case route = 10
    case answer = 11
    case grant = 12
    case revoke = 13
    case release = 14
    case acknowledge = 15
    case remove = 16
    case attestErasure = 17
    case hold = 18
    case delegate = 19
    case undelegate = 20
    case emergency = 21
    case review = 22
    case adopt = 23
    case reassign = 24
    case veto = 25
    /// Not a statement of its own: it is carried inside a deposit or a route.
    case permit = 26
    case reseal = 27
    case instruct = 28
    case dispatch = 29

    /// Whether others than the signer have to agree to it.
    var takesApprovals: Bool {
        [.admit, .suspend, .rotateRoot, .append, .reseal, .emergency, .reassign].contains(self)
    }
}

public enum OrganisationKind: UInt64, Sendable, CaseIterable {
    case hospital = 1
    case insurer = 2
    case laboratory = 3
    case auditor = 4
    case authority = 5

    /// Whether such an organisation keeps records of patients.
    public var isCustodian: Bool { self == .hospital || self == .laboratory }
}

public enum Role: UInt64, Sendable, CaseIterable {
    case clinician = 1
    case registrar = 2
    case gateway = 3
    case officer = 4
    case auditor = 5
}

/// The kind of an age recipient; a record asks for at least its own.
public enum Suite: UInt64, Sendable, CaseIterable, Comparable {
    /// X25519.
    case classical = 1
    /// mlkem768x25519: ML-KEM-768 and X25519 together.
    case hybrid = 2

    public static func < (one: Suite, other: Suite) -> Bool { one.rawValue < other.rawValue }
}

/// Whether an organisation takes part.
public enum Standing: UInt64, Sendable, CaseIterable {
    case suspended = 1
    case restored = 2
}

public enum Purpose: UInt64, Sendable, CaseIterable {
    case treatment = 1
    case claim = 2
    case coverage = 3
    case research = 4
    case legal = 5
    /// The custodian asks the patient to have a record removed.
    case removal = 6
}

public enum GrantKind: UInt64, Sendable, CaseIterable {
    case read = 1
    case transfer = 2
    /// A custodian's member may add files.
    case append = 3
}

/// Why a record was made without a permit.
public enum CustodialReason: UInt64, Sendable, CaseIterable {
    /// The patient cannot be asked.
    case patientUnable = 1
    /// The patient's stock of permits is used up.
    case permitsUsedUp = 2
}

public enum HoldReason: UInt64, Sendable, CaseIterable {
    /// The law asks for the record to be kept for a time.
    case retention = 1
    /// A court or an authority has asked for it.
    case proceedings = 2
}

public enum DelegateScope: UInt64, Sendable, CaseIterable {
    case read = 1
    /// To grant and to revoke.
    case decide = 2
    case readAndDecide = 3

    public var allowsReading: Bool { self != .decide }
    public var allowsDeciding: Bool { self != .read }
}

/// What a record's owner has said about emergencies.
public enum EmergencyRule: UInt64, Sendable, CaseIterable {
    case allowed = 1
    case refused = 2
}

public enum EmergencyReason: UInt64, Sendable, CaseIterable {
    case unconscious = 1
    case lifeThreatening = 2
    case publicHealth = 3
}

/// What a review of an emergency has found.
public enum ReviewFinding: UInt64, Sendable, CaseIterable {
    case justified = 1
    case unjustified = 2
}

public enum Verdict: UInt64, Sendable, CaseIterable {
    case approved = 1
    case rejected = 2
}

/// Why a release needs no grant.
public enum Basis: UInt64, Sendable, CaseIterable {
    /// The custodian's own staff, caring for the patient.
    case care = 1
    /// The custodian's own staff, administering the record.
    case administration = 2
    /// The record's owner.
    case owner = 3
    /// A guardian or proxy of the owner's.
    case delegate = 4
    /// An emergency that two clinicians have declared.
    case emergency = 5
}
