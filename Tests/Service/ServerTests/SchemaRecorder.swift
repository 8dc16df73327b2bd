import API
import Contract
import Foundation

/// The JSON schemas of types that are decoded: each type is given a decoder that notes what it asks for, so that a
/// schema can say nothing else than the type does.
final class SchemaRecorder {
    /// The schemas of the types that are objects, by their names.
    private(set) var objects: [String: [String: Any]] = [:]

    /// The type's schema; of an object a reference to the one in `objects`.
    func schema<Value: Decodable>(of type: Value.Type) throws -> [String: Any] {
        try note(type).schema
    }

    fileprivate func note<Value: Decodable>(_ type: Value.Type) throws -> (
        schema: [String: Any], example: Value
    ) {
        if let described = type as? any Described.Type {
            guard let example = try described.example(self) as? Value else { preconditionFailure("\(type)") }
            return (try described.schema(self), example)
        }
        let name = String(describing: type)
        let fields = Fields(self)
        let example = try Value(from: fields)
        objects[name] = [
            "type": "object", "properties": fields.properties, "required": fields.required.sorted(),
        ]
        return (["$ref": "#/components/schemas/\(name)"], example)
    }
}

/// A value that is no object in JSON.
private protocol Described: Decodable {
    static func schema(_ recorder: SchemaRecorder) throws -> [String: Any]
    static func example(_ recorder: SchemaRecorder) throws -> Self
}

extension String: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] { ["type": "string"] }
    fileprivate static func example(_: SchemaRecorder) -> String { "" }
}

extension Bool: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] { ["type": "boolean"] }
    fileprivate static func example(_: SchemaRecorder) -> Bool { false }
}

extension UInt64: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "integer", "minimum": 0, "maximum": Int64.max]
    }
    fileprivate static func example(_: SchemaRecorder) -> UInt64 { 0 }
}

extension Int: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "integer", "minimum": Int64.min, "maximum": Int64.max]
    }
    fileprivate static func example(_: SchemaRecorder) -> Int { 0 }
}

extension Data: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"]
    }
    fileprivate static func example(_: SchemaRecorder) -> Data { Data() }
}

extension Bytes32: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "pattern": "^[0-9a-f]{64}$"]
    }
    fileprivate static func example(_: SchemaRecorder) -> Bytes32 {
        Bytes32([UInt8](repeating: 0, count: 32))!
    }
}

extension BlobName: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "pattern": "^\(BlobName.pattern)$"]
    }
    fileprivate static func example(_: SchemaRecorder) -> BlobName {
        BlobName(Digest([UInt8](repeating: 0, count: 32))!, .file)
    }
}

extension OrganisationName: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "pattern": "^[a-z][a-z0-9-]{0,39}$"]
    }
    fileprivate static func example(_: SchemaRecorder) -> OrganisationName { OrganisationName("a")! }
}

extension Wire.Addressee: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "pattern": "^(desk|[0-9a-f]{64})$"]
    }
    fileprivate static func example(_: SchemaRecorder) -> Wire.Addressee { .desk }
}

extension Wire.Acknowledged: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "enum": allCases.map(\.rawValue)]
    }
    fileprivate static func example(_: SchemaRecorder) -> Wire.Acknowledged { .durable }
}

extension Wire.Health.Code: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "enum": allCases.map(\.rawValue)]
    }
    fileprivate static func example(_: SchemaRecorder) -> Wire.Health.Code { .full }
}

extension Problem.Kind: Described {
    fileprivate static func schema(_: SchemaRecorder) -> [String: Any] {
        ["type": "string", "enum": allCases.map(\.rawValue)]
    }
    fileprivate static func example(_: SchemaRecorder) -> Problem.Kind { .notFound }
}

extension Array: Described where Element: Decodable {
    fileprivate static func schema(_ recorder: SchemaRecorder) throws -> [String: Any] {
        ["type": "array", "items": try recorder.schema(of: Element.self)]
    }
    fileprivate static func example(_: SchemaRecorder) -> [Element] { [] }
}

extension Dictionary: Described where Key == String, Value: Decodable {
    fileprivate static func schema(_ recorder: SchemaRecorder) throws -> [String: Any] {
        ["type": "object", "additionalProperties": try recorder.schema(of: Value.self)]
    }
    fileprivate static func example(_: SchemaRecorder) -> [String: Value] { [:] }
}

// MARK: The decoder

/// A decoder of one object that notes its fields.
private final class Fields: Decoder {
    let recorder: SchemaRecorder
    var properties: [String: Any] = [:]
    var required: [String] = []
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(_ recorder: SchemaRecorder) { self.recorder = recorder }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Container<Key>(fields: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Self.undescribed }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Self.undescribed }

    static let undescribed = DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "the type is no object: describe it in SchemaRecorder"))
}

private struct Container<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let fields: Fields
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_: Key) -> Bool { true }
    func decodeNil(forKey _: Key) -> Bool { false }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (schema, example) = try fields.recorder.note(type)
        fields.properties[key.stringValue] = schema
        fields.required.append(key.stringValue)
        return example
    }

    private func optional<Value: Decodable>(_ type: Value.Type, _ key: Key) throws -> Value? {
        fields.properties[key.stringValue] = try fields.recorder.schema(of: type)
        return nil
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try optional(type, key)
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy _: Nested.Type, forKey _: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Fields.undescribed }
    func nestedUnkeyedContainer(forKey _: Key) throws -> any UnkeyedDecodingContainer {
        throw Fields.undescribed
    }
    func superDecoder() throws -> any Decoder { throw Fields.undescribed }
    func superDecoder(forKey _: Key) throws -> any Decoder { throw Fields.undescribed }
}
