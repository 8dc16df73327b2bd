public import Contract

/// One thing about a stored ledger that is not as it was written.
public struct Finding: Hashable, Sendable {
    public enum Place: Hashable, Sendable {
        case entry(UInt64)
        /// The root of 2^level entries from position * 2^level on.
        case node(level: Int, position: UInt64)
        case state(StateKey)
        case subject([UInt8], position: UInt64)
        case checkpoint
        /// The Merkle tree as a whole.
        case tree
        /// The file beside the database.
        case anchor
        /// The database file or its structure as a whole.
        case database
    }

    public let place: Place
    public let problem: String

    public init(_ place: Place, _ problem: String) {
        self.place = place
        self.problem = problem
    }
}

extension Finding: CustomStringConvertible {
    public var description: String { "\(place): \(problem)" }
}

extension Finding.Place: CustomStringConvertible {
    public var description: String {
        switch self {
        case .entry(let position): "entry \(position)"
        case .node(let level, let position): "tree node \(level)/\(position)"
        case .state(let key): "state \(lowercaseHex(key.bytes))"
        case .subject(let subject, let position): "index of \(lowercaseHex(subject)) at \(position)"
        case .checkpoint: "checkpoint"
        case .tree: "tree"
        case .anchor: "anchor"
        case .database: "database"
        }
    }
}
