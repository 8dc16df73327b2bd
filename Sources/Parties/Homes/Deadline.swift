import API
public import Contract
import Evidence
import Files
package import Identity
import Primitives
import Remote
import Sealing

/// Something that ends by itself, or that one has for good, and what renews it.
public struct Deadline: Encodable, Equatable, Sendable {
    public enum Kind: String, Encodable, Sendable, CaseIterable {
        case certificate
        case enrolment
        case revocationList = "revocation-list"
        case recordsKey = "records-key"
        case server
        case permits
        case delegation
    }

    public let kind: Kind
    /// In words: whose, or of what.
    public let subject: String
    /// Nil where it has no end.
    public let ends: LedgerTime?
    /// What renews it before, or that nothing has to.
    public let renewal: String

    public init(_ kind: Kind, _ subject: String, ends: LedgerTime?, renewal: String) {
        self.kind = kind
        self.subject = subject
        self.ends = ends
        self.renewal = renewal
    }

    /// So long before its end people are warned.
    private static let warningSeconds: UInt64 = 30 * 86_400

    /// What a person is told from 30 days before the end on; nil before.
    public func warning(at now: LedgerTime) -> String? {
        guard let ends, now + Self.warningSeconds >= ends else { return nil }
        return now < ends
            ? "\(subject) ends on \(UTC.text(ends)): \(renewal)"
            : "\(subject) ended on \(UTC.text(ends)): \(renewal)"
    }
}

extension MemberHome {
    /// What ends of what lies in the home: read without asking anyone.
    public var deadlines: [Deadline] {
        [certificateDeadline, listDeadline(of: organisation.rememberedList(in: folder))].compactMap { $0 }
    }

    private var certificateDeadline: Deadline? {
        guard let pem = try? folder.read("certificate.pem"),
            let der = try? PEM.decode(pem, label: "CERTIFICATE"),
            let certificate = try? PinnedCertificate(der)
        else { return nil }
        return Deadline(
            .certificate, "the certificate of \(SafeText.escaped(name))", ends: certificate.notAfter,
            renewal: renewal)
    }

    /// How this member is enrolled for longer.
    package var renewal: String {
        "the office of \(organisation.name) renews it (medseal member renew --organisation \(organisation.name) --home \(folder.path))"
    }

    /// When the members of this organisation are no longer believed, unless its office publishes the next list.
    package func listDeadline(of list: RevocationList?) -> Deadline? {
        list.map {
            Deadline(
                .revocationList, "the revocation list of \(organisation.name)", ends: $0.ends,
                renewal:
                    "its office publishes the next (medseal member publish-crl), or its members are not believed any more"
            )
        }
    }
}
