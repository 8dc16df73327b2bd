public import Contract

/// What a transaction asks of the chaincode: the arguments of its proposal, decoded.
public enum ChaincodeInvocation: Hashable, Sendable {
    /// One signed statement (COSE), to be decided on.
    case submit(statement: [UInt8])
    /// The values of some keys of the contract, in their order. Writes nothing.
    case read(keys: [StateKey])
    /// What the keys `network` and `clock` hold. Writes nothing.
    case status
    /// The network begins: empty, or with the log that a signed checkpoint (a note) speaks of.
    case begin(checkpoint: [UInt8]?)
    /// The next entries (`LogEntry`) of the log that the network began with.
    case `import`(leaves: [[UInt8]])

    /// Entries in one import, keys in one read.
    public static let itemsMax = 1_000

    /// The name of the function: the first argument.
    public var function: String {
        switch self {
        case .submit: "submit"
        case .read: "read"
        case .status: "status"
        case .begin: "begin"
        case .import: "import"
        }
    }

    /// The arguments that stand for it.
    public var arguments: [[UInt8]] {
        let rest: [[UInt8]] =
            switch self {
            case .submit(let statement): [statement]
            case .read(let keys): keys.map(\.bytes)
            case .status: []
            case .begin(let checkpoint): checkpoint.map { [$0] } ?? []
            case .import(let leaves): leaves
            }
        return [Array(function.utf8)] + rest
    }

    /// Throws `unknownFunction`, or `malformedArguments` where there are too few or too many.
    public init(arguments: [[UInt8]]) throws(ChaincodeError) {
        let rest = Array(arguments.dropFirst())
        switch arguments.first.map({ String(decoding: $0, as: UTF8.self) }) {
        case "submit" where rest.count == 1: self = .submit(statement: rest[0])
        case "read" where Self.isPage(rest) && rest.allSatisfy { (1...255).contains($0.count) }:
            self = .read(keys: rest.map { StateKey(bytes: $0) })
        case "status" where rest.isEmpty: self = .status
        case "begin" where rest.count <= 1: self = .begin(checkpoint: rest.first)
        case "import" where Self.isPage(rest): self = .import(leaves: rest)
        case "submit", "read", "status", "begin", "import":
            throw ChaincodeError(.malformedArguments)
        default: throw ChaincodeError(.unknownFunction)
        }
    }

    private static func isPage(_ items: [[UInt8]]) -> Bool { (1...itemsMax).contains(items.count) }
}
