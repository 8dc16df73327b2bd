public import Contract

/// What the chaincode answers to the client that changed something, and tells every listener: the payload of
/// the response and of the event, deterministic CBOR.
public enum ChaincodeReceipt: Hashable, Sendable {
    /// The event `statement`: the contract has accepted it at this time; SHA-256 of `Write.encoded` of its
    /// writes.
    case statement(StatementID, time: LedgerTime, writesDigest: Digest)
    /// The event `begin`: so many entries are to be imported before the first statement.
    case begin(NetworkID, entries: UInt64)
    /// The event `import`: these entries were executed; the state digest after them.
    case `import`(first: UInt64, count: UInt64, stateDigest: Digest)

    private static let version: UInt64 = 1

    /// The name of the event that carries it.
    public var event: String {
        switch self {
        case .statement: "statement"
        case .begin: "begin"
        case .import: "import"
        }
    }

    public func encoded() -> [UInt8] {
        let items: [CBOR] =
            switch self {
            case .statement(let id, let time, let writesDigest):
                [.bytes(id.bytes), .unsigned(time), .bytes(writesDigest.bytes)]
            case .begin(let network, let entries): [.bytes(network.bytes), .unsigned(entries)]
            case .import(let first, let count, let stateDigest):
                [.unsigned(first), .unsigned(count), .bytes(stateDigest.bytes)]
            }
        return CBOR.array([.unsigned(Self.version)] + items).encoded()
    }

    /// The receipt that an event of this name carries. Throws when `payload` is not the one encoding of such a
    /// receipt.
    public init(event: String, payload: [UInt8]) throws(CBOR.Malformed) {
        let malformed = CBOR.Malformed("not a receipt of the chaincode")
        guard case .array(let items) = try CBOR.decode(payload), items.first == .unsigned(Self.version) else {
            throw malformed
        }
        switch (event, Array(items.dropFirst())) {
        case ("statement", let items) where items.count == 3:
            guard case .bytes(let id) = items[0], let id = StatementID(id),
                case .unsigned(let time) = items[1],
                case .bytes(let digest) = items[2], let digest = Digest(digest)
            else { throw malformed }
            self = .statement(id, time: time, writesDigest: digest)
        case ("begin", let items) where items.count == 2:
            guard case .bytes(let network) = items[0], let network = NetworkID(network),
                case .unsigned(let entries) = items[1]
            else { throw malformed }
            self = .begin(network, entries: entries)
        case ("import", let items) where items.count == 3:
            guard case .unsigned(let first) = items[0], case .unsigned(let count) = items[1],
                case .bytes(let digest) = items[2], let digest = Digest(digest)
            else { throw malformed }
            self = .import(first: first, count: count, stateDigest: digest)
        default: throw malformed
        }
    }

    /// Done, with the same bytes for the caller and for listeners.
    func outcome(writes: [ChaincodeOutcome.Write]) -> ChaincodeOutcome {
        let payload = encoded()
        return .done(payload: payload, event: .init(name: event, payload: payload), writes: writes)
    }
}
