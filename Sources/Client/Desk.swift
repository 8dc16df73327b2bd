import API
import Age
public import Contract
import Foundation
import Identity
import Primitives

/// A custodian's desk as its members work at it: admits patients, finds them, takes their permits.
///
/// The server keeps all of it sealed and finds a patient by an index that only the desk's key computes.
public struct Desk: Sendable {
    /// A patient in the directory, the entry authenticated.
    public struct Patient: Sendable {
        public let number: String
        public let name: String
        public let inbox: PublicKey
        let recipient: AgeRecipient
        /// The blind index of the number.
        let index: Digest
    }

    /// A wallet that waits to be admitted.
    public struct Applicant: Sendable {
        public let inbox: PublicKey
        public let shortCode: String
        public let permits: Int
        let recipient: AgeRecipient
    }

    /// The plaintext of an entry.
    struct Entry: Codable {
        var number: String
        var name: String
        var inbox: PublicKey
        var recipient: String
        /// HMAC-SHA-256 by a key of the desk's over the rest: sealing alone would let anybody write entries.
        var tag: Digest
    }

    let member: Member
    let connection: Connection
    private let identity: AgeIdentity
    private let indexKey: SecretBytes
    private let entryKey: SecretBytes

    /// Throws `refused` unless the member works at the desk of a custodian.
    public init(_ member: Member, _ connection: Connection) throws(ClientFailure) {
        self.member = member
        self.connection = connection
        identity = try member.requireDesk()
        let name = member.organisation.name
        let secret = identity.withText { SecretBytes(copying: $0) }
        func derive(_ salt: String) -> SecretBytes {
            HKDFSHA256.derive(secret, salt: Array(salt.utf8), info: name.bytes, count: 32)
        }
        indexKey = derive("medseal/directory-index")
        entryKey = derive("medseal/directory-entry")
    }

    private var routes: Routes.Organisation { Routes.Organisation(member.organisation.name) }

    /// The blind index of a patient's number. Throws `badInput` unless it is 1 to 64 characters of printable ASCII.
    func index(of number: String) throws(ClientFailure) -> Digest {
        let bytes = Array(number.utf8)
        guard (1...64).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw .badInput("a patient's number has 1 to 64 letters, digits or signs, without spaces")
        }
        guard let index = Digest(HMACSHA256.tag(of: bytes, key: indexKey)) else {
            preconditionFailure("a tag has 32 bytes")
        }
        return index
    }

    private func tag(_ entry: Entry) -> Digest {
        let fields = [
            Array(entry.number.utf8), Array(entry.name.utf8), entry.inbox.bytes, Array(entry.recipient.utf8),
        ]
        let content = fields.flatMap { field in
            withUnsafeBytes(of: UInt64(field.count).bigEndian) { Array($0) } + field
        }
        guard let tag = Digest(HMACSHA256.tag(of: content, key: entryKey)) else {
            preconditionFailure("a tag has 32 bytes")
        }
        return tag
    }

    /// The wallets that wait to be admitted, each with the short code that its owner must show too.
    public func applicants() async throws -> [Applicant] {
        let answer: Wire.Applications = try await connection.call(.GET, routes.inboxes)
        return answer.applications.compactMap { application in
            // What does not open, or speaks of another inbox than it came from, is nobody's application.
            guard
                let letter = try? Letter.open([UInt8](application.letter), with: identity, as: ApplicationLetter.self),
                letter.inbox == application.inbox, letter.recipient == application.recipient,
                let recipient = try? AgeRecipient(letter.recipient)
            else { return nil }
            return Applicant(
                inbox: letter.inbox, shortCode: letter.shortCode, permits: letter.permits.count, recipient: recipient)
        }
    }

    /// Enters the patient whose wallet shows `shortCode`. Throws `refused` when no wallet does.
    public func admit(shortCode: String, number: String, name: String) async throws {
        let index = try index(of: number)
        guard (1...200).contains(name.utf8.count) else {
            throw ClientFailure.badInput("a patient's name has 1 to 200 bytes")
        }
        let typed = shortCode.uppercased().filter { $0 != "-" && $0 != " " }
        let matching = try await applicants().filter { $0.shortCode.filter { $0 != "-" } == typed }
        guard let applicant = matching.first else {
            throw ClientFailure.refused("no wallet that waits here shows the short code \(SafeText.escaped(shortCode))")
        }
        var entry = Entry(
            number: number, name: name, inbox: applicant.inbox, recipient: applicant.recipient.text,
            tag: index)
        entry.tag = tag(entry)
        let sealed = try Letter.seal(entry, to: member.organisation.deskRecipient)
        try await connection.call(
            .PUT, routes.directory,
            json: Wire.DirectoryEntry(
                index: index, inbox: applicant.inbox, recipient: entry.recipient, entry: Data(sealed)))
    }

    /// The patient of that number. Throws `badInput` when there is none, `unverified` when the entry is not the desk's own.
    public func patient(_ number: String) async throws -> Patient {
        let index = try index(of: number)
        let answer: Wire.DirectoryEntry
        do {
            answer = try await connection.call(.GET, routes.entry(index.hex))
        } catch let problem as Problem where problem.type == .notFound {
            throw ClientFailure.badInput("\(member.organisation.name) knows no patient of this number")
        }
        guard let entry = try? Letter.open([UInt8](answer.entry), with: identity, as: Entry.self),
            entry.tag == tag(entry), entry.number == number, let recipient = try? AgeRecipient(entry.recipient)
        else { throw ClientFailure.unverified("the directory's entry for this number was not written by this desk") }
        return Patient(number: number, name: entry.name, inbox: entry.inbox, recipient: recipient, index: index)
    }

    /// A permit of the patient's for `purpose` (a record's handle or a request's id): the same one for the same purpose. Nil when the
    /// stock is empty.
    func permit(of patient: Patient, for purpose: [UInt8]) async throws -> [UInt8]? {
        guard let purpose = Digest(purpose) else { preconditionFailure("a purpose has 32 bytes") }
        let taken: Wire.Taken
        do {
            taken = try await connection.call(.POST, routes.take(patient.inbox.hex), json: Wire.Take(purpose: purpose))
        } catch let problem as Problem where problem.type == .stockEmpty {
            return nil
        }
        let name = member.organisation.name
        let network = member.network.id
        guard let letter = try? Letter.open([UInt8](taken.permit), with: identity, as: PermitLetter.self),
            Ed25519.isValid(
                signature: [UInt8](letter.signature),
                over: PermitLetter.signedContent(
                    permit: [UInt8](letter.permit), organisation: name, network: network),
                by: patient.inbox.bytes)
        else { throw ClientFailure.unverified("the server's permit was not handed over by this patient's wallet") }
        let bytes = [UInt8](letter.permit)
        guard let (permit, message) = try? Permit.decode(bytes), permit.organisation == name,
            Signatures.isValid(message.claim(network: network))
        else { throw ClientFailure.unverified("the patient's permit is not for \(name) or its signature does not hold") }
        return bytes
    }
}
