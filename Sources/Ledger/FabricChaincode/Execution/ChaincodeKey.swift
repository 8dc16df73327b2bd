public import Contract

/// The names of the values that the chaincode keeps in its channel's state, as text.
///
/// A key of the contract is the lowercase hex of its bytes; the two others are no hex and so none of them.
public enum ChaincodeKey {
    /// Which network the channel carries, and how far the log that it began with is imported
    /// (`ChannelNetwork`).
    public static let network = "network"
    /// The ledger's time, a CBOR number: the latest at which anything was accepted.
    public static let clock = "clock"

    /// The name of a key of the contract.
    public static func name(of key: StateKey) -> String { lowercaseHex(key.bytes) }

    /// The key of the contract that has this name; nil for any other text.
    public static func key(named name: String) -> StateKey? {
        guard !name.isEmpty, let bytes = decodeLowercaseHex(Array(name.utf8)) else { return nil }
        return StateKey(bytes: bytes)
    }
}
