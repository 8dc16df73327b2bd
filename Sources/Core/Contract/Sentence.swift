/// What a statement has done, as a sentence. Who a key belongs to and how a time is written, whoever shows it
/// knows.
public struct Sentence: ExpressibleByStringInterpolation, Hashable, Sendable {
    public enum Part: Hashable, Sendable {
        case text(String)
        /// Whoever signed the statement.
        case signer
        /// The one to whom this key belongs.
        case holder(PublicKey)
        case time(LedgerTime)
    }

    public let parts: [Part]

    /// Stands for whoever signed the statement.
    public struct Signer: Sendable {}

    public init(stringLiteral value: String) { parts = [.text(value)] }

    public init(stringInterpolation: StringInterpolation) { parts = stringInterpolation.parts }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            parts.reserveCapacity(2 * interpolationCount + 1)
        }

        public mutating func appendLiteral(_ literal: String) { parts.append(.text(literal)) }

        public mutating func appendInterpolation(_ signer: Signer) { parts.append(.signer) }
        public mutating func appendInterpolation(_ text: String) { parts.append(.text(text)) }
        public mutating func appendInterpolation(_ number: Int) { parts.append(.text(String(number))) }
        public mutating func appendInterpolation(_ number: UInt64) { parts.append(.text(String(number))) }
        public mutating func appendInterpolation(_ name: OrganisationName) {
            parts.append(.text(name.description))
        }
        public mutating func appendInterpolation<Value: Choice>(_ choice: Value) {
            parts.append(.text(choice.name))
        }
        public mutating func appendInterpolation(_ sentence: Sentence) { parts += sentence.parts }
        public mutating func appendInterpolation(time: LedgerTime) { parts.append(.time(time)) }
        public mutating func appendInterpolation(holder key: PublicKey) { parts.append(.holder(key)) }
        /// The beginning of an id or key.
        public mutating func appendInterpolation<Meaning>(short id: Bytes32<Meaning>) {
            parts.append(.text(lowercaseHex(id.bytes.prefix(8))))
        }
    }
}
