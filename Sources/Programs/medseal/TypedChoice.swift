import ArgumentParser
import Contract

/// A choice of which people read what each case means.
protocol ExplainedChoice: Choice {
    var meaning: String { get }
}

/// One of the contract's choices as it is typed: by its name. (A choice itself would be shown by its number.)
struct TypedChoice<Value: ExplainedChoice>: ExpressibleByArgument {
    let value: Value

    init(_ value: Value) { self.value = value }

    init?(argument: String) {
        guard let value = Value(name: argument) else { return nil }
        self.value = value
    }

    static var allValueStrings: [String] { Value.names }
    static var allValueDescriptions: [String: String] {
        Dictionary(uniqueKeysWithValues: Value.allCases.map { ($0.name, $0.meaning) })
    }
    static var defaultCompletionKind: CompletionKind { .list(Value.names) }
    var defaultValueDescription: String { value.name }
}

extension Role: ExplainedChoice {
    var meaning: String {
        switch self {
        case .clinician: "deposits, asks for records, opens one in an emergency"
        case .registrar: "admits patients, passes requests on, holds records by law"
        case .gateway: "opens, adds to, seals anew and receives the organisation's records"
        case .officer: "asks an insurer's questions and fetches what was approved"
        case .auditor: "checks everything, reads nothing"
        }
    }
}

extension Purpose: ExplainedChoice {
    var meaning: String {
        switch self {
        case .treatment: "care of the patient"
        case .claim: "an insurer settles a claim"
        case .coverage: "an insurer decides what it covers"
        case .research: "a study"
        case .legal: "a proceeding before a court or an authority"
        case .removal: "the custodian asks to have a record erased"
        }
    }
}

extension GrantKind: ExplainedChoice {
    var meaning: String {
        switch self {
        case .read: "fetch and open"
        case .transfer: "keep it too"
        case .append: "add files to it"
        }
    }
}

extension CustodialReason: ExplainedChoice {
    var meaning: String {
        switch self {
        case .patientUnable: "the patient cannot be asked"
        case .permitsUsedUp: "the patient's stock of permits is used up"
        }
    }
}

extension HoldReason: ExplainedChoice {
    var meaning: String {
        switch self {
        case .retention: "the law asks for it to be kept for a time"
        case .proceedings: "a court or an authority has asked for it"
        }
    }
}

extension DelegateScope: ExplainedChoice {
    var meaning: String {
        switch self {
        case .read: "open the record"
        case .decide: "grant and revoke"
        case .readAndDecide: "both"
        }
    }
}

extension EmergencyRule: ExplainedChoice {
    var meaning: String {
        switch self {
        case .allowed: "two clinicians may open it"
        case .refused: "no one may"
        }
    }
}

extension EmergencyReason: ExplainedChoice {
    var meaning: String {
        switch self {
        case .unconscious: "the patient cannot be asked"
        case .lifeThreatening: "there is no time to ask"
        case .publicHealth: "others are in danger"
        }
    }
}

extension ReviewFinding: ExplainedChoice {
    var meaning: String {
        switch self {
        case .justified: "it was an emergency, and the record was needed"
        case .unjustified: "it was not"
        }
    }
}
