public import Contract
public import Primitives

// Keys, ids, digests and organisations' names as the JSON of these formats has them.

extension JSONFields {
    /// 64 lowercase hexadecimal digits.
    public mutating func bytes32<Meaning>(_ name: String) throws(Malformed) -> Bytes32<Meaning> {
        try Bytes32(json: try value(name))
    }

    /// Lowercase hexadecimal digits of so many bytes.
    public mutating func hex(_ name: String, byteCount: Int) throws(Malformed) -> [UInt8] {
        guard let bytes = decodeLowercaseHex(try utf8(name)), bytes.count == byteCount else {
            throw Malformed("\(name) is not \(byteCount) bytes in hexadecimal")
        }
        return bytes
    }

    public mutating func organisation(_ name: String) throws(Malformed) -> OrganisationName {
        guard let organisation = OrganisationName(try utf8(name)) else {
            throw Malformed("\(name) is no organisation's name")
        }
        return organisation
    }
}

extension Bytes32 {
    public init(json: JSONValue) throws(JSONValue.Malformed) {
        guard case .text(let text) = json, let bytes = decodeLowercaseHex(text), let value = Self(bytes)
        else {
            throw JSONValue.Malformed("not 64 lowercase hexadecimal digits")
        }
        self = value
    }
}
