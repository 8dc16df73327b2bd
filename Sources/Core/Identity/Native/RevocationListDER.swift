import Contract
public import Foundation
internal import SwiftASN1
internal import X509

extension RevocationList {
    public static let pemLabel = "X509 CRL"

    public var pem: [UInt8] { PEM.encode(der, label: Self.pemLabel) }

    public var thisUpdate: Date { Date(seconds: begins) }
    public var nextUpdate: Date { Date(seconds: ends) }

    /// The list `der` of `authority` (DER), whose hash the caller has checked. Throws `listMalformed`,
    /// `authorityMalformed` or `notSignedByAuthority`. Whether it is still in force is not looked at here.
    public static func verify(
        _ der: [UInt8], under authority: [UInt8]
    ) throws(IdentityError) -> RevocationList {
        let issuer = try AuthorityCertificate(authority)
        let (content, signature) = try outer(der)
        guard
            issuer.certificate.publicKey.isValidSignature(
                signature, for: content, signatureAlgorithm: .ecdsaWithSHA256)
        else {
            throw IdentityError(.notSignedByAuthority, "the revocation list was not signed by this authority")
        }
        guard let parsed = try? Content(content), let encoded = try? parsed.encoded(issuer.certificate),
            encoded == content
        else { throw malformed }
        return RevocationList(parsed, of: issuer, der: der)
    }

    fileprivate init(_ content: Content, of authority: AuthorityCertificate, der: [UInt8]) {
        self.init(
            organisation: authority.organisation, number: content.number, begins: content.thisUpdate.seconds,
            ends: content.nextUpdate.seconds, entries: content.entries, der: der)
    }

    private static let malformed = IdentityError(
        .listMalformed, "not a revocation list in the form of docs/reference/format.md")

    /// The signed part as it was encoded, and the signature.
    private static func outer(
        _ der: [UInt8]
    ) throws(IdentityError) -> (content: [UInt8], signature: [UInt8]) {
        do {
            return try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in
                guard let content = nodes.next(), let algorithm = nodes.next() else { throw malformed }
                let signature = try ASN1BitString(derEncoded: &nodes)
                guard signature.paddingBits == 0, Array(algorithm.encodedBytes) == (try Content.algorithm())
                else { throw malformed }
                return (Array(content.encodedBytes), Array(signature.bytes))
            }
        } catch { throw malformed }
    }
}

extension RevocationList.Entry {
    public init(serial: [UInt8], revoked: Date, reason: RevocationList.Reason) {
        self.init(serial: serial, since: revoked.seconds, reason: reason)
    }
}

extension Date {
    /// Whole seconds since 1970.
    fileprivate var seconds: LedgerTime { LedgerTime(max(0, timeIntervalSince1970)) }
    fileprivate init(seconds: LedgerTime) { self.init(timeIntervalSince1970: Double(seconds)) }
}

extension CertificateAuthority {
    /// The authority's list of what it has taken back, good until `nextUpdate`. Throws `lifetimeNotAllowed`
    /// unless that lies ahead.
    public func issueList(
        number: UInt64, entries: [RevocationList.Entry], now: Date, nextUpdate: Date
    ) throws(IdentityError) -> RevocationList {
        guard now < nextUpdate else {
            throw IdentityError(.lifetimeNotAllowed, "a revocation list ends after it begins")
        }
        let content = RevocationList.Content(
            number: number, thisUpdate: Date(seconds: now.seconds),
            nextUpdate: Date(seconds: nextUpdate.seconds), entries: entries)
        let own = try AuthorityCertificate(certificate)
        return try signing { key in
            let encoded = try content.encoded(own.certificate)
            let signature = try key.sign(bytes: encoded, signatureAlgorithm: .ecdsaWithSHA256)
            var serializer = DER.Serializer()
            try serializer.appendConstructedNode(identifier: .sequence) { list in
                list.serializeRawBytes(encoded)
                list.serializeRawBytes(try RevocationList.Content.algorithm())
                try list.serialize(ASN1BitString(bytes: signature.rawRepresentation[...]))
            }
            return RevocationList(content, of: own, der: serializer.serializedBytes)
        }
    }
}

extension RevocationList {
    /// What is signed (RFC 5280, TBSCertList).
    fileprivate struct Content {
        var number: UInt64
        var thisUpdate: Date
        var nextUpdate: Date
        var entries: [Entry]
    }
}

extension RevocationList.Content {
    private static let version2 = 1
    private static let extensions = ASN1Identifier(tagWithNumber: 0, tagClass: .contextSpecific)
    private static let numberID: ASN1ObjectIdentifier = [2, 5, 29, 20]
    private static let reasonID: ASN1ObjectIdentifier = [2, 5, 29, 21]
    private static let enumerated = ASN1Identifier(tagWithNumber: 10, tagClass: .universal)

