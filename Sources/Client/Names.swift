public import Contract
import Remote

// The contract's choices by the names that people type and read.

extension Role {
    public static let names: [(name: String, role: Role)] = [
        ("clinician", .clinician), ("registrar", .registrar), ("gateway", .gateway), ("officer", .officer),
        ("auditor", .auditor),
    ]

    public init?(name: String) {
        guard let role = Self.names.first(where: { $0.name == name })?.role else { return nil }
        self = role
    }

    public var name: String { Self.names.first { $0.role == self }?.name ?? "unknown" }
}

extension Purpose {
    public static let names: [(name: String, purpose: Purpose)] = [
        ("treatment", .treatment), ("claim", .claim), ("coverage", .coverage), ("research", .research),
        ("legal", .legal),
    ]

    public init?(name: String) {
        guard let purpose = Self.names.first(where: { $0.name == name })?.purpose else { return nil }
        self = purpose
    }

    public var name: String { Self.names.first { $0.purpose == self }?.name ?? "unknown" }
}

extension GrantKind {
    public init?(name: String) {
        switch name {
        case "read": self = .read
        case "transfer": self = .transfer
        default: return nil
        }
    }

    public var name: String { self == .read ? "read" : "transfer" }
}

extension RequestState.Stage {
    public var name: String {
        switch self {
        case .open: "open"
        case .routed: "with the patient"
        case .approved: "approved"
        case .rejected: "rejected"
        }
    }
}
