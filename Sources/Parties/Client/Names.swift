public import Contract

extension StatementKind {
    /// As people type and read it: `attestErasure` is `attest-erasure`.
    public var name: String {
        "\(self)".reduce(into: "") { text, letter in
            text += letter.isUppercase ? "-" + letter.lowercased() : String(letter)
        }
    }
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
