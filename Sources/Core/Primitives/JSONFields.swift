/// The members of an object, taken one by one by name. `end` makes sure that there is nothing else.
///
/// Every method but `end` throws `JSONValue.Malformed` where the member is missing or something else.
public struct JSONFields {
    public typealias Malformed = JSONValue.Malformed

    private var members: [JSONValue.Member]

    public init(_ value: JSONValue) throws(Malformed) {
        guard case .members(let members) = value else { throw Malformed("no object") }
        self.members = members
    }

    /// Throws unless every member was taken.
    public func end() throws(Malformed) {
        guard members.isEmpty else { throw Malformed("a member that nobody knows") }
    }

    public func has(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return members.contains { $0.name == bytes }
    }

    /// Nil where the object has no such member.
    public mutating func optional(_ name: String) -> JSONValue? {
        let bytes = Array(name.utf8)
        guard let index = members.firstIndex(where: { $0.name == bytes }) else { return nil }
        return members.remove(at: index).value
    }

    public mutating func value(_ name: String) throws(Malformed) -> JSONValue {
        guard let value = optional(name) else { throw Malformed("no \(name)") }
        return value
    }

    public mutating func number(_ name: String) throws(Malformed) -> UInt64 {
        guard case .number(let number) = try value(name) else { throw Malformed("\(name) is no number") }
        return number
    }

    /// A number that counts something here.
    public mutating func count(_ name: String) throws(Malformed) -> Int {
        guard let count = Int(exactly: try number(name)) else { throw Malformed("\(name) is too great") }
        return count
    }

    /// How long a file is: in a browser an `Int` ends at 2 GiB.
    public mutating func size(_ name: String) throws(Malformed) -> Int64 {
        guard let size = Int64(exactly: try number(name)) else { throw Malformed("\(name) is too great") }
        return size
    }

    public mutating func utf8(_ name: String) throws(Malformed) -> [UInt8] {
        guard case .text(let text) = try value(name) else { throw Malformed("\(name) is no text") }
        return text
    }

    public mutating func text(_ name: String) throws(Malformed) -> String {
        String(decoding: try utf8(name), as: UTF8.self)
    }

    /// Nil where the object has no such member.
    public mutating func optionalText(_ name: String) throws(Malformed) -> String? {
        guard let value = optional(name) else { return nil }
        guard case .text(let text) = value else { throw Malformed("\(name) is no text") }
        return String(decoding: text, as: UTF8.self)
    }

    /// Bytes out of base64.
    public mutating func base64(_ name: String) throws(Malformed) -> [UInt8] {
        try value(name).base64()
    }

    public mutating func array(_ name: String) throws(Malformed) -> [JSONValue] {
        guard case .array(let values) = try value(name) else { throw Malformed("\(name) is no array") }
        return values
    }
}

extension JSONValue {
    /// Bytes out of base64.
    public func base64() throws(Malformed) -> [UInt8] {
        guard case .text(let text) = self, let bytes = Base64.decode(text) else {
            throw Malformed("not base64")
        }
        return bytes
    }
}
