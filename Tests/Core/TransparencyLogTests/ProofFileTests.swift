import Primitives
import Testing
import TransparencyLog

struct ProofFileTests {
    /// The inclusion path of entry 777 among 1,000 by Python's hashlib; the checkpoint by aics-tlog.
    static let header = "c2sp.org/tlog-proof@v1\n"
    static let hashes = """
        +wx6Tu3YJlUigTVgCTFBa3bzh3Ezg0gj4g759kIpwo8=
        HmFJREatIPwAQgaPrninuvy47JM2/goZ46g0oiEh2HE=
        EPyngmf+WWCKG66T8SmDzQ4N6gXpM6pf2TWyPbklDwg=
        1UIUj+fves8vb6QDQSXNHskg9A8JhAwRLKQ2QlbnLMc=
        vhlS7mRDfw8ZCgPc6E6x61ddwgEpiYFp4fS9eOsLgPo=
        z8sFKMCbR8Qr1vDc15l83kq7iuzKtnsa+TZY5CdzEV0=
        H6qXMUZbyMkVsxuVXU5e+VB5K74aUl5gtKaW5WYWZPc=
        jPudrFkK48GTDIolD1q+X44HvVq37X5pSqY8Mqyi2Gw=
        k9pJNZFHSVnKwKaCayEIxku4oi30S/6/njGup+WMXy4=
        xtuUnnbP1dYUB8c6SBkhJlqwJOphMdAtxrcN79/U+to=

        """
    static let bytes = utf8(header + "index 777\n" + hashes + "\n") + PythonNote.bytes
    static let leafHash = Merkle.leafHash(utf8("entry 777"))

    @Test func theProofOfPythonHoldsAndOursIsTheSame() throws {
        let proof = try ProofFile(decoding: Self.bytes)
        #expect(proof.encoded == Self.bytes)
        #expect(proof.index == 777 && proof.extra == nil)
        let verified = try proof.verify(
            leafHash: Self.leafHash, log: PythonNote.logKey(), cosigners: PythonNote.cosignerKeys())
        #expect(verified.cosignatures.count == 2)

        let stored = StoredTree(entries: StoredTree.entries(1000))
        let own = ProofFile(
            index: 777, inclusion: try InclusionProof(of: 777, inTreeOf: 1000, reading: stored),
            checkpoint: try SignedNote(decoding: PythonNote.bytes))
        #expect(own.encoded == Self.bytes)
    }

    @Test func whatIsNotProvedIsRefused() throws {
        let log = try PythonNote.logKey()
        let proof = try ProofFile(decoding: Self.bytes)
        #expect(throws: NoteError.notIncluded) {
            try proof.verify(leafHash: Merkle.leafHash(utf8("entry 778")), log: log)
        }
        let moved = ProofFile(index: 776, inclusion: proof.inclusion, checkpoint: proof.note)
        #expect(throws: NoteError.notIncluded) { try moved.verify(leafHash: Self.leafHash, log: log) }
        let other = try VerifierKey(name: log.name, kind: .note, publicKey: PythonNote.key(7).publicKey)
        #expect(throws: NoteError.unsigned) { try proof.verify(leafHash: Self.leafHash, log: other) }
    }

    @Test func extraIsCarriedAndNeverEmpty() throws {
        let proof = try ProofFile(decoding: Self.bytes)
        let with = ProofFile(
            index: 777, inclusion: proof.inclusion, checkpoint: proof.note, extra: utf8("statement"))
        let expected =
            utf8(Self.header + "extra c3RhdGVtZW50\n") + Self.bytes.dropFirst(Self.header.utf8.count)
        #expect(with.encoded == expected)
        #expect(try ProofFile(decoding: with.encoded) == with)
        let none = ProofFile(index: 777, inclusion: proof.inclusion, checkpoint: proof.note, extra: [])
        #expect(none == proof)
    }

    @Test func aLogOfOneEntryHasAProofWithoutHashes() throws {
        let signer = try NoteSigner(name: "log", kind: .note, key: PythonNote.key(1))
        let head = TreeHead(size: 1, root: Merkle.leafHash([7]))
        let note = try signer.sign(Checkpoint(origin: "log", head: head))
        let proof = ProofFile(index: 0, inclusion: InclusionProof(hashes: []), checkpoint: note)
        #expect(proof.encoded == utf8("c2sp.org/tlog-proof@v1\nindex 0\n\n") + note.encoded)
        let read = try ProofFile(decoding: proof.encoded)
        #expect(try read.verify(leafHash: head.root, log: signer.verifierKey).checkpoint.head == head)
    }

    @Test(arguments: [
        "index 777\n" + hashes + "\n",
        "c2sp.org/tlog-proof@v2\nindex 777\n" + hashes + "\n",
        "c2sp.org/tlog-proof@v1 \nindex 777\n" + hashes + "\n",
        header + hashes + "\n",
        header + "index 0777\n" + hashes + "\n",
        header + "index -1\n" + hashes + "\n",
        header + "index 9223372036854775807\n" + hashes + "\n",
        header + "index 777\n" + hashes,
        header + "index 777\n" + hashes.dropFirst(1) + "\n",
        header + "index 777\nAAAA\n" + hashes + "\n",
        header + "extra \nindex 777\n" + hashes + "\n",
        header + "extra AB==\nindex 777\n" + hashes + "\n",
        header + "extra AA==\nextra AA==\nindex 777\n" + hashes + "\n",
        header + "index 777\nextra AA==\n" + hashes + "\n",
        header + "index 777\n" + String(repeating: hashes, count: 7) + "\n",
    ])
    func everyOtherSpellingIsRefused(head: String) {
        #expect(throws: (any Error).self) { try ProofFile(decoding: utf8(head) + PythonNote.bytes) }
        #expect(throws: NoteError.malformedProof) { try ProofFile(decoding: utf8(head)) }
    }

    @Test func noByteCanBeChanged() throws {
        let log = try PythonNote.logKey()
        // The checkpoint's own bytes are changed in CheckpointTests.
        let headCount = Self.bytes.count - PythonNote.bytes.count
        for place in 0..<headCount {
            for bit in 0..<8 {
                var mutant = Self.bytes
                mutant[place] ^= 1 << UInt8(bit)
                #expect(throws: NoteError.self) {
                    try ProofFile(decoding: mutant).verify(leafHash: Self.leafHash, log: log)
                }
            }
        }
        for count in 0..<Self.bytes.count - 300 {
            #expect(throws: NoteError.self) { try ProofFile(decoding: Array(Self.bytes[..<count])) }
        }
    }
}
