import Primitives
import Testing
import TransparencyLog

/// A checkpoint over 1,000 entries ("entry 0" ...) signed by the log and two cosigners, and their keys: all
/// of it made by the Python package aics-tlog 0.1 from the seeds 0101..., 0202..., 0303....
enum PythonNote {
    static let log = "medseal.example/log+42b8e3e5+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c"
    static let cosigners = [
        "hospital1.example/cosigner+317772b9+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU",
        "hospital2.example/cosigner+ce350476+BO1JKMYo0cLG6ukDOJBZlWEpWSc6XGP5NjbBRhSshzfR",
    ]
    static let body = "medseal.example/log\n1000\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n"
    static let signatures = [
        "— medseal.example/log Qrjj5e9sqnABJAf8FOSUcQmraMelTgPDRM06sKPdDIt19gVSGfCg/7gcEM"
            + "8V5746YZNpqI0PZWW+QzAeZRSR8inebAk=\n",
        "— hospital1.example/cosigner MXdyuQAAAABlU/EAYiWms+LgEQei4xiZgb8WcVOLf7BNntFFqIb"
            + "3Cu76RKOZQ9kNAhkhkckFPtUSoGvq++8T6DKL1HYhm2XLjto3AQ==\n",
        "— hospital2.example/cosigner zjUEdgAAAABlU/EBPo/QKxeDkIdEi8xoqYTMs2HAFG6izzvqOCC"
            + "QLpJGb9kddwV07zwUDoijtIxxZIrLLpIlbNUEFeRwuXSe0SwTDg==\n",
    ]
    static let bytes = utf8(body + "\n" + signatures.joined())

    static func key(_ seed: UInt8) -> SigningKey {
        SigningKey(seed: SecretBytes(copying: [UInt8](repeating: seed, count: 32)))
    }
    static func logKey() throws -> VerifierKey { try VerifierKey(encoded: utf8(log)) }
    static func cosignerKeys() throws -> [VerifierKey] {
        try cosigners.map { try VerifierKey(encoded: utf8($0)) }
    }
}

