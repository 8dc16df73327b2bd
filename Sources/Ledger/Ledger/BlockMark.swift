/// A block's place in its chain.
public struct BlockMark: Hashable, Sendable {
    public let number: UInt64
    /// Of its header, 32 bytes.
    public let hash: [UInt8]

    public init(number: UInt64, hash: [UInt8]) {
        self.number = number
        self.hash = hash
    }
}
