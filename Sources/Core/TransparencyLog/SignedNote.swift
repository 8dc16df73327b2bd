import Primitives

/// Text with signature lines under it, exactly as received; nothing in it may be believed before it is
/// verified (c2sp.org/signed-note).
public struct SignedNote: Sendable, Hashable {
    /// One signature line.
    public struct Signature: Sendable, Hashable {
        /// UTF-8, without spaces and plus, not empty.
        public let name: [UInt8]
        public let keyID: UInt32
        /// What the key's kind says; not empty.
        public let bytes: [UInt8]

        /// The line as it stands in a note, newline included.
        public var line: [UInt8] {
            StaticString("\u{2014} ").bytes + name + [UInt8(ascii: " ")]
                + Base64.encode(keyID.bigEndianBytes + bytes) + [Lines.newline]
        }

        func isOf(_ key: VerifierKey) -> Bool { keyID == key.keyID && name == [UInt8](key.name.utf8) }
    }

    /// Larger notes are refused unread.
    public static let bytesMax = 1 << 20
    /// Notes with more signature lines are refused; the specification demands at least 16.
    public static let signaturesMax = 100

    /// What is signed: whole lines, the last newline included.
    public let text: [UInt8]
    /// In the order of their lines.
    public private(set) var signatures: [Signature]

    init(text: [UInt8], signatures: [Signature]) {
        self.text = text
        self.signatures = signatures
    }

    /// Reads a note. Throws `malformedNote`; what it accepts encodes to the same bytes.
    public init(decoding note: [UInt8]) throws(NoteError) {
        guard note.count <= Self.bytesMax, Self.isPlainText(note) else { throw .malformedNote }
        // The last empty line parts text and signatures: after it there are signature lines only.
        guard let gap = note.indices.dropFirst().last(where: { note[$0] == 0x0a && note[$0 - 1] == 0x0a })
        else {
            throw .malformedNote
        }
        text = [UInt8](note[..<gap])
        signatures = []
        guard text.count > 1 else { throw .malformedNote }
        var lines = Lines([UInt8](note[(gap + 1)...]))
        while !lines.rest.isEmpty {
            guard signatures.count < Self.signaturesMax, let line = lines.next(after: "\u{2014} ") else {
                throw .malformedNote
            }
            signatures.append(try Self.signature(from: line))
        }
        guard !signatures.isEmpty else { throw .malformedNote }
    }

    /// The note's bytes: text, an empty line, the signature lines.
    public var encoded: [UInt8] {
        signatures.reduce(into: text + [Lines.newline]) { $0 += $1.line }
    }

    /// Adds a signature line at the end. Throws `duplicateSignature` when that key's is there already.
    public mutating func add(_ signature: Signature) throws(NoteError) {
        guard !signatures.contains(where: { $0.name == signature.name && $0.keyID == signature.keyID }) else {
            throw .duplicateSignature
        }
        signatures.append(signature)
    }

    /// The same note with that signature line in the place of an older one by the same key.
    public func replacing(_ signature: Signature) -> SignedNote {
        let others = signatures.filter { $0.name != signature.name || $0.keyID != signature.keyID }
        return SignedNote(text: text, signatures: others + [signature])
    }

    /// The signature of `key`, verified; nil when it did not sign, whatever unknown keys did.
    ///
    /// Throws `badSignature` when its signature is there and does not verify, `duplicateSignature` when it
    /// signed twice.
    public func verifiedSignature(of key: VerifierKey) throws(NoteError) -> VerifiedSignature? {
        let own = signatures.filter { $0.isOf(key) }
        guard let signature = own.first else { return nil }
        guard own.count == 1 else { throw .duplicateSignature }
        guard let verified = VerifiedSignature(signature.bytes, over: text, by: key) else {
            throw .badSignature
        }
        return verified
    }

    /// `<name> <base64(key ID || signature)>`
    private static func signature(from line: ArraySlice<UInt8>) throws(NoteError) -> Signature {
        guard let space = line.firstIndex(of: UInt8(ascii: " ")), isName(line[..<space]),
            let bytes = Base64.decode(line[(space + 1)...]), bytes.count > 4
        else { throw .malformedNote }
        return Signature(
            name: [UInt8](line[..<space]), keyID: UInt32(bigEndian: bytes), bytes: [UInt8](bytes.dropFirst(4))
        )
    }

    /// Valid UTF-8 without control characters other than newline.
    private static func isPlainText(_ note: [UInt8]) -> Bool {
        note.allSatisfy { $0 >= 0x20 || $0 == Lines.newline }
            && String(validating: note, as: UTF8.self) != nil
    }

    /// A name of anyone's key: not empty, no plus, no Unicode space. `name` is known to be UTF-8.
    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        !name.isEmpty
            && String(decoding: name, as: UTF8.self).unicodeScalars.allSatisfy {
                $0 != "+" && !$0.properties.isWhitespace
            }
    }
}
