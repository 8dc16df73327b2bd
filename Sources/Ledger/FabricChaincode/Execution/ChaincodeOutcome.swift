public import Contract

/// What comes of a transaction: the same bytes on every peer that endorses it.
public enum ChaincodeOutcome: Hashable, Sendable {
    case done(payload: [UInt8], event: Event? = nil, writes: [Write] = [])
    /// The contract refuses the statement.
    case rejected(RejectionCode)
    /// There was nothing that the contract could decide on.
    case refused(ChaincodeError)

    /// One value to be put into the channel's state; neither key nor value is ever empty.
    public struct Write: Hashable, Sendable {
        public let key: String
        public let value: [UInt8]

        init(_ key: String, _ value: [UInt8]) {
            precondition(!key.isEmpty && !value.isEmpty, "Fabric takes an empty value for a deletion")
            self.key = key
            self.value = value
        }

        init(_ write: Contract.Write) { self.init(ChaincodeKey.name(of: write.key), write.value) }
    }

    public struct Event: Hashable, Sendable {
        public let name: String
        public let payload: [UInt8]
    }

    /// The status of a response that can be committed.
    public static let success: Int32 = 200
    private static let rejections: Int32 = 1000

    /// The status of the response: 200, a refusal's number (501 to 599), or 1000 and the number of a
    /// rejection.
    public var status: Int32 {
        switch self {
        case .done: Self.success
        case .rejected(let code): Self.rejections + Int32(code.rawValue)
        case .refused(let refusal): refusal.code.rawValue
        }
    }

    /// `code NAME: EXPLANATION`; empty when there is nothing wrong.
    public var message: String {
        switch self {
        case .done: ""
        case .rejected(let code): "code \(code): \(code.explanation)"
        case .refused(let refusal):
            "code \(refusal.code): \(refusal.code.explanation)"
                + (refusal.detail.map { " (\($0))" } ?? "")
        }
    }

    /// The contract's code that a status of a response stands for; nil when it stands for something else.
    public static func rejection(status: Int32) -> RejectionCode? {
        guard status > rejections else { return nil }
        return RejectionCode(rawValue: UInt64(status - rejections))
    }

    public var payload: [UInt8] { if case .done(let payload, _, _) = self { payload } else { [] } }
    public var event: Event? { if case .done(_, let event, _) = self { event } else { nil } }
    /// In the order in which they are put: the contract's in its own order first.
    public var writes: [Write] { if case .done(_, _, let writes) = self { writes } else { [] } }
}