struct CheckpointTests {
    @Test(arguments: [
        (PythonNote.body, true),
        // c2sp.org/tlog-checkpoint's example.
        ("example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n", true),
        ("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n", true),
        ("a\n0\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),  // a root over nothing that is not
        ("a\n9223372036854775807\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", true),
        ("a\n9223372036854775808\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n18446744073709551617\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n01\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n+1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n-1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n１\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a b\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("é\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n", false),
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vt=\n", false),  // not canonical base64
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs\n", false),
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96VsA\n", false),  // 33 bytes
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Q==\n", false),  // 31 bytes
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs= \n", false),
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=", false),
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\nextension\n", false),
        ("a\n1\nNGxrnLicS3b6ydyyDNqG46AcCldBfBOQKOrNRTj96Vs=\n\n", false),
        ("a\n1\n", false), ("", false),
    ])
    func whatIsACheckpoint(text: String, isCheckpoint: Bool) throws {
        guard isCheckpoint else {
            #expect(throws: NoteError.malformedCheckpoint) { try Checkpoint(decoding: utf8(text)) }
            return
        }
        #expect(try Checkpoint(decoding: utf8(text)).encoded == utf8(text))
    }

    /// Ed25519 is deterministic: the same seeds must give the same bytes as the Python implementation.
    @Test func signingGivesTheBytesOfPython() throws {
        let stored = StoredTree(entries: StoredTree.entries(1000))
        let checkpoint = try Checkpoint(origin: "medseal.example/log", head: stored.tree.head)
        #expect(checkpoint.encoded == utf8(PythonNote.body))
        let log = try NoteSigner(name: "medseal.example/log", kind: .note, key: PythonNote.key(1))
        #expect(log.verifierKey.encoded == utf8(PythonNote.log))
        var note = try log.sign(checkpoint)
        let opened = try VerifiedCheckpoint(opening: note, log: log.verifierKey)
        for number in [1, 2] as [UInt8] {
            let cosigner = try NoteSigner(
                name: "hospital\(number).example/cosigner", kind: .cosignature,
                key: PythonNote.key(number + 1))
            #expect(cosigner.verifierKey.encoded == utf8(PythonNote.cosigners[Int(number) - 1]))
            let cosignature = try cosigner.cosign(opened, time: 1_699_999_999 + UInt64(number))
            try note.add(cosignature)
            #expect(throws: NoteError.duplicateSignature) { try note.add(cosignature) }
        }
        #expect(note.encoded == PythonNote.bytes)
    }

    @Test func theCosignedCheckpointOfPythonOpens() throws {
        let keys = try PythonNote.cosignerKeys()
        let opened = try VerifiedCheckpoint(
            opening: PythonNote.bytes, log: PythonNote.logKey(), cosigners: keys.reversed())
        #expect(opened.checkpoint.origin == "medseal.example/log")
        #expect(opened.checkpoint.head.size == 1000)
        #expect(opened.cosignatures.map(\.key) == keys.reversed())
        #expect(opened.cosignatures.map(\.time) == [1_700_000_001, 1_700_000_000])
        #expect(opened.note.encoded == PythonNote.bytes)
    }

    @Test func linesOfUnknownKeysAreIgnoredAndNeverCounted() throws {
        let log = try PythonNote.logKey()
        #expect(try VerifiedCheckpoint(opening: PythonNote.bytes, log: log).cosignatures.isEmpty)
        // The same name or the same ID alone is not the key.
        let noise = "— hospital1.example/cosigner AAAAAAE=\n— hospital2.example/cosignar zjUEdgE=\n"
        let noisy = PythonNote.bytes + utf8(noise + noise)
        let opened = try VerifiedCheckpoint(opening: noisy, log: log, cosigners: PythonNote.cosignerKeys())
        #expect(opened.cosignatures.count == 2)
        #expect(opened.note.encoded == noisy)
        let strangers = utf8(PythonNote.body + "\n" + noise)
        #expect(throws: NoteError.unsigned) { try VerifiedCheckpoint(opening: strangers, log: log) }
    }

    @Test func aKnownKeysBadSignatureCondemnsTheNote() throws {
        let log = try PythonNote.logKey()
        let cosigners = try PythonNote.cosignerKeys()
        func note(_ signatures: [String]) -> [UInt8] { utf8(PythonNote.body + "\n" + signatures.joined()) }
        let lines = PythonNote.signatures
        let swappedBytes = "— hospital1.example/cosigner MXdyuQAAAABlU/EB" + lines[1].dropFirst(45)
        #expect(throws: NoteError.badSignature) {
            try VerifiedCheckpoint(opening: note([lines[0], swappedBytes]), log: log, cosigners: cosigners)
        }
        let short = "— hospital1.example/cosigner MXdyuQAAAABlU/EA\n"
        #expect(throws: NoteError.badSignature) {
            try VerifiedCheckpoint(opening: note([lines[0], short]), log: log, cosigners: cosigners)
        }
        #expect(throws: NoteError.duplicateSignature) {
            try VerifiedCheckpoint(opening: note(lines + [lines[1]]), log: log, cosigners: cosigners)
        }
        #expect(throws: NoteError.duplicateSignature) {
            try VerifiedCheckpoint(opening: note([lines[0], lines[0]]), log: log)
        }
        #expect(throws: NoteError.unsigned) {
            try VerifiedCheckpoint(opening: note(Array(lines.dropFirst())), log: log, cosigners: cosigners)
        }
    }

    /// A signature is good for its own kind only, and one key cannot stand for two signers.
    @Test func keysHaveOneRole() throws {
        let key = PythonNote.key(9)
        let head = TreeHead(size: 1, root: Merkle.leafHash([1]))
        let log = try NoteSigner(name: "log", kind: .note, key: key)
        let other = try NoteSigner(name: "log", kind: .cosignature, key: key)
        let note = try log.sign(Checkpoint(origin: "log", head: head))
        let opened = try VerifiedCheckpoint(opening: note, log: log.verifierKey)
        #expect(throws: NoteError.wrongKind) { try other.sign(Checkpoint(origin: "log", head: head)) }
        #expect(throws: NoteError.wrongKind) { try log.cosign(opened, time: 1) }
        #expect(throws: NoteError.wrongKind) { try VerifiedCheckpoint(opening: note, log: other.verifierKey) }
        #expect(throws: NoteError.wrongKind) {
            try VerifiedCheckpoint(opening: note, log: log.verifierKey, cosigners: [log.verifierKey])
        }
        #expect(throws: NoteError.keyInTwoRoles) {
            try VerifiedCheckpoint(opening: note, log: log.verifierKey, cosigners: [other.verifierKey])
        }
        let publicKey = PythonNote.key(2).publicKey
        let twins = try ["a", "b"].map { try VerifierKey(name: $0, kind: .cosignature, publicKey: publicKey) }
        #expect(throws: NoteError.keyInTwoRoles) {
            try VerifiedCheckpoint(opening: note, log: log.verifierKey, cosigners: twins)
        }
    }

    /// T32: the origin is pinned with the key; a signer of several logs cannot pass one off as another.
    @Test func theOriginIsTheKeysName() throws {
        let key = PythonNote.key(9)
        let log = try NoteSigner(name: "log", kind: .note, key: key)
        let foreign = try Checkpoint(origin: "gol", head: .empty)
        #expect(throws: NoteError.wrongOrigin) { try log.sign(foreign) }
        // The same text with a signature that is right for the key named "log".
        let signed = try NoteSigner(name: "gol", kind: .note, key: key).sign(foreign).signatures[0]
        let material = log.verifierKey.keyID
        var line = [UInt8](repeating: 0, count: 4)
        for place in 0..<4 { line[place] = UInt8(truncatingIfNeeded: material >> UInt32(24 - 8 * place)) }
        let note = foreign.encoded + utf8("\n— log " + base64(line + signed.bytes) + "\n")
        #expect(throws: NoteError.wrongOrigin) { try VerifiedCheckpoint(opening: note, log: log.verifierKey) }
    }

    @Test func aTimeBeyond63BitsIsRefused() throws {
        let log = try PythonNote.logKey()
        let cosigner = try PythonNote.cosignerKeys()[0]
        for (time, isRefused) in [(UInt64(Int64.max), false), (UInt64(Int64.max) + 1, true)] {
            let message = utf8("cosignature/v1\ntime \(time)\n" + PythonNote.body)
            let bytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) }
            let blob = [0x31, 0x77, 0x72, 0xb9] + bytes + PythonNote.key(2).sign(message)
            let note = utf8(
                PythonNote.body + "\n" + PythonNote.signatures[0]
                    + "— hospital1.example/cosigner \(base64(blob))\n")
            if isRefused {
                #expect(throws: NoteError.badSignature) {
                    try VerifiedCheckpoint(opening: note, log: log, cosigners: [cosigner])
                }
            } else {
                let opened = try VerifiedCheckpoint(opening: note, log: log, cosigners: [cosigner])
                #expect(opened.cosignatures.first?.time == time)
            }
        }
    }

    /// Every byte changed in eight ways, dropped, doubled, everything cut off after it: refused, or the very
    /// same checkpoint with no signer that was not there before.
    @Test func noByteOfASignedCheckpointCanBeChanged() throws {
        let log = try PythonNote.logKey()
        let cosigners = try PythonNote.cosignerKeys()
        let original = PythonNote.bytes
        let opened = try VerifiedCheckpoint(opening: original, log: log, cosigners: cosigners)
        var refusedCount = 0
        var mutants: [[UInt8]] = []
        for place in original.indices {
            for bit in 0..<8 {
                var flipped = original
                flipped[place] ^= 1 << UInt8(bit)
                mutants.append(flipped)
            }
            var doubled = original
            doubled.insert(original[place], at: place)
            var dropped = original
            dropped.remove(at: place)
            mutants += [doubled, dropped, Array(original[..<place])]
        }
        for mutant in mutants where mutant != original {
            guard let other = try? VerifiedCheckpoint(opening: mutant, log: log, cosigners: cosigners) else {
                refusedCount += 1
                continue
            }
            #expect(other.checkpoint == opened.checkpoint)
            #expect(other.cosignatures.allSatisfy(opened.cosignatures.contains))
            // Only a cosigner's line that became a stranger's, or went missing, can have changed.
            #expect(other.cosignatures.count < opened.cosignatures.count)
            #expect(other.note.encoded == mutant)
        }
        #expect(refusedCount > mutants.count * 3 / 4)
    }
}

/// Standard base64, a second time.
func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    let bits = bytes.flatMap { byte in (0..<8).map { byte >> UInt8(7 - $0) & 1 } }
    let padded = bits + [UInt8](repeating: 0, count: (6 - bits.count % 6) % 6)
    let text = stride(from: 0, to: padded.count, by: 6).map { start in
        alphabet[padded[start..<start + 6].reduce(0) { $0 * 2 + Int($1) }]
    }
    return String(text) + String(repeating: "=", count: (3 - bytes.count % 3) % 3)
}
