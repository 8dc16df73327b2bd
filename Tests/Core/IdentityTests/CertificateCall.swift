import BrowserCalls
import Contract
import Identity

/// The call `read_certificate`: a member's certificate, DER.
enum CertificateCall {
    /// What it says, or the number of the code by which it is refused.
    static func answer(_ der: [UInt8]) -> [UInt8] {
        do throws(IdentityError) {
            let certificate = try PinnedCertificate(der)
            return Packed.pack([
                Array(certificate.name.utf8), certificate.organisation.bytes,
                Packed.big(certificate.role.rawValue), certificate.key.bytes, certificate.serial,
                Packed.big(certificate.notBefore), Packed.big(certificate.notAfter), certificate.hash.bytes,
            ])
        } catch {
            switch error.code {
            case .certificateMalformed: return [1]
            case .notForMembers: return [2]
            case .subjectNotAllowed: return [3]
            case .keyNotAcceptable: return [4]
            default: return [0]
            }
        }
    }
}
