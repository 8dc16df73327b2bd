import Primitives
import Testing
import TransparencyLog

func utf8(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

struct SignedNoteTests {
    /// The example of c2sp.org/signed-note, "Verifier keys".
    @Test func theExampleOfTheSpecificationVerifies() throws {
        let key = try VerifierKey(
            encoded: utf8("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"))
        #expect(key.name == "example.com/foo" && key.kind == .note && key.keyID == 0x530d_903a)
        let bytes = utf8(
            """
            This is an example message.

            — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z\
            tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

            """)
        let note = try SignedNote(decoding: bytes)
        #expect(note.text == utf8("This is an example message.\n"))
        #expect(note.encoded == bytes)
        #expect(try note.verifiedSignature(of: key)?.key == key)
        #expect(try note.verifiedSignature(of: key)?.time == nil)
        let other = try SignedNote(decoding: utf8("This is an example massage.") + bytes.dropFirst(27))
        #expect(throws: NoteError.badSignature) { try other.verifiedSignature(of: key) }
    }

    /// The first example of c2sp.org/signed-note: text with empty lines and letters beyond ASCII.
    @Test func textMayHaveEmptyLines() throws {
        let bytes = utf8(
            """
            Ognuno sta solo sul cuor della terra
            trafitto da un raggio di sole:

            ed è subito sera.

            — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGI\
            TLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=

            """)
        let note = try SignedNote(decoding: bytes)
        #expect(note.text.split(separator: 0x0a, omittingEmptySubsequences: false).count == 5)
        #expect(note.signatures.count == 1 && note.signatures[0].keyID == 0x367b_a04b)
        #expect(note.signatures[0].name == utf8("quasimodo.example/salvatore"))
        #expect(note.encoded == bytes)
    }

    /// Line by line: a note, and whether it is one.
    @Test(arguments: [
        ("text\n\n— a AAAAAAE=\n", true),
        ("text\n\n— a AAAAAAE=\n— b AAAAAAE=\n", true),
        ("text\n\n— a AAAAAAE=\n— a AAAAAAE=\n", true),
        ("\n\n— a AAAAAAE=\n", false),  // no text
        ("\n— a AAAAAAE=\n", false),
        ("text\n\n", false),  // no signature
        ("text\n", false),
        ("", false),
        ("text\n— a AAAAAAE=\n", false),  // no empty line
        ("text\n\n— a AAAAAAE=", false),  // no last newline
        ("text\n\n— a AAAAAAE=\n\n", false),
        ("text\n\n— a AAAAAAE=\nmore\n", false),
        ("text\n\n- a AAAAAAE=\n", false),
        ("text\n\n—a AAAAAAE=\n", false),
        ("text\n\n—  AAAAAAE=\n", false),  // no name
        ("text\n\n— AAAAAAE=\n", false),
        ("text\n\n— a+b AAAAAAE=\n", false),
        ("text\n\n— a\u{a0}b AAAAAAE=\n", false),  // a Unicode space
        ("text\n\n— a\u{2003}b AAAAAAE=\n", false),
        ("text\n\n— ä AAAAAAE=\n", true),
        ("text\n\n— a  AAAAAAE=\n", false),
        ("text\n\n— a AAAAAAE= \n", false),
        ("text\n\n— a AAAAAA==\n", false),  // a key ID and no signature
        ("text\n\n— a AAAA\n", false),
        ("text\n\n— a AAAAAAF=\n", false),  // bits beyond the last byte
        ("text\n\n— a AAAAAAE\n", false),  // padding
        ("text\n\n— a AAAAAA-_\n", false),  // the other alphabet
        ("te\txt\n\n— a AAAAAAE=\n", false),
        ("text\r\n\n— a AAAAAAE=\n", false),
        ("text\n\n— a AAAAAAE=\r\n", false),
        ("te\0xt\n\n— a AAAAAAE=\n", false),
    ])
    func whatIsANote(text: String, isNote: Bool) throws {
        guard isNote else {
            #expect(throws: NoteError.malformedNote) { try SignedNote(decoding: utf8(text)) }
            return
        }
        #expect(try SignedNote(decoding: utf8(text)).encoded == utf8(text))
    }

    @Test func whatIsNotUTF8IsNotANote() {
        for bytes in [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x8a]] as [[UInt8]] {
            let note = utf8("text") + bytes + utf8("\n\n— a AAAAAAE=\n")
            #expect(throws: NoteError.malformedNote) { try SignedNote(decoding: note) }
        }
    }

    @Test func sizeAndNumberOfSignaturesAreLimited() throws {
        func note(_ count: Int) -> [UInt8] {
            utf8("text\n\n" + (0..<count).map { "— witness\($0) AAAAAAE=\n" }.joined())
        }
        #expect(try SignedNote(decoding: note(16)).signatures.count == 16)
        #expect(try SignedNote(decoding: note(SignedNote.signaturesMax)).signatures.count == 100)
        #expect(throws: NoteError.malformedNote) {
            try SignedNote(decoding: note(SignedNote.signaturesMax + 1))
        }
        let tail = utf8("\n\n— a AAAAAAE=\n")
        let large = [UInt8](repeating: 0x61, count: SignedNote.bytesMax - tail.count) + tail
        #expect(try SignedNote(decoding: large).encoded == large)
        #expect(throws: NoteError.malformedNote) { try SignedNote(decoding: [0x61] + large) }
    }
}

struct VerifierKeyTests {
    /// The Go checksum database's published key.
    @Test func aPublishedKeyKeepsItsSpelling() throws {
        let text = utf8("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
        let key = try VerifierKey(encoded: text)
        #expect(key.encoded == text)
        #expect(key.name == "sum.golang.org" && key.kind == .note)
    }

    @Test(arguments: [
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",  // another key's ID
        "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",  // another name
        "sum.golang.org+033DE0AE+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+33de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8\n",
        "sum.golang.org+033de0ae", "sum.golang.org++", "+033de0ae+Ac4z", "",
        "sum golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ])
    func everyOtherSpellingIsRefused(text: String) {
        #expect(throws: NoteError.malformedKey) { try VerifierKey(encoded: utf8(text)) }
    }

    @Test func keysThatSignForEveryoneAreRefused() {
        // The neutral element and a point of order two: with them, signatures over anything can be made up.
        let neutral = [1] + [UInt8](repeating: 0, count: 31)
        let orderTwo = [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
        for key in [neutral, orderTwo, [UInt8](repeating: 0, count: 32), [], neutral + [0]] {
            #expect(throws: NoteError.malformedKey) {
                try VerifierKey(name: "a", kind: .note, publicKey: key)
            }
        }
    }

    @Test(arguments: ["", "a b", "a+b", "a\n", "\u{e9}", "e\u{301}", "a\u{7f}"])
    func namesArePrintableASCII(name: String) {
        let key = SigningKey.generate()
        #expect(throws: NoteError.malformedName) { try NoteSigner(name: name, kind: .note, key: key) }
    }

    @Test func nameAndKindAreInTheKeyID() throws {
        let key = SigningKey.generate().publicKey
        let ids = Set([
            try VerifierKey(name: "a", kind: .note, publicKey: key).keyID,
            try VerifierKey(name: "a", kind: .cosignature, publicKey: key).keyID,
            try VerifierKey(name: "b", kind: .note, publicKey: key).keyID,
        ])
        #expect(ids.count == 3)
    }
}
