import Primitives
import Testing

/// SHA-256 (FIPS 180-4, RFC 6234), HMAC (RFC 4231), HKDF (RFC 5869, appendix A), scrypt (RFC 7914, section
/// 12).
struct DerivationTests {
    @Test(arguments: [
        ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
    func sha256(text: String, times: Int, digest: String) {
        let message = [UInt8](repeatElement(Array(text.utf8), count: times).joined())
        #expect(SHA256.digest(message) == hex(digest))
        var hash = SHA256()
        hash.update(Array(message.prefix(message.count / 3)))
        hash.update([])
        hash.update(Array(message.dropFirst(message.count / 3)))
        #expect(hash.finish() == hex(digest))
    }

    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmac(key: [UInt8], message: String, tag: String) {
        #expect(HMACSHA256.tag(of: Array(message.utf8), key: SecretBytes(copying: key)) == hex(tag))
    }

    @Test(
        arguments: [
            (
                [UInt8](repeating: 0x0b, count: 22), Array(0x00...0x0c), Array(0xf0...0xf9),
                """
                3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf \
                34007208d5b887185865
                """
            ),
            (
                Array(0x00...0x4f), Array(0x60...0xaf), Array(0xb0...0xff),
                """
                b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c \
                59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71 \
                cc30c58179ec3e87c14c01d5c1f3434f1d87
                """
            ),
            (
                [UInt8](repeating: 0x0b, count: 22), [], [],
                """
                8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d \
                9d201395faa4b61a96c8
                """
            ),
        ] as [([UInt8], [UInt8], [UInt8], String)])
    func hkdf(secret: [UInt8], salt: [UInt8], info: [UInt8], derived: String) {
        let expected = hex(derived)
        let guarded = HKDFSHA256.derive(
            SecretBytes(copying: secret), salt: salt, info: info, count: expected.count)
        #expect(guarded.bytes == expected)
        let short = secret.withUnsafeBytes {
            HKDFSHA256.derive($0, salt: salt, info: info, count: expected.count).withUnsafeBytes { Array($0) }
        }
        #expect(short == expected)
    }

    @Test(arguments: [
        (
            "", "", 4, 1,
            """
            77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442 \
            fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906
            """
        ),
        (
            "password", "NaCl", 10, 16,
            """
            fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162 \
            2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640
            """
        ),
        (
            "pleaseletmein", "SodiumChloride", 14, 1,
            """
            7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2 \
            d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
            """
        ),
    ])
    func scrypt(passphrase: String, salt: String, logN: Int, p: Int, derived: String) throws {
        let key = Scrypt.derive(
            passphrase: SecretBytes(copying: Array(passphrase.utf8)), salt: Array(salt.utf8), logN: logN,
            r: salt.isEmpty ? 1 : 8, p: UInt32(p), count: 64)
        #expect(try #require(key).bytes == hex(derived))
    }
}
