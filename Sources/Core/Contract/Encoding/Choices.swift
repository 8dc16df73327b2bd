// The choices that fields offer: a number's meaning never changes (docs/reference/contract.md).

/// One of a few, numbered from 1 in their order.
public protocol Choice: RawRepresentable<UInt64>, CaseIterable, Hashable, Sendable {
    /// The names that people type and read, in the order of the numbers: `read-and-decide`.
    static var names: [String] { get }
}

extension Choice {
    public var name: String { Self.names[Int(rawValue) - 1] }

    public init?(name: String) {
        guard let choice = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = choice
    }
}

public enum OrganisationKind: UInt64, Choice, FieldValue {
    case hospital = 1
    case insurer = 2
    case laboratory = 3
    case auditor = 4
    case authority = 5

    public static let names = ["hospital", "insurer", "laboratory", "auditor", "authority"]

    /// Whether such an organisation keeps records of patients.
    public var isCustodian: Bool { self == .hospital || self == .laboratory }
}

public enum Role: UInt64, Choice, FieldValue {
    case clinician = 1
    case registrar = 2
    case gateway = 3
    case officer = 4
    case auditor = 5

    public static let names = ["clinician", "registrar", "gateway", "officer", "auditor"]
}

/// The kind of an age recipient; a record asks for at least its own.
public enum Suite: UInt64, Choice, FieldValue, Comparable {
    /// X25519.
    case classical = 1
    /// mlkem768x25519: ML-KEM-768 and X25519 together.
    case hybrid = 2

    public static let names = ["classical", "hybrid"]

    public static func < (one: Suite, other: Suite) -> Bool { one.rawValue < other.rawValue }
}

/// Whether an organisation takes part.
public enum Standing: UInt64, Choice, FieldValue {
    case suspended = 1
    case restored = 2

    public static let names = ["suspended", "restored"]
}

public enum Purpose: UInt64, Choice, FieldValue {
    case treatment = 1
    case claim = 2
    case coverage = 3
    case research = 4
    case legal = 5
    /// The custodian asks the patient to have a record removed.
    case removal = 6

    public static let names = ["treatment", "claim", "coverage", "research", "legal", "removal"]
}

public enum GrantKind: UInt64, Choice, FieldValue {
    case read = 1
    case transfer = 2
    /// A custodian's member may add files.
    case append = 3

    public static let names = ["read", "transfer", "append"]
}

/// Which of a record's files a grant is for.
public enum Coverage: UInt64, Choice, FieldValue {
    /// Those that there are when it is given.
    case present = 1
    /// Those, and what is added.
    case growing = 2
    /// Single ones, by a manifest of their own.
    case part = 3

    public static let names = ["present", "growing", "part"]
}

/// Why a record was made without a permit.
public enum CustodialReason: UInt64, Choice, FieldValue {
    /// The patient cannot be asked.
    case patientUnable = 1
    /// The patient's stock of permits is used up.
    case permitsUsedUp = 2

    public static let names = ["patient-unable", "permits-used-up"]
}

public enum HoldReason: UInt64, Choice, FieldValue {
    /// The law asks for the record to be kept for a time.
    case retention = 1
    /// A court or an authority has asked for it.
    case proceedings = 2

    public static let names = ["retention", "proceedings"]
}

public enum DelegateScope: UInt64, Choice, FieldValue {
    case read = 1
    /// To grant and to revoke.
    case decide = 2
    case readAndDecide = 3

    public static let names = ["read", "decide", "read-and-decide"]

    public var allowsReading: Bool { self != .decide }
    public var allowsDeciding: Bool { self != .read }
}

/// What a record's owner has said about emergencies.
public enum EmergencyRule: UInt64, Choice, FieldValue {
    case allowed = 1
    case refused = 2

    public static let names = ["allowed", "refused"]
}

public enum EmergencyReason: UInt64, Choice, FieldValue {
    case unconscious = 1
    case lifeThreatening = 2
    case publicHealth = 3

    public static let names = ["unconscious", "life-threatening", "public-health"]
}

/// What a review of an emergency has found.
public enum ReviewFinding: UInt64, Choice, FieldValue {
    case justified = 1
    case unjustified = 2

    public static let names = ["justified", "unjustified"]
}

public enum Verdict: UInt64, Choice, FieldValue {
    case approved = 1
    case rejected = 2

    public static let names = ["approved", "rejected"]
}

/// Why a release needs no grant.
public enum Basis: UInt64, Choice, FieldValue {
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

    public static let names = ["care", "administration", "owner", "delegate", "emergency"]
}

extension Purpose {
    /// Whether an organisation of this kind may have access for this purpose.
    func isOpen(to kind: OrganisationKind) -> Bool {
        switch self {
        case .claim, .coverage: true
        case .treatment, .research, .legal: kind != .insurer
        case .removal: false
        }
    }
}
