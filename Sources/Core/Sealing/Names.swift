public import Contract

/// A choice of the contract's by the name that people type and read: `readAndDecide` is `read-and-decide`.
public protocol NamedChoice: CaseIterable, Sendable {}

extension NamedChoice {
    public init?(name: String) {
        guard let choice = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = choice
    }

    public var name: String {
        "\(self)".reduce(into: "") { text, letter in
            text += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
        }
    }

    public static var names: [String] { allCases.map(\.name) }
}

extension OrganisationKind: NamedChoice {}
extension Role: NamedChoice {}
extension Suite: NamedChoice {}
extension Standing: NamedChoice {}
extension Purpose: NamedChoice {}
extension GrantKind: NamedChoice {}
extension Verdict: NamedChoice {}
extension Basis: NamedChoice {}
extension CustodialReason: NamedChoice {}
extension HoldReason: NamedChoice {}
extension DelegateScope: NamedChoice {}
extension EmergencyRule: NamedChoice {}
extension EmergencyReason: NamedChoice {}
extension ReviewFinding: NamedChoice {}
extension StatementKind: NamedChoice {}

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
