// What fields are made of: how each is written, read and shown.

extension UInt64: FieldValue {
    var item: CBOR { .unsigned(self) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> UInt64 {
        guard case .unsigned(let value) = item else { throw .wrongType(field) }
        return value
    }

    var text: FieldText { .text(String(self)) }
}

/// A number that is a time.
struct Moment: FieldValue {
    let time: LedgerTime

    var item: CBOR { .unsigned(time) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> Moment {
        Moment(time: try UInt64.read(item, field: field))
    }

    var text: FieldText { .time(time) }
}

/// A permit as it is carried. Whether it is one, `SignedStatement` finds.
struct PermitMessage: FieldValue {
    let bytes: [UInt8]

    var item: CBOR { .bytes(bytes) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> PermitMessage {
        guard case .bytes(let bytes) = item else { throw .wrongType(field) }
        return PermitMessage(bytes: bytes)
    }

    var text: FieldText {
        do throws(CBOR.Malformed) {
            return .text("of \(try Permit.decode(bytes).permit.key.hex)")
        } catch {
            return .text("-")
        }
    }
}

extension Bytes32: FieldValue {
    var item: CBOR { .bytes(bytes) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> Bytes32 {
        guard case .bytes(let bytes) = item, let value = Bytes32(bytes) else { throw .wrongType(field) }
        return value
    }

    var text: FieldText { .text(hex) }
}

extension OrganisationName: FieldValue {
    var item: CBOR { .text(bytes) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> OrganisationName {
        guard case .text(let text) = item, let name = OrganisationName(text) else {
            throw CBOR.Malformed("field \(field) is not an organisation's name")
        }
        return name
    }

    var text: FieldText { .text(description) }
}

extension Choice {
    var item: CBOR { .unsigned(rawValue) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> Self {
        guard let choice = Self(rawValue: try UInt64.read(item, field: field)) else {
            throw CBOR.Malformed("field \(field) has an unknown value")
        }
        return choice
    }

    var text: FieldText { .text(name) }
}

/// What a field can have a list of.
protocol ListedValue: FieldValue {
    /// Throws when `items` are no such list.
    static func readList(_ items: [CBOR], field: UInt64) throws(CBOR.Malformed) -> [Self]
    /// One line.
    var listed: String { get }
}

extension Array: FieldValue where Element: ListedValue {
    var item: CBOR { .array(map { $0.item }) }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> [Element] {
        guard case .array(let items) = item else { throw .wrongType(field) }
        return try Element.readList(items, field: field)
    }

    var text: FieldText { .list(map { $0.listed }) }
}

/// Organisations in rising order of their names.
extension OrganisationName: ListedValue {
    static func readList(_ items: [CBOR], field: UInt64) throws(CBOR.Malformed) -> [OrganisationName] {
        guard (1...Genesis.organisationsMax).contains(items.count) else { throw .wrongType(field) }
        var names = [OrganisationName]()
        for item in items {
            let name = try OrganisationName.read(item, field: field)
            if let last = names.last, !last.bytes.lexicographicallyPrecedes(name.bytes) {
                throw .notRising(field)
            }
            names.append(name)
        }
        return names
    }

    var listed: String { description }
}

extension CBOR.Malformed {
    static func wrongType(_ field: UInt64) -> CBOR.Malformed {
        CBOR.Malformed("field \(field) has the wrong type or length")
    }

    static func notRising(_ field: UInt64) -> CBOR.Malformed {
        CBOR.Malformed("field \(field) is not in rising order")
    }
}

extension CBOR {
    static func bytes32<Meaning>(_ value: Bytes32<Meaning>) -> CBOR { .bytes(value.bytes) }
    static func name(_ value: OrganisationName) -> CBOR { .text(value.bytes) }
}
