package import Foundation
package import Identity
package import Primitives

extension CertificateAuthority {
    /// The TLS certificate (DER) of a `medseald` that is reached by this machine's own names and, where there is one,
    /// by `host`, a name or an IPv4 address; and its fresh private key (PKCS#8 DER).
    ///
    /// Throws `badInput` when `host` is neither.
    package func issueServer(
        reachedAs host: String?, now: Date, notAfter: Date
    ) throws(PartyError) -> (certificate: [UInt8], privateKey: SecretBytes) {
        let host = host.map { [$0] } ?? []
        let isAddress = host.allSatisfy { $0.allSatisfy { $0.isNumber || $0 == "." } }
        do {
            return try issueServer(
                hostNames: Set(["localhost"] + (isAddress ? [] : host)).sorted(),
                addresses: Set(["127.0.0.1", "::1"] + (isAddress ? host : [])).sorted(), now: now,
                notAfter: notAfter)
        } catch {
            throw .badInput("\(host.joined()) is no host name in lowercase and no IPv4 address")
        }
    }
}
