import Primitives
import Testing

struct SecretBytesTests {
    @Test func aSecretDoesNotPrint() {
        let secret = SecretBytes(copying: Array("hidden".utf8))
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\([secret])"] {
            #expect(!text.contains("hidden") && !text.contains("104"))
        }
        #expect(secret.description == "<secret>")
        let key = SigningKey(seed: SecretBytes(copying: [UInt8](repeating: 0xab, count: 32)))
        #expect(!"\(key)".contains("171, 171"))
    }

    @Test func aSecretCannotBeWrittenToOnceMade() async {
        await #expect(processExitsWith: .failure) {
            SecretBytes.random(32).withUnsafeBytes {
                UnsafeMutableRawPointer(mutating: $0.baseAddress!).storeBytes(of: 1, as: UInt8.self)
            }
        }
    }

    @Test func comparisonLooksAtEveryByte() {
        #expect(equalInConstantTime([], []))
        #expect(equalInConstantTime([1, 2, 3], [1, 2, 3]))
        for altered: [UInt8] in [[0, 2, 3], [1, 0, 3], [1, 2, 0], [1, 2], [1, 2, 3, 0], []] {
            #expect(!equalInConstantTime([1, 2, 3], altered))
        }
    }

    @Test func randomBytesDifferAndWipedOnesAreZero() {
        #expect(Random.bytes(32) != Random.bytes(32))
        #expect(Random.bytes(0).isEmpty)
        #expect(SecretBytes.random(32).bytes != SecretBytes.random(32).bytes)
        var bytes = Random.bytes(32)
        wipe(&bytes)
        #expect(bytes == [UInt8](repeating: 0, count: 32))
    }
}
