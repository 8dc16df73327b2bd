internal import Foundation
internal import SwiftASN1
internal import X509

/// The DNS names and addresses of a server, as its certificate's subject alternative names.
struct ServerNames {
    let alternatives: [GeneralName]
    /// The first of them as text, for the subject.
    let first: String

    init(hostNames: [String], addresses: [String]) throws(IdentityError) {
        var alternatives = [GeneralName]()
        for hostName in hostNames {
            guard Self.isHostName(hostName) else {
                throw IdentityError(.hostNotAllowed, "not a host name: \(hostName)")
            }
            alternatives.append(.dnsName(hostName))
        }
        for address in addresses {
            guard let bytes = Self.addressBytes(address) else {
                throw IdentityError(.hostNotAllowed, "not an IP address: \(address)")
            }
            alternatives.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...])))
        }
        guard let first = hostNames.first ?? addresses.first else {
            throw IdentityError(.hostNotAllowed, "a server has at least one name or address")
        }
        self.alternatives = alternatives
        self.first = first
    }

    /// Labels of `a-z`, `0-9` and inner `-`, 253 characters at most; the last not of digits alone, which
    /// would be an address.
    private static func isHostName(_ text: String) -> Bool {
        let digits: ClosedRange<UInt8> = 0x30...0x39
        let labels = Array(text.utf8).split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let wellFormed = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                && label.last != UInt8(ascii: "-")
                && label.allSatisfy {
                    (0x61...0x7a).contains($0) || digits.contains($0) || $0 == UInt8(ascii: "-")
                }
        }
        return text.utf8.count <= 253 && wellFormed && !(labels.last ?? []).allSatisfy(digits.contains)
    }

    /// The 4 or 16 bytes of an IP address; nil for anything else.
    private static func addressBytes(_ text: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
