import Age
import Contract
import Evidence
import Files
import Homes
import Identity
import Primitives
import Remote
import Sealing
import Synchronization

/// Ciphertext on its way into a vault: in a working folder, or sealed again while it is sent.
struct SealedBlob: Hashable, Sendable {
    /// What a source becomes when it is sealed again.
    struct Outlined: Hashable {
        /// Which of the sources it is.
        let source: Int
        /// Where its outline lies in the working file.
        let place: Range<Int>
    }

    /// The working file's: its ciphertext, or that of all outlines.
    var name: String
    /// What it is to be called in its record.
    var blob: BlobName
    var byteCount: Int
    var outlined: Outlined?

    var digest: Digest { blob.digest }
}

extension SealedBlob {
    var json: JSONValue {
        var fields: [(String, JSONValue)] = [
            ("name", .text(name)), ("blob", .text(blob.text)), ("byteCount", .number(UInt64(byteCount))),
        ]
        if let outlined {
            fields += [
                ("source", .number(UInt64(outlined.source))),
                ("start", .number(UInt64(outlined.place.lowerBound))),
                ("end", .number(UInt64(outlined.place.upperBound))),
            ]
        }
        return .object(fields)
    }

    init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        name = try fields.text("name")
        guard let blob = BlobName(try fields.utf8("blob")) else {
            throw JSONValue.Malformed("no blob's name")
        }
        self.blob = blob
        byteCount = try fields.count("byteCount")
        if fields.has("source") {
            let (source, start, end) = (
                try fields.count("source"), try fields.count("start"), try fields.count("end")
            )
            guard start <= end else { throw JSONValue.Malformed("no place of an outline") }
            outlined = Outlined(source: source, place: start..<end)
        }
        try fields.end()
    }
}

// MARK: - Its bytes

/// Files to be sealed, and the secret by which those that are not kept as ciphertext are sealed again.
struct OutlinedSources: Sendable {
    let files: [SourceFile]
    let secret: SecretBytes

    init(_ files: [SourceFile], of key: SigningKey) {
        self.files = files
        secret = HKDFSHA256.derive(
            key.seed, salt: Array("medseal/outlined-files".utf8), info: [], count: 32)
    }
}

/// A source was not what was sealed of it before when it was read again.
struct ChangedSourceError: Error {
    let name: String

    /// What it means for a use case that does not begin anew.
    var failure: PartyError {
        .unavailable(
            "\(SafeText.escaped(name)) changed while it was read: try again when no program writes to it")
    }
}

extension SealedBlob {
    /// Its bytes, out of `folder` or sealed again. Reading throws `ChangedSourceError` before it gives a byte of a part that
    /// would be another one than before.
    func content(in folder: Folder, _ sources: OutlinedSources?) throws -> RepeatableContent {
        guard let outlined else {
            return RepeatableContent(of: name, in: folder, byteCount: byteCount, digest: digest)
        }
        guard let sources, sources.files.indices.contains(outlined.source) else {
            throw PartyError.unverified("what was kept of the deposit is of other files")
        }
        let (source, outlines) = (sources.files[outlined.source], OutlineFile(name, in: folder))
        return RepeatableContent(byteCount: byteCount, digest: digest) { [byteCount] offset in
            let outline = try outlines.outline(at: outlined.place)
            guard outline.byteCount == byteCount else { throw OutlineFile.damaged }
            let sealing = Mutex(
                try SourceSealing(source, outline, secret: sources.secret, from: offset))
            return { try sealing.withLock { try $0.next() } }
        }
    }
}

/// A source as it is sealed again, part by part.
private struct SourceSealing: ~Copyable {
    private let name: String
    private let file: OutlinedFile
    private let read: SourceFile.Read
    private var number: Int
    /// How much of the first part is there already.
    private var skipped: Int

    init(_ source: SourceFile, _ outline: SealedOutline, secret: SecretBytes, from offset: Int) throws {
        name = source.name
        file = OutlinedFile(outline, secret: secret)
        number = outline.part(at: offset)
        skipped = offset - outline.start(ofPart: number)
        read = try source.read(from: outline.plaintext(ofPart: number).lowerBound)
    }

    mutating func next() throws -> [UInt8]? {
        guard number < file.outline.partDigests.count else { return nil }
        let range = file.outline.plaintext(ofPart: number)
        let plaintext = UnsafeMutableRawBufferPointer.allocate(byteCount: range.count, alignment: 4096)
        defer {
            wipe(plaintext)
            plaintext.deallocate()
        }
        var count = 0
        while count < range.count {
            let more = try read(UnsafeMutableRawBufferPointer(rebasing: plaintext[count...]))
            guard more > 0 else { throw ChangedSourceError(name: name) }
            count += more
        }
        guard let part = file.sealed(part: number, of: UnsafeRawBufferPointer(plaintext)) else {
            throw ChangedSourceError(name: name)
        }
        number += 1
        defer { skipped = 0 }
        return skipped == 0 ? part : Array(part.dropFirst(skipped))
    }
}

extension Folder {
    /// Keeps a small one here, to be stored as `kind`.
    func keep(_ bytes: [UInt8], as name: String, _ kind: BlobKind) throws -> SealedBlob {
        try write(bytes, as: name)
        return SealedBlob(
            name: name, blob: BlobName(Digest(hashing: bytes), kind), byteCount: bytes.count)
    }
}
