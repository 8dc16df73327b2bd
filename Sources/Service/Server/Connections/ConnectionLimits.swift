public import NIOCore

/// How many connections a server holds open, and how long each may take until it comes further.
///
/// A client that works needs none of these: they end what only holds a descriptor (SECURITY.md, T69).
public struct ConnectionLimits: Sendable {
    /// Descriptors that connections never take: the ledger's own files, and what is opened for a moment.
    public static let descriptorsReserved = 64
    /// More than one process serves at a time, however many descriptors it may have.
    private static let connectionsMax = 4_096

    /// In all.
    public var connections: Int
    /// Of one address, or, in IPv6, of one network of 64 bits.
    public var connectionsPerAddress: Int
    /// From the connection to the end of its first request's headers, the TLS greeting included.
    public var head = TimeAmount.seconds(10)
    /// From one request's answer to the end of the next one's headers.
    public var idle = TimeAmount.seconds(75)
    /// For `stallBytes` of a request's body, or for the client to take some of an answer that waits for it.
    public var stall = TimeAmount.seconds(30)
    public var stallBytes = 16 << 10
    /// For a client to read the answer to a request that is not read further.
    public var linger = TimeAmount.seconds(1)
    /// The addresses of proxies: what they say in `X-Forwarded-For` is who calls.
    public var proxies = Set<CallerAddress>()

    /// What fits into so many descriptors: each connection may have a ciphertext open too.
    public init(descriptors: Int) {
        connections = max(4, min((descriptors - Self.descriptorsReserved) / 2, Self.connectionsMax))
        connectionsPerAddress = max(2, connections / 2)
    }
}
