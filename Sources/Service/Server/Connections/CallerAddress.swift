public import NIOCore

/// What a connection counts against: an IPv4 address, or the first 64 bits of an IPv6 address, which belong to one
/// customer.
public struct CallerAddress: Hashable, Sendable {
    let bytes: [UInt8]

    /// Nil for what is no IP address.
    public init?(_ address: SocketAddress?) {
        switch address {
        case .v4(_)?: bytes = Self.bytes(4..<8, of: address)
        case .v6(_)?:
            let all = Self.bytes(8..<24, of: address)
            // An IPv4 address that a socket for both writes in the other way.
            let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff]
            bytes = all.starts(with: mapped) ? Array(all.suffix(4)) : Array(all.prefix(8))
        default: return nil
        }
    }

    /// Where `sockaddr_in` and `sockaddr_in6` have the address.
    private static func bytes(_ range: Range<Int>, of address: SocketAddress?) -> [UInt8] {
        address?.withSockAddr { start, count in
            Array(UnsafeRawBufferPointer(start: start, count: count)[range])
        } ?? []
    }

    /// The address as people write it; nil when it is none.
    public init?(_ text: String) {
        self.init(try? SocketAddress(ipAddress: text, port: 0))
    }
}
