import Primitives
import Testing

/// Ed25519 (RFC 8032) and X25519 (RFC 7748), against the RFCs' and Wycheproof's vectors.
struct CurveTests {
    // RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "-",
            """
            e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155 \
            5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
            """
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            """
            92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da \
            085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
            """
        ),
        (
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            """
            6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac \
            18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
            """
        ),
        (
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            """
            ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a \
            2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f
            """,
            """
            dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589 \
            09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704
            """
        ),
    ])
    func ed25519(seed: String, publicKey: String, message: String, signature: String) {
        let key = SigningKey(seed: SecretBytes(hex: seed))
        #expect(key.publicKey == hex(publicKey))
        #expect(key.sign(hex(message)) == hex(signature))
        #expect(Ed25519.isAcceptable(publicKey: key.publicKey))
    }

    @Test func ed25519VerdictsAreWycheproofs() throws {
        let vectors = try wycheproof("ed25519")
        #expect(vectors.count == 151)
        for vector in vectors {
            let valid = Ed25519.isValid(
                signature: hex(vector[2]), over: hex(vector[1]), by: hex(vector[0]))
            #expect(valid == (vector[3] == "valid"), "\(vector)")
        }
    }

    // The points of low order (from the curve equation), one not canonical, one of mixed order, one too
    // short.
    @Test(arguments: [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "7a86b41105c581c42f3349b5ea9ba6f7d9935613f3aef36482973c5202800af2",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751",
    ])
    func keysThatMayNotSignAreRefused(publicKey: String) {
        #expect(!Ed25519.isAcceptable(publicKey: hex(publicKey)))
    }

    // Why `isAcceptable` is asked: over such keys, libraries that check with and without the cofactor
    // disagree.
    @Test func aKeyOfMixedOrderVerifiesAndIsYetNotAcceptable() {
        let key = hex("7a86b41105c581c42f3349b5ea9ba6f7d9935613f3aef36482973c5202800af2")
        let signature = hex(
            """
            d4b4f5784868c3020403246717ec169ff79e26608ea126a1ab69ee77d1b16712 \
            4273193344676adbffb5c84bcadf8a9654e577d285294a69b398704cd07e6307
            """)
        let message = Array("a key that is not in the prime-order group".utf8)
        #expect(Ed25519.isValid(signature: signature, over: message, by: key))
        #expect(!Ed25519.isAcceptable(publicKey: key))
    }

    // RFC 7748, section 6.1.
    @Test func x25519KeyAgreementIsThatOfTheRFC() throws {
        let alice = SecretBytes(hex: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")
        let bob = SecretBytes(hex: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")
        let alicePublic = hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        let bobPublic = hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f")
        let shared = hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742")
        #expect(X25519.publicKey(of: alice) == alicePublic)
        #expect(X25519.publicKey(of: bob) == bobPublic)
        #expect(X25519.sharedSecret(alice, with: bobPublic)?.bytes == shared)
        #expect(X25519.sharedSecret(bob, with: alicePublic)?.bytes == shared)
    }

    @Test func x25519IsWycheproofsAndLowOrderPointsAreRefused() throws {
        let vectors = try wycheproof("x25519")
        #expect(vectors.count == 518)
        #expect(vectors.count { $0[2] == "refused" } == 31)
        for vector in vectors {
            let expected = vector[2] == "refused" ? nil : hex(vector[2])
            let scalar = SecretBytes(hex: vector[0])
            #expect(X25519.sharedSecret(scalar, with: hex(vector[1]))?.bytes == expected, "\(vector)")
            let short: [UInt8]? = scalar.withUnsafeBytes { secret in
                guard let shared = X25519.sharedSecret(secret, with: hex(vector[1])) else { return nil }
                return shared.withUnsafeBytes { Array($0) }
            }
            #expect(short == expected, "\(vector)")
        }
        #expect(X25519.sharedSecret(SecretBytes.random(32), with: [UInt8](repeating: 9, count: 31)) == nil)
    }
}
