/// Goes through the fields of a statement (`StatementContent`): it reads them, writes them or shows them.
protocol FieldVisitor {
    associatedtype Failure: Error

    /// A field that must be there; `value` is nil for what reads it.
    mutating func required<Value: FieldValue>(
        _ number: UInt64, _ name: String, _ value: Value?
    ) throws(Failure) -> Value

    /// A field that may be left out.
    mutating func optional<Value: FieldValue>(
        _ number: UInt64, _ name: String, _ value: Value?
    ) throws(Failure) -> Value?
}

/// What can be the value of a field.
protocol FieldValue {
    var item: CBOR { get }
    /// Throws when `item` is no such value; `field` is its number.
    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> Self
    var text: FieldText { get }
}

extension FieldVisitor {
    /// A time, which is shown as one.
    mutating func time(
        _ number: UInt64, _ name: String, _ value: LedgerTime?
    ) throws(Failure) -> LedgerTime {
        try required(number, name, value.map { Moment(time: $0) }).time
    }

    mutating func optionalTime(
        _ number: UInt64, _ name: String, _ value: LedgerTime?
    ) throws(Failure) -> LedgerTime? {
        try optional(number, name, value.map { Moment(time: $0) })?.time
    }

    /// A signed message (`Permit.decode`), which may be left out so that its lack can be refused.
    mutating func permit(
        _ number: UInt64, _ name: String, _ value: [UInt8]?
    ) throws(Failure) -> [UInt8]? {
        try optional(number, name, value.map { PermitMessage(bytes: $0) })?.bytes
    }
}

/// Reads the fields of one statement in the order of their numbers; whatever is left over at the end is an
/// error.
struct FieldReader: FieldVisitor {
    private let pairs: [CBOR.Pair]
    private var position = 0

    init(_ item: CBOR) throws(CBOR.Malformed) {
        guard case .map(let pairs) = item else { throw CBOR.Malformed("the payload is not a map") }
        self.pairs = pairs
    }

    mutating func required<Value: FieldValue>(
        _ number: UInt64, _ name: String, _ value: Value?
    ) throws(CBOR.Malformed) -> Value {
        try Value.read(try item(number), field: number)
    }

    mutating func optional<Value: FieldValue>(
        _ number: UInt64, _ name: String, _ value: Value?
    ) throws(CBOR.Malformed) -> Value? {
        guard let item = optionalItem(number) else { return nil }
        return try Value.read(item, field: number)
    }

    /// A field of what is no statement of its own.
    mutating func value<Value: FieldValue>(_ number: UInt64) throws(CBOR.Malformed) -> Value {
        try Value.read(try item(number), field: number)
    }

    mutating func optionalItem(_ number: UInt64) -> CBOR? {
        guard position < pairs.count, pairs[position].key == number else { return nil }
        defer { position += 1 }
        return pairs[position].value
    }

    mutating func item(_ number: UInt64) throws(CBOR.Malformed) -> CBOR {
        guard let item = optionalItem(number) else { throw CBOR.Malformed("field \(number) is missing") }
        return item
    }

    func finish() throws(CBOR.Malformed) {
        guard position == pairs.count else {
            throw CBOR.Malformed("field \(pairs[position].key) is not known here")
        }
    }
}

/// Writes the fields of a statement as the pairs of its map.
struct FieldWriter: FieldVisitor, ContentVisitor {
    private(set) var pairs: [CBOR.Pair] = []

    init() { pairs.reserveCapacity(16) }

    mutating func append(_ number: UInt64, _ item: CBOR) { pairs.append(CBOR.Pair(number, item)) }

    mutating func visit<Content: StatementContent>(_ it: Content) { _ = Content(it, &self) }

    mutating func required<Value: FieldValue>(_ number: UInt64, _ name: String, _ value: Value?) -> Value {
        guard let value else { preconditionFailure("what is written has values") }
        append(number, value.item)
        return value
    }

    mutating func optional<Value: FieldValue>(_ number: UInt64, _ name: String, _ value: Value?) -> Value? {
        if let value { append(number, value.item) }
        return value
    }
}

/// A field of a statement: how it is written down and what people are shown.
public struct Field: Hashable, Sendable {
    public let number: UInt64
    public let name: String
    /// Whether it may be left out.
    public let isOptional: Bool
    /// Nil where it was left out.
    public let text: FieldText?
}

/// What a field says, but for how a time is written.
public enum FieldText: Hashable, Sendable {
    case text(String)
    case time(LedgerTime)
    case list([String])
}

extension Assertion {
    /// Every field of its kind from number 3 on, in the order in which they are signed.
    public var fields: [Field] {
        var list = FieldList()
        open(&list)
        return list.fields
    }
}

/// Lists the fields of a statement.
private struct FieldList: FieldVisitor, ContentVisitor {
    private(set) var fields: [Field] = []

    mutating func visit<Content: StatementContent>(_ it: Content) { _ = Content(it, &self) }

    mutating func required<Value: FieldValue>(_ number: UInt64, _ name: String, _ value: Value?) -> Value {
        guard let value else { preconditionFailure("what is shown has values") }
        fields.append(Field(number: number, name: name, isOptional: false, text: value.text))
        return value
    }

    mutating func optional<Value: FieldValue>(_ number: UInt64, _ name: String, _ value: Value?) -> Value? {
        fields.append(Field(number: number, name: name, isOptional: true, text: value?.text))
        return value
    }
}