    /// ecdsa-with-SHA256 (RFC 5758).
    static func algorithm() throws -> [UInt8] {
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) {
            try $0.serialize([1, 2, 840, 10045, 4, 3, 2] as ASN1ObjectIdentifier)
        }
        return serializer.serializedBytes
    }

    /// The one encoding: what is read and would be written in another way is refused.
    func encoded(_ authority: Certificate) throws -> [UInt8] {
        let keyIdentifier = AuthorityKeyIdentifier(
            keyIdentifier: CertificateProfile.keyIdentifier(of: authority.publicKey))
        var serializer = DER.Serializer()
        try serializer.appendConstructedNode(identifier: .sequence) { list in
            try list.serialize(Self.version2)
            list.serializeRawBytes(try Self.algorithm())
            try list.serialize(authority.subject)
            try Self.write(thisUpdate, &list)
            try Self.write(nextUpdate, &list)
            if !entries.isEmpty {
                try list.appendConstructedNode(identifier: .sequence) { list in
                    for entry in entries { try Self.write(entry, &list) }
                }
            }
            try list.serialize(explicitlyTaggedWithTagNumber: 0, tagClass: .contextSpecific) { list in
                try list.appendConstructedNode(identifier: .sequence) { list in
                    try list.serialize(try Certificate.Extension(keyIdentifier, critical: false))
                    try Self.write(Self.numberID, &list) { try $0.serialize(number) }
                }
            }
        }
        return serializer.serializedBytes
    }

    private static func write(_ entry: RevocationList.Entry, _ list: inout DER.Serializer) throws {
        try list.appendConstructedNode(identifier: .sequence) { item in
            try item.serialize(entry.serial[...])
            try write(Date(seconds: entry.since), &item)
            try item.appendConstructedNode(identifier: .sequence) { extensions in
                try write(reasonID, &extensions) {
                    $0.appendPrimitiveNode(identifier: enumerated) { $0.append(entry.reason.rawValue) }
                }
            }
        }
    }

    private static func write(
        _ id: ASN1ObjectIdentifier, _ list: inout DER.Serializer,
        _ value: (inout DER.Serializer) throws -> Void
    ) throws {
        var inner = DER.Serializer()
        try value(&inner)
        let bytes = inner.serializedBytes
        try list.appendConstructedNode(identifier: .sequence) { item in
            try item.serialize(id)
            try item.serialize(ASN1OctetString(contentBytes: bytes[...]))
        }
    }

    /// UTCTime until 2049, GeneralizedTime afterwards (RFC 5280, section 5.1.2.4).
    private static func write(_ date: Date, _ list: inout DER.Serializer) throws {
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        guard let year = parts.year, let month = parts.month, let day = parts.day, let hours = parts.hour,
            let minutes = parts.minute, let seconds = parts.second
        else { preconditionFailure("a date has all of these") }
        if year < 2050 {
            try list.serialize(
                try UTCTime(
                    year: year, month: month, day: day, hours: hours, minutes: minutes, seconds: seconds))
        } else {
            try list.serialize(
                try GeneralizedTime(
                    year: year, month: month, day: day, hours: hours, minutes: minutes, seconds: seconds,
                    fractionalSeconds: 0))
        }
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    // MARK: Reading

    /// Takes what matters; that nothing else is in it shows when it is encoded again.
    init(_ bytes: [UInt8]) throws {
        self = try DER.sequence(try DER.parse(bytes), identifier: .sequence) { nodes in
            // Version, algorithm, issuer.
            for _ in 0..<3 { _ = nodes.next() }
            let thisUpdate = try Self.date(&nodes)
            let nextUpdate = try Self.date(&nodes)
            var entries = [RevocationList.Entry]()
            var rest = nodes.next()
            if let list = rest, list.identifier == .sequence {
                entries = try DER.sequence(list, identifier: .sequence) { items in
                    var entries = [RevocationList.Entry]()
                    while let item = items.next() { entries.append(try Self.entry(item)) }
                    return entries
                }
                rest = nodes.next()
            }
            guard let tagged = rest, tagged.identifier == Self.extensions else { throw Self.unreadable }
            let number = try DER.explicitlyTagged(tagged, tagNumber: 0, tagClass: .contextSpecific) { list in
                try DER.sequence(list, identifier: .sequence) { extensions in
                    _ = extensions.next()
                    guard let item = extensions.next() else { throw Self.unreadable }
                    return try UInt64(derEncoded: DER.parse(try Self.value(of: item)))
                }
            }
            return Self(number: number, thisUpdate: thisUpdate, nextUpdate: nextUpdate, entries: entries)
        }
    }

    private static let unreadable = IdentityError(.listMalformed, "not a revocation list")

    private static func entry(_ node: ASN1Node) throws -> RevocationList.Entry {
        try DER.sequence(node, identifier: .sequence) { parts in
            let serial = Array(try ArraySlice<UInt8>(derEncoded: &parts))
            let revoked = try date(&parts)
            guard let list = parts.next() else { throw unreadable }
            let reason = try DER.sequence(list, identifier: .sequence) { extensions in
                guard let item = extensions.next() else { throw unreadable }
                return try value(of: item)
            }
            guard reason.count == 3, let last = reason.last,
                let reason = RevocationList.Reason(rawValue: last)
            else { throw unreadable }
            return RevocationList.Entry(serial: serial, revoked: revoked, reason: reason)
        }
    }

    private static func value(of node: ASN1Node) throws -> ArraySlice<UInt8> {
        try DER.sequence(node, identifier: .sequence) { parts in
            _ = parts.next()
            return try ASN1OctetString(derEncoded: &parts).bytes
        }
    }

    private static func date(_ nodes: inout ASN1NodeCollection.Iterator) throws -> Date {
        guard let node = nodes.next() else { throw unreadable }
        var parts = DateComponents()
        if node.identifier == UTCTime.defaultIdentifier {
            let time = try UTCTime(derEncoded: node)
            (parts.year, parts.month, parts.day) = (time.year, time.month, time.day)
            (parts.hour, parts.minute, parts.second) = (time.hours, time.minutes, time.seconds)
        } else {
            let time = try GeneralizedTime(derEncoded: node)
            (parts.year, parts.month, parts.day) = (time.year, time.month, time.day)
            (parts.hour, parts.minute, parts.second) = (time.hours, time.minutes, time.seconds)
        }
        guard let date = calendar.date(from: parts) else { throw unreadable }
        return date
    }
}
