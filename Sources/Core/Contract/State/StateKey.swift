/// A key of the contract's state: a byte for the kind of entry, then ids of fixed length, a name (if any)
/// last.
public struct StateKey: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// All bytes at once: an array gives them to the hasher one by one.
    public func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    public static func organisation(_ name: OrganisationName) -> StateKey {
        .init(bytes: [0x01] + name.bytes)
    }
    public static func member(_ key: PublicKey) -> StateKey { .init(bytes: [0x02] + key.bytes) }
    public static func permit(_ key: PublicKey) -> StateKey { .init(bytes: [0x03] + key.bytes) }
    public static func record(_ handle: RecordHandle) -> StateKey { .init(bytes: [0x04] + handle.bytes) }
    public static func clock(_ handle: RecordHandle) -> StateKey { .init(bytes: [0x05] + handle.bytes) }
    public static func custody(_ handle: RecordHandle, _ name: OrganisationName) -> StateKey {
        .init(bytes: [0x06] + handle.bytes + name.bytes)
    }
    public static func request(_ id: StatementID) -> StateKey { .init(bytes: [0x07] + id.bytes) }
    public static func grant(_ id: StatementID) -> StateKey { .init(bytes: [0x08] + id.bytes) }
    public static func release(_ id: StatementID) -> StateKey { .init(bytes: [0x09] + id.bytes) }
    public static func statement(_ id: StatementID) -> StateKey { .init(bytes: [0x0a] + id.bytes) }
    public static let network = StateKey(bytes: [0x0b])
    public static func delegation(_ handle: RecordHandle, _ key: PublicKey) -> StateKey {
        .init(bytes: [0x0c] + handle.bytes + key.bytes)
    }
    public static func emergency(_ id: StatementID) -> StateKey { .init(bytes: [0x0d] + id.bytes) }
    public static func networkKey(_ key: PublicKey) -> StateKey { .init(bytes: [0x0e] + key.bytes) }
}

/// One change of the state. Nothing is ever deleted: an entry that ends says so in its value.
public struct Write: Hashable, Sendable {
    public let key: StateKey
    public let value: [UInt8]

    public init(key: StateKey, value: [UInt8]) {
        self.key = key
        self.value = value
    }

    /// The bytes of a list of writes, in order, for the digest that a log entry carries.
    public static func encoded(_ writes: [Write]) -> [UInt8] {
        CBOR.array(writes.map { .array([.bytes($0.key.bytes), .bytes($0.value)]) }).encoded()
    }
}
