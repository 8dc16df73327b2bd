import BrowserCalls
import Testing
import TransparencyLog

/// Proof files natively, recorded for the browser's core.
struct ProofCallTests {
    @Test func proofsAreJudgedAndRecorded() throws {
        let log = try PythonNote.logKey().encoded
        let cosigners = try PythonNote.cosignerKeys().map(\.encoded)
        var recording = Recording(of: "verify_proof")
        func judge(_ proof: [UInt8], leafHash: [UInt8] = ProofFileTests.leafHash) -> [UInt8] {
            let input = ProofCall.input(proof, leafHash: leafHash, log: log, cosigners: cosigners)
            let answer = ProofCall.answer(input)
            recording.add(input, answer: answer)
            return answer
        }
        let checkpoint = try SignedNote(decoding: PythonNote.bytes).text
        #expect(Packed.unpack(judge(ProofFileTests.bytes))?.prefix(2) == [[0], checkpoint])
        #expect(Packed.unpack(judge(ProofFileTests.bytes))?.count == 4)
        #expect(judge(ProofFileTests.bytes, leafHash: Merkle.leafHash(utf8("entry 778"))) == [1, 12])
        #expect(judge(ProofFileTests.bytes, leafHash: []) == [1, 12])
        // One bit of each byte. What follows the proof is the checkpoint, whose lines of unknown keys count for nothing.
        let proofBytes = ProofFileTests.bytes.count - PythonNote.bytes.count
        for place in ProofFileTests.bytes.indices {
            var changed = ProofFileTests.bytes
            changed[place] ^= 1 << UInt8(place % 8)
            let answer = judge(changed)
            #expect(place >= proofBytes || answer.first == 1, "byte \(place)")
        }
        #expect(recording.count > 700)
        try recording.save()
    }
}
