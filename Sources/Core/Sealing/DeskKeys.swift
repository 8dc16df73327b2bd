public import Age
public import Contract
public import Evidence
import Identity
import Primitives

/// A wallet that waits to be admitted.
public struct Applicant: Sendable {
    public let inbox: PublicKey
    public let shortCode: String
    public let permits: Int
    public let recipient: AgeRecipient
}

/// A patient in a desk's directory, the entry authenticated.
public struct AdmittedPatient: Sendable {
    public let number: String
    public let name: String
    public let inbox: PublicKey
    public let recipient: AgeRecipient
    /// The blind index of the number.
    public let index: Digest
}

/// What follows from a desk's identity: the blind index of its directory, and the marks by which it knows
/// what is its own.
///
/// Sealing to the desk is open to everybody who knows the network. So entries carry a tag that only the
/// desk's key makes, and permits a signature of the patient's inbox: a server can neither put a patient of
/// its own into the directory nor a permit of its own into a stock (T2).
public struct DeskKeys: Sendable {
    /// The plaintext of a directory entry.
    struct Entry: LetterContent {
        var number: String
        var name: String
        var inbox: PublicKey
        var recipient: String
        /// HMAC-SHA-256 over the rest.
        var tag: Digest

        init(number: String, name: String, inbox: PublicKey, recipient: String, tag: Digest) {
            self.number = number
            self.name = name
            self.inbox = inbox
            self.recipient = recipient
            self.tag = tag
        }

        init(_ json: JSONValue) throws(JSONValue.Malformed) {
            var fields = try JSONFields(json)
            number = try fields.text("number")
            name = try fields.text("name")
            inbox = try fields.bytes32("inbox")
            recipient = try fields.text("recipient")
            tag = try fields.bytes32("tag")
            try fields.end()
        }

        var json: JSONValue {
            .object([
                ("number", .text(number)), ("name", .text(name)), ("inbox", .text(inbox.hex)),
                ("recipient", .text(recipient)), ("tag", .text(tag.hex)),
            ])
        }
    }

    public let organisation: OrganisationName
    public let network: NetworkID
    private let identity: AgeIdentity
    private let indexKey: SecretBytes
    private let entryKey: SecretBytes

    /// Both keys are HKDF-SHA-256 of the identity's text (ASCII), salt `medseal/directory-index` or
    /// `medseal/directory-entry`, info the organisation's name.
    public init(_ identity: AgeIdentity, organisation: OrganisationName, network: NetworkID) {
        self.identity = identity
        self.organisation = organisation
        self.network = network
        let secret = identity.withText { SecretBytes(copying: $0) }
        func derive(_ salt: String) -> SecretBytes {
            HKDFSHA256.derive(secret, salt: Array(salt.utf8), info: organisation.bytes, count: 32)
        }
        indexKey = derive("medseal/directory-index")
        entryKey = derive("medseal/directory-entry")
    }

    /// The blind index of a patient's number. Throws `badInput` unless it is 1 to 64 characters of printable
    /// ASCII.
    public func index(of number: String) throws(PartyError) -> Digest {
        let bytes = Array(number.utf8)
        guard (1...64).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .badInput("a patient's number has 1 to 64 letters, digits or signs, without spaces")
        }
        return Self.tag(bytes, indexKey)
    }

    private static func tag(_ bytes: [UInt8], _ key: SecretBytes) -> Digest {
        guard let tag = Digest(HMACSHA256.tag(of: bytes, key: key)) else {
            preconditionFailure("a tag has 32 bytes")
        }
        return tag
    }

    private func tag(_ entry: Entry) -> Digest {
        let fields = [
            Array(entry.number.utf8), Array(entry.name.utf8), entry.inbox.bytes, Array(entry.recipient.utf8),
        ]
        let content = fields.flatMap { field in
            Self.bytes(of: UInt64(field.count)) + field
        }
        return Self.tag(content, entryKey)
    }

    /// Big endian.
    private static func bytes(of number: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> UInt64($0)) }
    }

    // MARK: The directory

    /// A sealed entry for an applicant.
    public func entry(
        number: String, name: String, of applicant: Applicant
    ) throws(PartyError) -> [UInt8] {
        var entry = Entry(
            number: number, name: name, inbox: applicant.inbox, recipient: applicant.recipient.text,
            tag: try index(of: number))
        entry.tag = tag(entry)
        return try Letter.seal(entry, to: identity.recipient)
    }

    /// The patient of a sealed entry. Throws `unverified` unless this desk wrote it, for this number.
    public func patient(
        _ sealed: [UInt8], number: String
    ) throws(PartyError) -> AdmittedPatient {
        guard let entry = try? Letter.open(sealed, with: identity, as: Entry.self), entry.tag == tag(entry),
            entry.number == number, let recipient = try? AgeRecipient(entry.recipient)
        else { throw .unverified("the directory's entry for this number was not written by this desk") }
        return AdmittedPatient(
            number: number, name: entry.name, inbox: entry.inbox, recipient: recipient,
            index: try index(of: number))
    }

    /// The wallet behind an application that came from `inbox` with `recipient`; nil for a letter that does not
    /// open, or speaks of another inbox.
    public func applicant(inbox: PublicKey, recipient text: String, letter: [UInt8]) -> Applicant? {
        guard let letter = try? Letter.open(letter, with: identity, as: ApplicationLetter.self),
            letter.inbox == inbox, letter.recipient == text, let recipient = try? AgeRecipient(text)
        else { return nil }
        return Applicant(
            inbox: letter.inbox, shortCode: letter.shortCode, permits: letter.permits.count,
            recipient: recipient)
    }

    // MARK: Permits

    /// The permit in a letter. Throws `unverified` unless the patient's inbox handed it over, for this
    /// organisation, and it is signed.
    public func permit(_ sealed: [UInt8], of inbox: PublicKey) throws(PartyError) -> [UInt8] {
        guard let letter = try? Letter.open(sealed, with: identity, as: PermitLetter.self),
            Ed25519.isValid(
                signature: letter.signature,
                over: PermitLetter.signedContent(
                    permit: letter.permit, organisation: organisation, network: network),
                by: inbox.bytes)
        else { throw .unverified("the server's permit was not handed over by this patient's wallet") }
        guard let (permit, message) = try? Permit.decode(letter.permit), permit.organisation == organisation,
            Signatures.isValid(message.claim(network: network))
        else {
            throw .unverified(
                "the patient's permit is not for \(organisation) or its signature does not hold")
        }
        return letter.permit
    }
}
