import Testing
import TransparencyLog

struct AddCheckpointTests {
    private static let hash = "+wx6Tu3YJlUigTVgCTFBa3bzh3Ezg0gj4g759kIpwo8="

    private static func body(_ head: String, hashes: Int = 2) -> [UInt8] {
        utf8(head + String(repeating: hash + "\n", count: hashes) + "\n") + PythonNote.bytes
    }

    @Test func whatIsDecodedEncodesToTheSame() throws {
        let body = Self.body("old 777\n")
        let request = try AddCheckpoint(decoding: body)
        #expect(request.oldSize == 777)
        #expect(request.consistency.hashes.count == 2)
        #expect(request.note.encoded == PythonNote.bytes)
        #expect(request.encoded == body)
        #expect(try AddCheckpoint(decoding: Self.body("old 0\n", hashes: 0)).consistency.hashes == [])
        #expect(try AddCheckpoint(decoding: Self.body("old 5\n", hashes: 63)).consistency.hashes.count == 63)
    }

    @Test func thereIsOneSpelling() {
        for head in [
            "old  777\n", "old 0777\n", "old -1\n", "old +7\n", "Old 7\n", "size 7\n", "old 7\r\n", "",
        ] {
            #expect(throws: NoteError.malformedProof, "\(head)") {
                try AddCheckpoint(decoding: Self.body(head))
            }
        }
        #expect(throws: NoteError.malformedProof) {
            try AddCheckpoint(decoding: Self.body("old 18446744073709551615\n"))
        }
        #expect(throws: NoteError.malformedProof) {
            try AddCheckpoint(decoding: Self.body("old 7\n", hashes: 64))
        }
        #expect(throws: NoteError.malformedProof) {
            try AddCheckpoint(decoding: utf8("old 7\nAAAA\n\n") + PythonNote.bytes)
        }
        #expect(throws: NoteError.malformedNote) { try AddCheckpoint(decoding: utf8("old 7\n\n")) }
        let whole = Self.body("old 777\n")
        for count in 0..<whole.count {
            // Cut between the log's and a cosigner's line it is a request with fewer signatures.
            guard let request = try? AddCheckpoint(decoding: Array(whole.prefix(count))) else { continue }
            #expect(request.encoded == Array(whole.prefix(count)))
        }
    }
}
