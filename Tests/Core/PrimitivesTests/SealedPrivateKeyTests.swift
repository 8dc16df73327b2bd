import Foundation
import Primitives
import Testing

@testable import Surroundings

struct SealedPrivateKeyTests {
    @Test func aSealedKeyOpensHereAndWithOpenSSLUnderItsPassphraseOnly() throws {
        let key = SigningKey.generate()
        let passphrase = SecretBytes(copying: Array("correct horse".utf8))
        let pem = SealedPrivateKey.seal(pkcs8: key.pkcs8, passphrase: passphrase)

        let opened = try SealedPrivateKey.open(pem: pem, passphrase: passphrase)
        #expect(opened.bytes == key.pkcs8.bytes)
        #expect(throws: PrivateKeyError.wrongPassphrase) {
            try SealedPrivateKey.open(pem: pem, passphrase: SecretBytes(copying: Array("wrong horse".utf8)))
        }
        let reread = try #require(SigningKey(pkcs8: opened))
        #expect(reread.publicKey == key.publicKey)

        let scratch = try Scratch()
        let file = try scratch.write("key.pem", pem)
        let right = try Command.openssl(
            "pkey", "-in", file, "-passin", "pass:correct horse", "-pubout", "-outform", "DER")
        #expect(right.status == 0, "\(right.errors)")
        #expect(right.bytes == SigningKey.subjectPublicKeyInfo(of: key.publicKey))
        let wrong = try Command.openssl("pkey", "-in", file, "-passin", "pass:wrong horse", "-noout")
        #expect(wrong.status != 0)
    }

    /// As OpenSSL reads it: a key is worked for as hard as it says, and less only where a test asks for that.
    @Test func thePassphraseIsWorkedWithScrypt() throws {
        func parameters() throws -> [Substring] {
            let passphrase = SecretBytes(copying: Array("a".utf8))
            let pem = SealedPrivateKey.seal(pkcs8: SigningKey.generate().pkcs8, passphrase: passphrase)
            let shown = try Command.run("/usr/bin/openssl", ["asn1parse"], input: pem).output
            #expect(shown.contains(":scrypt\n"))
            return shown.matches(of: /INTEGER +:([0-9A-F]+)/).map { $0.output.1 }
        }
        // N = 2^14, r = 8, p = 5.
        #expect(try parameters() == ["4000", "08", "05"])
        #expect(try PassphraseWork.$factor.withValue(4) { try parameters() } == ["02", "08", "05"])
    }

    @Test func whatIsNotASealedKeyIsRefused() {
        let passphrase = SecretBytes(copying: Array("a".utf8))
        for text in [
            "", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
        ] {
            #expect(throws: PrivateKeyError.malformed) {
                try SealedPrivateKey.open(pem: Array(text.utf8), passphrase: passphrase)
            }
        }
    }

    // RFC 8410, section 10.
    @Test func pkcs8IsThatOfRFC8410() throws {
        let pkcs8 = try #require(
            Data(base64Encoded: "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC"))
        let spki = try #require(
            Data(base64Encoded: "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE="))
        let key = try #require(SigningKey(pkcs8: SecretBytes(copying: pkcs8)))
        #expect(key.pkcs8.bytes == [UInt8](pkcs8))
        #expect(SigningKey.subjectPublicKeyInfo(of: key.publicKey) == [UInt8](spki))
        #expect(SigningKey(pkcs8: SecretBytes(copying: pkcs8.dropLast())) == nil)
        #expect(SigningKey(pkcs8: P256PrivateKey.generatePKCS8()) == nil)
    }
}
