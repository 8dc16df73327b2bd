public import Contract
import Primitives

/// A member's certificate (RFC 5280, DER) whose bytes an enrolment on the ledger names: read strictly, but not
/// verified under its authority, for which `MemberCertificate` is. A client that has checked the enrolment knows that the
/// organisation's root stands for these very bytes.
public struct PinnedCertificate: Hashable, Sendable {
    public let name: String
    public let organisation: OrganisationName
    public let role: Role
    public let key: PublicKey
    /// The serial number's bytes, big endian, to compare with a revocation list's.
    public let serial: [UInt8]
    /// From when, and to before when, it is in force.
    public let notBefore, notAfter: LedgerTime
    /// SHA-256 of the certificate, DER: what the enrol statement names.
    public let hash: Digest

    /// What the certificate `der` says. Throws `certificateMalformed` when it is not one certificate in DER signed
    /// with ECDSA and SHA-256, `notForMembers` when its extensions do not make it a member's, `subjectNotAllowed`,
    /// `keyNotAcceptable`.
    public init(_ der: [UInt8]) throws(IdentityError) {
        let parts: Parts
        do throws(DERError) {
            parts = try Parts(der)
        } catch {
            throw IdentityError(.certificateMalformed, "not an X.509 certificate")
        }
        guard parts.isForMembers else {
            throw IdentityError(.notForMembers, "the certificate's extensions do not make it a member's")
        }
        guard let subject = parts.subject else {
            throw IdentityError(.subjectNotAllowed, "the subject is no member of an organisation")
        }
        guard let key = PublicKey(parts.keyInfo.suffix(32)),
            parts.keyInfo == SigningKey.subjectPublicKeyInfo(of: key.bytes),
            Ed25519.isAcceptable(publicKey: key.bytes)
        else {
            throw IdentityError(.keyNotAcceptable, "the certificate's key is no Ed25519 key that may sign")
        }
        name = subject.name
        organisation = subject.organisation
        role = subject.role
        self.key = key
        serial = parts.serial
        notBefore = parts.notBefore
        notAfter = parts.notAfter
        hash = Digest(hashing: der)
    }

    public func isInForce(at time: LedgerTime) -> Bool { notBefore <= time && time < notAfter }
}

/// The fields of a certificate (RFC 5280, section 4.1).
private struct Parts {
    let serial: [UInt8]
    let notBefore, notAfter: LedgerTime
    /// Nil when it is not exactly an organisation, a role and a name.
    let subject: MemberSubject?
    /// SubjectPublicKeyInfo, whole.
    let keyInfo: [UInt8]
    /// Not an authority, for signatures, for TLS clients, and nothing critical that is not understood here.
    let isForMembers: Bool

    private static let ecdsaWithSHA256: [UInt8] = [
        0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
    ]

    init(_ der: [UInt8]) throws(DERError) {
        var file = DERReader(der)
        var certificate = try file.sequence()
        try file.requireEnd()
        var content = try certificate.sequence()
        let algorithm = try certificate.element(.sequence)
        var signature = DERReader(try certificate.bits())
        try certificate.requireEnd()
        // Two numbers, which are not looked at here.
        var numbers = try signature.sequence()
        _ = try (numbers.integer(), numbers.integer())
        try numbers.requireEnd()
        try signature.requireEnd()

        // Version 3.
        var version = try content.constructed(.context(0))
        guard try version.integer() == [2] else { throw DERError() }
        try version.requireEnd()
        serial = try content.integer()
        guard serial.count <= 20, try content.element(.sequence) == algorithm,
            algorithm == Self.ecdsaWithSHA256
        else { throw DERError() }
        // Who issued it is for the code that verifies the signature.
        _ = try Self.names(content.sequence())
        var validity = try content.sequence()
        notBefore = try validity.time()
        notAfter = try validity.time()
        try validity.requireEnd()
        subject = Self.subject(try Self.names(content.sequence()))
        keyInfo = try content.element(.sequence)
        var extensions = try content.constructed(.context(3))
        isForMembers = try Self.isForMembers(extensions.sequence())
        try extensions.requireEnd()
        try content.requireEnd()
    }

    /// An attribute of a name, with how many stand beside it.
    private typealias Name = (type: [UInt8], text: String, siblings: Int)

    private static func names(_ reader: consuming DERReader) throws(DERError) -> [Name] {
        var names = [Name]()
        while !reader.isAtEnd {
            var set = try reader.constructed(.set)
            var siblings = [Name]()
            repeat {
                var attribute = try set.sequence()
                siblings.append((try attribute.objectIdentifier(), try attribute.text(), 0))
                try attribute.requireEnd()
            } while !set.isAtEnd
            names += siblings.map { ($0.type, $0.text, siblings.count - 1) }
        }
        return names
    }

    /// Organisation, unit, name, in this order, each alone (2.5.4.10, 2.5.4.11, 2.5.4.3).
    private static func subject(_ names: [Name]) -> MemberSubject? {
        guard names.allSatisfy({ $0.siblings == 0 }),
            names.map({ $0.type }) == [[0x55, 0x04, 0x0a], [0x55, 0x04, 0x0b], [0x55, 0x04, 0x03]],
            let organisation = OrganisationName(names[0].text),
            let role = Role(certificateText: names[1].text)
        else { return nil }
        return MemberSubject(name: names[2].text, role: role, organisation: organisation)
    }

    private static func isForMembers(_ extensions: consuming DERReader) throws(DERError) -> Bool {
        var seen = [[UInt8]]()
        var isEndEntity = false
        var isForSignatures = false
        var isForClients = false
        var isUnderstood = true
        while !extensions.isAtEnd {
            var one = try extensions.sequence()
            let type = try one.objectIdentifier()
            let isCritical = try one.trueIfPresent()
            var value = DERReader(try one.content(.octetString))
            try one.requireEnd()
            guard !seen.contains(type) else { throw DERError() }
            seen.append(type)
            switch type {
            case [0x55, 0x1d, 0x13]:
                // Only an authority's says more than an empty sequence.
                isEndEntity = try value.sequence().isAtEnd
                try value.requireEnd()
            case [0x55, 0x1d, 0x0f]:
                // Digital signature, and nothing else.
                isForSignatures = try value.content(.bitString) == [7, 0x80]
                try value.requireEnd()
            case [0x55, 0x1d, 0x25]:
                var purposes = try value.sequence()
                try value.requireEnd()
                while !purposes.isAtEnd {
                    let purpose = try purposes.objectIdentifier()
                    if purpose == [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02] { isForClients = true }
                }
            default:
                if isCritical { isUnderstood = false }
            }
        }
        return isEndEntity && isForSignatures && isForClients && isUnderstood
    }
}
