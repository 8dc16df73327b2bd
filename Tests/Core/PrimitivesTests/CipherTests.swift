import Primitives
import Testing

/// ChaCha20-Poly1305 by both libraries, against Wycheproof's vectors; both refuse every altered byte.
struct CipherTests {
    @Test func bothLibrariesSealAndOpenTheVectors() throws {
        let vectors = try wycheproof("chacha20-poly1305").map { $0.map(hex) }
        #expect(vectors.count == 45)
        for vector in vectors {
            let (key, nonce, plaintext, sealed) = (vector[0], vector[1], vector[2], vector[3])
            let secret = SecretBytes(copying: key)
            #expect(ChaCha20Poly1305.seal(plaintext, key: secret, nonce: nonce) == sealed)
            #expect(ChaCha20Poly1305.open(sealed, key: secret, nonce: nonce)?.bytes == plaintext)
            #expect(sealChunk(plaintext, key: key, nonce: nonce) == sealed)
            let opened = openChunk(sealed, key: key, nonce: nonce)
            #expect(opened.authentic && opened.output == plaintext)
        }
    }

    @Test func everyAlteredByteIsRefusedAndNothingOfThePlaintextLeft() {
        let key = Random.bytes(32)
        let nonce = Random.bytes(12)
        let plaintext = Random.bytes(100)
        let sealed = sealChunk(plaintext, key: key, nonce: nonce)
        for position in sealed.indices {
            var altered = sealed
            altered[position] ^= 1
            #expect(ChaCha20Poly1305.open(altered, key: SecretBytes(copying: key), nonce: nonce) == nil)
            let opened = openChunk(altered, key: key, nonce: nonce)
            #expect(!opened.authentic && opened.output.allSatisfy { $0 == 0 })
        }
        for count in 0..<16 {
            let short = Array(sealed.prefix(count))
            #expect(ChaCha20Poly1305.open(short, key: SecretBytes(copying: key), nonce: nonce) == nil)
            #expect(!openChunk(short, key: key, nonce: nonce).authentic)
        }
    }

    @Test func oneChunkCipherServesManyNonces() {
        let key = Random.bytes(32)
        var cipher = SecretBytes(copying: key).withUnsafeBytes { ChunkCipher(key: $0, .sealing) }
        for number in UInt8(0)..<4 {
            let nonce = [UInt8](repeating: number, count: 12)
            let plaintext = Random.bytes(50)
            var output = plaintext + [UInt8](repeating: 0, count: 16)
            output.withUnsafeMutableBytes {
                cipher.seal(UnsafeRawBufferPointer(rebasing: $0[..<50]), into: $0.baseAddress!, nonce: nonce)
            }
            #expect(output == ChaCha20Poly1305.seal(plaintext, key: SecretBytes(copying: key), nonce: nonce))
        }
    }

    private func sealChunk(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        var cipher = SecretBytes(copying: key).withUnsafeBytes { ChunkCipher(key: $0, .sealing) }
        var buffer = plaintext + [UInt8](repeating: 0, count: 16)
        buffer.withUnsafeMutableBytes {
            let source = UnsafeRawBufferPointer(rebasing: $0[..<plaintext.count])
            cipher.seal(source, into: $0.baseAddress!, nonce: nonce)
        }
        return buffer
    }

    private func openChunk(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8]) -> (
        authentic: Bool, output: [UInt8]
    ) {
        var cipher = SecretBytes(copying: key).withUnsafeBytes { ChunkCipher(key: $0, .opening) }
        var buffer = sealed + [0]
        let authentic = buffer.withUnsafeMutableBytes {
            let source = UnsafeRawBufferPointer(rebasing: $0[..<sealed.count])
            return cipher.open(source, into: $0.baseAddress!, nonce: nonce)
        }
        return (authentic, Array(buffer.prefix(max(0, sealed.count - 16))))
    }
}
