public import Contract

/// The certificates that an organisation's authority has taken back, signed by it: an X.509 v2 CRL (RFC 5280,
/// section 5), which `openssl crl` reads.
///
/// There is no other way to get one than from the authority's key or by `verify`.
public struct RevocationList: Hashable, Sendable {
    /// Why a certificate was taken back; the numbers are RFC 5280's.
    public enum Reason: UInt8, Sendable, CaseIterable {
        case keyCompromise = 1
        case superseded = 4
        case cessationOfOperation = 5
    }

    public struct Entry: Hashable, Sendable {
        /// The certificate's serial number, big endian.
        public var serial: [UInt8]
        /// Since when, in seconds since 1970.
        public var since: LedgerTime
        public var reason: Reason

        public init(serial: [UInt8], since: LedgerTime, reason: Reason) {
            self.serial = serial
            self.since = since
            self.reason = reason
        }
    }

    public let organisation: OrganisationName
    /// Each list has a greater number than the one before.
    public let number: UInt64
    /// When it was made, in seconds since 1970.
    public let begins: LedgerTime
    /// From then on it says nothing any more.
    public let ends: LedgerTime
    public let entries: [Entry]
    public let der: [UInt8]

    /// The entry for a certificate's serial number; nil when the list does not name it.
    public func entry(for serial: [UInt8]) -> Entry? { entries.first { $0.serial == serial } }
}
