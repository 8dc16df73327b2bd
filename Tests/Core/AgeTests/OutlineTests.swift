import Age
import Primitives
import Testing

/// A sealed file that is not kept: the same plaintext and secret give its bytes again, another plaintext none.
@Suite struct OutlineTests {
    let identity = AgeIdentity.generate(.hybrid)
    let secret = SecretBytes.random(32)

    private func outlined(_ plaintext: [UInt8]) throws -> (sealed: SealedFile, outline: SealedOutline) {
        var source = MemorySource(plaintext)
        return try outline(of: &source, for: .recipients([identity.recipient]), secret: secret)
    }

    private func sealed(_ number: Int, of plaintext: [UInt8], _ outline: SealedOutline, _ secret: SecretBytes)
        -> [UInt8]?
    {
        plaintext.withUnsafeBytes { plaintext in
            let range = outline.plaintext(ofPart: number)
            let rest = UnsafeRawBufferPointer(rebasing: plaintext[range.clamped(to: 0..<plaintext.count)])
            return OutlinedFile(outline, secret: secret).sealed(part: number, of: rest)
        }
    }

    @Test(arguments: [0, 1, 65_536, 65_537, 1 << 20, 1 << 20 + 1, 9_000_000])
    func itsPartsAreTheFile(size: Int) throws {
        let plaintext = Random.bytes(size)
        let (file, outline) = try outlined(plaintext)
        #expect(file.byteCount == outline.byteCount && file.plaintextByteCount == size)
        #expect(file.plaintextSHA256 == SHA256.digest(plaintext))
        var bytes = [UInt8]()
        for number in outline.partDigests.indices {
            #expect(outline.start(ofPart: number) == bytes.count)
            #expect(outline.part(at: bytes.count) == number)
            let part = try #require(sealed(number, of: plaintext, outline, secret))
            #expect(outline.part(at: bytes.count + part.count - 1) == number)
            bytes += part
        }
        #expect(bytes.count == file.byteCount && SHA256.digest(bytes) == file.sha256)
        #expect(try open(bytes, with: .identity(identity)) == plaintext)
        let again = SealedOutline(
            salt: outline.salt, head: outline.head, plaintextByteCount: size,
            partDigests: outline.partDigests)
        #expect(again == outline)
    }

    /// Two plaintexts under one key and nonce would tell their difference.
    @Test func anotherPlaintextIsNotSealedUnderTheSameKey() throws {
        let plaintext = Random.bytes(9_000_000)
        let (_, outline) = try outlined(plaintext)
        for place in [0, 65_535, 1 << 20, 8_999_999] {
            var changed = plaintext
            changed[place] ^= 1
            for number in outline.partDigests.indices {
                let isOther = outline.plaintext(ofPart: number).contains(place)
                #expect(
                    (sealed(number, of: changed, outline, secret) == nil) == isOther, "\(place) \(number)")
            }
        }
        let last = outline.partDigests.count - 1
        #expect(sealed(last, of: Array(plaintext.dropLast()), outline, secret) == nil)
        #expect(sealed(0, of: plaintext, outline, SecretBytes.random(32)) == nil)
    }

    @Test func eachSealingHasAKeyOfItsOwn() throws {
        let plaintext = Random.bytes(100)
        let (first, second) = (try outlined(plaintext), try outlined(plaintext))
        #expect(first.outline.salt != second.outline.salt)
        #expect(first.outline.partDigests != second.outline.partDigests)
        #expect(first.sealed.sha256 != second.sealed.sha256)
    }

    @Test func whatIsNoOutlineIsNotTaken() throws {
        let (_, outline) = try outlined(Random.bytes(5 << 20))
        func isTaken(
            salt: [UInt8]? = nil, head: [UInt8]? = nil, count: Int? = nil, digests: [[UInt8]]? = nil
        ) -> Bool {
            SealedOutline(
                salt: salt ?? outline.salt, head: head ?? outline.head,
                plaintextByteCount: count ?? outline.plaintextByteCount,
                partDigests: digests ?? outline.partDigests) != nil
        }
        #expect(isTaken())
        #expect(!isTaken(salt: [1]))
        #expect(!isTaken(head: Array(outline.head.dropLast())))
        #expect(!isTaken(head: []))
        for count in [-1, 0, 4 << 20, 8 << 20 + 1, Int.max] { #expect(!isTaken(count: count)) }
        #expect(!isTaken(digests: Array(outline.partDigests.dropLast())))
        #expect(!isTaken(digests: outline.partDigests.map { Array($0.dropLast()) }))
    }
}
