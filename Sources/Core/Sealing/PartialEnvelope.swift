public import Age
public import Contract
public import Evidence
import Identity
public import Manifests
import Primitives

/// What a grant of single files brings instead of the record's key: for each file an age header for the grantee over
/// that file's key, and what the descriptor says of it. An age file for the grantee around JSON (docs/format.md,
/// "Partial envelope").
///
/// A header and what follows the stored file's own header are an age file for the grantee. Of the record's other files
/// it says and opens nothing.
public struct PartialEnvelope: Sendable {
    /// One of the files.
    public struct File: Hashable, Sendable {
        public let description: Descriptor.File
        /// For the grantee, over the file's key.
        public let header: AgeHeader

        public static func == (one: File, other: File) -> Bool {
            one.description == other.description && one.header == other.header
        }

        public func hash(into hasher: inout Hasher) { hasher.combine(description) }

        /// Whether `stored`, the header with which the file lies in the vault, is of the same file key. `identity` is
        /// the grantee's. Throws `unverified` where `identity` does not open the header.
        public func belongs(to stored: AgeHeader, openedWith identity: AgeIdentity) throws(PartyError)
            -> Bool
        {
            do throws(AgeError) {
                return try header.sharesKey(with: stored, openedWith: .identity(identity))
            } catch { throw .unverified("a file's header does not open", cause: error) }
        }
    }

    /// A file that is to be granted: what the descriptor says of it, the header with which it is stored, and what opens
    /// that.
    public typealias Stored = (description: Descriptor.File, header: AgeHeader, key: AgeIdentity)

    /// An envelope is held in memory; so is what it opens.
    public static let bytesMax = 16 << 20

    /// In the order of the descriptor.
    public let files: [File]

    /// Wraps the keys of single files for a member: only for one whose identity was verified (T3). Throws
    /// `unverified` where a header does not open.
    public static func wrap(
        _ files: [Stored], record: RecordHandle, nonce: [UInt8],
        notAfter: LedgerTime, for grantee: VerifiedMember
    ) throws(PartyError) -> [UInt8] {
        try seal(
            files,
            .grant(record, nonce: nonce, grantee: grantee.key, notAfter: notAfter), to: grantee.recipient)
    }

    /// Wraps the keys of single files for any member of a custodian in a role: sealed to its desk, whose recipient the
    /// genesis pins. Throws as the other.
    public static func wrap(
        _ files: [Stored], record: RecordHandle, nonce: [UInt8],
        notAfter: LedgerTime, role: Role, of organisation: NetworkOrganisation
    ) throws(PartyError) -> [UInt8] {
        try seal(
            files,
            .role(record, nonce: nonce, organisation.name, role, notAfter: notAfter),
            to: organisation.deskRecipient)
    }

    static func seal(
        _ files: [Stored], _ binding: Envelope.Binding,
        to recipient: AgeRecipient
    ) throws(PartyError) -> [UInt8] {
        var entries = [JSONValue]()
        for file in files {
            let header: AgeHeader
            do throws(AgeError) {
                header = try file.header.sharing(
                    openedWith: .identity(file.key), for: .recipients([recipient]))
            } catch { throw .unverified("a file of the record does not open", cause: error) }
            entries.append(
                .object([
                    ("file", file.description.json), ("header", .text(header.serialized())),
                ]))
        }
        let json = JSONValue.object([
            ("binding", .array(binding.comments.map { .text($0) })), ("files", .array(entries)),
        ])
        let envelope = try SealedJSON.seal(json, to: recipient)
        guard envelope.count <= bytesMax else {
            throw .badInput("these are too many files for a grant of single ones: grant the record")
        }
        return envelope
    }

    /// Throws `unverified` unless `identity` opens it, it is bound to exactly `binding`, and it is of the files of
    /// `manifest`, which is the grant's, each once.
    public init(
        opening envelope: [UInt8], with identity: AgeIdentity, expecting binding: Envelope.Binding,
        files manifest: Manifest
    ) throws(PartyError) {
        let json: JSONValue
        do throws(PartyError) {
            json = try SealedJSON.open(envelope, with: identity)
        } catch { throw .unverified("the envelope does not open", cause: error) }
        let comments: [JSONValue]
        do throws(JSONValue.Malformed) {
            var fields = try JSONFields(json)
            comments = try fields.array("binding")
            files = try Self.files(try fields.array("files"))
            try fields.end()
        } catch { throw .unverified("the envelope is malformed", cause: error) }
        guard comments == binding.comments.map({ .text($0) }) else {
            throw .unverified("the envelope was made for another record, grant, member or time")
        }
        guard Manifest(of: files.map { $0.description.ciphertext }) == manifest else {
            throw .unverified("the envelope is of other files than the grant")
        }
    }

    private static func files(_ entries: [JSONValue]) throws(JSONValue.Malformed) -> [File] {
        var files = [File]()
        for entry in entries {
            var fields = try JSONFields(entry)
            let description = try Descriptor.File(try fields.value("file"))
            let text = try fields.utf8("header")
            let header: AgeHeader
            do throws(AgeError) {
                header = try AgeHeader(parsing: text)
            } catch { throw JSONValue.Malformed("header is no age header") }
            files.append(File(description: description, header: header))
            try fields.end()
        }
        return files
    }
}
