import Age
import BrowserCalls
import Primitives
import Testing

/// Every vector natively, recorded for the browser's core; and files that were sealed here.
struct OpenCallTests {
    @Test func everyVectorIsOpenedAndRecorded() throws {
        var recording = Recording(of: "open_age_file")
        let verdicts: [AgeVector.Verdict: UInt8] = [
            .success: 0, .header: 1, .noMatch: 2, .headerMAC: 3, .payload: 4, .armor: 5,
        ]
        for vector in AgeVector.all {
            let (passphrase, identities) = vector.texts
            let input = OpenCall.input(vector.file, passphrase: passphrase, identities: identities)
            let answer = OpenCall.answer(input)
            recording.add(input, answer: answer)
            let fields = try #require(Packed.unpack(answer))
            let expected = try #require(verdicts[vector.verdict])
            #expect(fields.count == 5 && fields[0] == [expected], "\(vector.name)")
            if vector.verdict == .success {
                #expect(fields[1].hex == vector.plaintextSHA256, "\(vector.name)")
            }
            if vector.verdict == .success, passphrase.isEmpty { #expect(fields[2] == [1], "\(vector.name)") }
            guard !vector.name.hasPrefix("armor") else { continue }
            #expect(fields[3] == fields[0], "\(vector.name)")
            if vector.verdict == .success { #expect(fields[4] == fields[1], "\(vector.name)") }
        }
        #expect(recording.count == AgeVector.count)
        for kind in AgeKeyKind.allCases {
            let identity = AgeIdentity.generate(kind)
            for count in [0, 1, 65_536, 200_000] {
                let plaintext = Random.bytes(count)
                let key = AgeSealing.recipients([identity.recipient])
                for armored in [false, true] {
                    let file = try seal(plaintext, for: key, armored: armored)
                    let input = OpenCall.input(file, identities: [identity.withText { $0 }])
                    let answer = OpenCall.answer(input)
                    #expect(Packed.unpack(answer)?.prefix(3) == [[0], SHA256.digest(plaintext), [1]])
                    recording.add(input, answer: answer)
                }
            }
        }
        try recording.save()
    }
}
