import API
import Contract
import Ledger
import Primitives

/// A field of a route's query: its name, and how its text is read.
struct QueryField<Value: Sendable>: Sendable {
    let name: String
    /// What the text must be, as an error says it.
    let form: String
    /// A regular expression that the text matches, for docs/reference/openapi.json.
    let pattern: String
    let isRequired: Bool
    let parse: @Sendable (String) -> Value?

    var description: QueryDescription {
        QueryDescription(name: name, form: form, pattern: pattern, isRequired: isRequired)
    }
}

/// What docs/reference/openapi.json says about a field.
struct QueryDescription: Sendable {
    let name: String
    let form: String
    let pattern: String
    let isRequired: Bool
}

extension QueryField<UInt64> {
    static func number(_ name: String) -> Self { number(name, isRequired: false) }
    static func required(_ name: String) -> Self { number(name, isRequired: true) }

    private static func number(_ name: String, isRequired: Bool) -> Self {
        Self(name: name, form: "a number", pattern: "^[0-9]{1,19}$", isRequired: isRequired) { decimal($0) }
    }
}

extension QueryField<[UInt8]> {
    /// Bytes in lowercase hexadecimal.
    static func bytes(_ name: String, max: Int) -> Self {
        Self(
            name: name, form: "lowercase hexadecimal of at most \(max) bytes",
            pattern: "^([0-9a-f]{2}){0,\(max)}$", isRequired: false
        ) { text in
            decodeLowercaseHex(Array(text.utf8)).flatMap { $0.count <= max ? $0 : nil }
        }
    }
}

extension QueryField<[UInt8]> {
    /// How a key of the state begins: a kind's byte and as much of an id as must be known.
    static let beginning = Self(
        name: "beginning",
        form: "lowercase hexadecimal of \(lengths.lowerBound) to \(lengths.upperBound) bytes",
        pattern: "^([0-9a-f]{2}){\(lengths.lowerBound),\(lengths.upperBound)}$", isRequired: true
    ) { text in
        decodeLowercaseHex(Array(text.utf8)).flatMap { lengths.contains($0.count) ? $0 : nil }
    }

    private static let lengths = 1 + StateKey.idPrefixBytesMin...33
}

extension QueryField {
    static func id<Meaning>(_ name: String) -> Self where Value == Bytes32<Meaning> {
        Self(
            name: name, form: "64 lowercase hexadecimal digits", pattern: "^[0-9a-f]{64}$", isRequired: false
        ) { Bytes32(hex: $0) }
    }
}

extension QueryField<BlobAddress> {
    /// A blob: what comes behind it is asked for.
    static let afterBlob = Self(
        name: "after", form: "a record's handle, a slash, and a blob's name",
        pattern: "^[0-9a-f]{64}/\(BlobName.pattern)$", isRequired: false
    ) { BlobAddress($0.utf8) }
}

extension QueryField<StatementKind> {
    static let kind = Self(
        name: "kind", form: "the number of a kind of statement", pattern: "^[0-9]{1,4}$", isRequired: false
    ) { decimal($0).flatMap(StatementKind.init(rawValue:)) }
}

extension QueryField<OrganisationName> {
    static let organisation = Self(
        name: "organisation", form: "an organisation's name", pattern: "^[a-z][a-z0-9-]{0,39}$",
        isRequired: false
    ) { OrganisationName($0) }
}

extension QueryField<Wire.Acknowledged> {
    static let until = Self(
        name: "until", form: "sequenced, durable or cosigned", pattern: "^(sequenced|durable|cosigned)$",
        isRequired: false
    ) { Wire.Acknowledged(rawValue: $0) }
}

/// Digits and nothing else: `UInt64.init` takes a sign too.
func decimal(_ text: some StringProtocol) -> UInt64? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
}
