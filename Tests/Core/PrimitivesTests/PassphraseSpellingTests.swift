import Primitives
import Testing

@Suite struct PassphraseSpellingTests {
    private func spellings(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        SecretBytes(copying: bytes).spellings.map { $0.withUnsafeBytes { Array($0) } }
    }

    private func spellings(_ scalars: String) -> [[UInt8]] { spellings(scalars.utf8) }

    @Test func asciiAndWhatIsNoTextHaveOneSpelling() {
        #expect(spellings("correct horse") == [Array("correct horse".utf8)])
        #expect(spellings([0x61, 0xff, 0x62]) == [[0x61, 0xff, 0x62]])
    }

    /// The bytes are of The Unicode Standard, annex 15: U+00FC is U+0075 U+0308, U+FB01 is "fi" in the compatibility forms.
    @Test func textIsTriedInEachNormalForm() {
        let composed: [UInt8] = [0xc3, 0xbc]
        let decomposed: [UInt8] = [0x75, 0xcc, 0x88]
        #expect(spellings(composed) == [composed, decomposed])
        #expect(spellings(decomposed) == [composed, decomposed])
        let ligature: [UInt8] = [0xef, 0xac, 0x81]
        #expect(
            spellings(ligature + decomposed) == [
                ligature + composed, ligature + decomposed, Array("fi".utf8) + decomposed,
            ])
    }

    @Test func aByteOrderMarkIsNoPartOfIt() {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        #expect(spellings(mark + [0x61]) == [[0x61], mark + [0x61]])
        #expect(spellings(mark) == [mark])
        let new = SecretBytes(copying: mark + [0x75, 0xcc, 0x88]).normalizedPassphrase
        #expect(new.withUnsafeBytes { Array($0) } == [0xc3, 0xbc])
    }

    @Test func aKeyOpensInAnySpelling() throws {
        let sealed = SealedPrivateKey.seal(
            pkcs8: SigningKey.generate().pkcs8, passphrase: SecretBytes(copying: [0xc3, 0xbc]))
        for typed: [UInt8] in [[0x75, 0xcc, 0x88], [0xef, 0xbb, 0xbf, 0xc3, 0xbc]] {
            _ = try SealedPrivateKey.open(pem: sealed, passphrase: SecretBytes(copying: typed))
        }
        #expect(throws: PrivateKeyError.wrongPassphrase) {
            try SealedPrivateKey.open(pem: sealed, passphrase: SecretBytes(copying: [0x75]))
        }
    }
}
