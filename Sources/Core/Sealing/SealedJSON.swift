import Age
import Contract
import Evidence
import Primitives

/// A JSON value in an age file for one party: the one spelling of it, so that nothing hides in another.
enum SealedJSON {
    static func seal(_ json: JSONValue, to recipient: AgeRecipient) throws(ClientFailure) -> [UInt8] {
        do {
            return try Age.seal(json.encoded, for: .recipients([recipient]))
        } catch {
            throw ClientFailure(.badInput, "this cannot be sealed", cause: error)
        }
    }

    /// Throws `unverified` when it is not for this identity, was altered, or is no such value.
    static func open(_ bytes: [UInt8], with identity: AgeIdentity) throws(ClientFailure) -> JSONValue {
        do {
            return try JSONValue(canonical: try Age.open(bytes, with: .identity(identity)))
        } catch {
            throw .unverified("a sealed value does not open", cause: error)
        }
    }
}

extension JSONFields {
    /// 64 lowercase hexadecimal digits.
    mutating func bytes32<Meaning>(_ name: String) throws(Malformed) -> Bytes32<Meaning> {
        try Bytes32(json: try value(name))
    }

    /// Lowercase hexadecimal digits of so many bytes.
    mutating func hex(_ name: String, byteCount: Int) throws(Malformed) -> [UInt8] {
        guard let bytes = decodeLowercaseHex(try utf8(name)), bytes.count == byteCount else {
            throw Malformed("\(name) is not \(byteCount) bytes in hexadecimal")
        }
        return bytes
    }

    mutating func organisation(_ name: String) throws(Malformed) -> OrganisationName {
        guard let organisation = OrganisationName(try utf8(name)) else {
            throw Malformed("\(name) is no organisation's name")
        }
        return organisation
    }
}

extension Bytes32 {
    init(json: JSONValue) throws(JSONValue.Malformed) {
        guard case .text(let text) = json, let bytes = decodeLowercaseHex(text), let value = Self(bytes)
        else {
            throw JSONValue.Malformed("not 64 lowercase hexadecimal digits")
        }
        self = value
    }
}
