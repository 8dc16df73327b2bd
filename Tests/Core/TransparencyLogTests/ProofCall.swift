import BrowserCalls
import TransparencyLog

/// The call `verify_proof`: a proof file, the hash of its leaf, the log's key, and its cosigners'.
enum ProofCall {
    static func input(_ proof: [UInt8], leafHash: [UInt8], log: [UInt8], cosigners: [[UInt8]]) -> [UInt8] {
        Packed.pack([proof, leafHash, log] + cosigners)
    }

    /// What the checkpoint says and which cosigners' signatures stand, or why the proof is refused.
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let proof = input.next(), let leafHash = input.next(), let log = input.next() else {
            return Packed.malformed
        }
        do throws(NoteError) {
            var cosigners = [VerifierKey]()
            while let cosigner = input.next() { cosigners.append(try VerifierKey(encoded: cosigner)) }
            let verified = try ProofFile(decoding: proof).verify(
                leafHash: leafHash, log: try VerifierKey(encoded: log), cosigners: cosigners)
            return Packed.pack(
                [[0], verified.checkpoint.encoded]
                    + verified.cosignatures.map { $0.key.encoded + Packed.big($0.time ?? 0) })
        } catch {
            return [1, code(of: error)]
        }
    }

    private static func code(of error: NoteError) -> UInt8 {
        switch error {
        case .malformedNote: 1
        case .malformedCheckpoint: 2
        case .malformedKey: 3
        case .malformedProof: 4
        case .malformedName: 5
        case .duplicateSignature: 6
        case .keyInTwoRoles: 7
        case .wrongKind: 8
        case .badSignature: 9
        case .unsigned: 10
        case .wrongOrigin: 11
        case .notIncluded: 12
        }
    }
}
