import Primitives
import Testing

@testable import Age

/// Keys as text, and the files that hold them.
@Suite struct KeyTests {
    // The specification's own examples (c2sp.org/age, "Native recipient types").
    static let classical = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
    static let classicalRecipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    static let hybrid = "AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR"
    /// Of the recipient's 1,959 characters, which the specification gives in full.
    static let hybridRecipientSHA256 = "a091dd7e0ee9d62b75173dcc98441a0424baa941e66a8776e570a4ae60ff61ea"

    @Test func theSpecificationsKeys() throws {
        let classical = try AgeIdentity(secretKey: Array(Self.classical.utf8))
        #expect(classical.kind == .x25519)
        #expect(classical.recipient.text == Self.classicalRecipient)
        #expect(classical.withText { String(decoding: $0, as: UTF8.self) } == Self.classical)
        let hybrid = try AgeIdentity(secretKey: Array(Self.hybrid.utf8))
        #expect(hybrid.kind == .hybrid)
        #expect(hybrid.recipient.text.utf8.count == 1_959)
        #expect(SHA256.digest(Array(hybrid.recipient.text.utf8)).hex == Self.hybridRecipientSHA256)
        #expect(hybrid.withText { String(decoding: $0, as: UTF8.self) } == Self.hybrid)
    }

    @Test(arguments: AgeKeyKind.allCases) func textRoundTrips(kind: AgeKeyKind) throws {
        let identity = AgeIdentity.generate(kind)
        let again = try identity.withText { try AgeIdentity(secretKey: $0) }
        #expect(again.recipient == identity.recipient)
        #expect(try AgeRecipient(identity.recipient.text) == identity.recipient)
        #expect(identity.recipient.publicKey.count == (kind == .hybrid ? 1_216 : 32))
    }

    @Test func anIdentityIsItsSeed() {
        let seed = SecretBytes.random(32)
        for kind in AgeKeyKind.allCases {
            #expect(
                AgeIdentity(kind: kind, seed: seed).recipient == AgeIdentity(kind: kind, seed: seed).recipient
            )
        }
    }

    @Test func everyAlteredCharacterIsRefused() {
        for (text, kind) in [(Self.classical, true), (Self.classicalRecipient, false), (Self.hybrid, true)] {
            for index in text.utf8.indices {
                var bytes = Array(text.utf8)
                let offset = text.utf8.distance(from: text.utf8.startIndex, to: index)
                bytes[offset] =
                    bytes[offset] == UInt8(ascii: "Q") ? UInt8(ascii: "P") : UInt8(ascii: kind ? "Q" : "q")
                if bytes == Array(text.utf8) { bytes[offset] = UInt8(ascii: "p") }
                #expect(throws: AgeError.self) {
                    if kind {
                        _ = try AgeIdentity(secretKey: bytes)
                    } else {
                        _ = try AgeRecipient(parsing: bytes)
                    }
                }
            }
        }
    }

    @Test func otherSpellingsAreRefused() {
        for text in [
            Self.classical.lowercased(), Self.classical + "\n", " " + Self.classical, "", "AGE-SECRET-KEY-1",
            Self.classicalRecipient, Self.classical.replacing("AGE", with: "age"),
            String(Self.classical.dropLast()), Self.classical + "Q",
        ] {
            #expect(throws: AgeError.key("not an age identity")) {
                try AgeIdentity(secretKey: Array(text.utf8))
            }
        }
        for text in [
            Self.classicalRecipient.uppercased(), "Age" + Self.classicalRecipient.dropFirst(3),
            Self.classicalRecipient + " ", "age1", "age1pq1", Self.classical, "", "é",
            "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwJ",
        ] {
            #expect(throws: AgeError.key("not an age recipient")) { try AgeRecipient(text) }
        }
    }

    /// BIP 173: what does not fill five bits is zero. The checksum alone does not see to that.
    @Test func bitsLeftOverAreRefused() {
        let prefix = Array("age".utf8)
        let key = Random.bytes(32)
        var text = [UInt8]()
        key.withUnsafeBytes { Bech32.encode(prefix: prefix, $0) { text.append($0) } }
        // Another last character of data, and the checksum that fits it.
        let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
        let last = text.count - 7
        let value = alphabet.firstIndex(of: text[last])!
        var values = text[4...last].map { alphabet.firstIndex(of: $0)! }
        values[values.count - 1] = value | 1
        #expect(value & 15 == 0)
        var state = 1
        func add(_ value: Int) {
            let top = state >> 25
            state = (state & 0x1ff_ffff) << 5 ^ value
            for (bit, generator) in [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
                .enumerated()
            where top >> bit & 1 == 1 { state ^= generator }
        }
        (prefix.map { Int($0) >> 5 } + [0] + prefix.map { Int($0) & 31 } + values + [0, 0, 0, 0, 0, 0])
            .forEach(add)
        state ^= 1
        let checksum = (0..<6).map { alphabet[state >> (5 * (5 - $0)) & 31] }
        let forged = Array(text[..<4]) + values.map { alphabet[$0] } + checksum
        #expect(throws: AgeError.key("not an age recipient")) { try AgeRecipient(parsing: forged) }
        #expect(throws: Never.self) { try AgeRecipient(parsing: text) }
    }

    @Test func nothingSecretIsPrinted() throws {
        let identity = AgeIdentity.generate(.x25519)
        let file = IdentityFile(comments: ["x"], identities: [identity])
        let text = identity.withText { String(decoding: $0.dropFirst(15), as: UTF8.self) }
        var dumped = ""
        dump(identity, to: &dumped)
        dump(file, to: &dumped)
        dump(AgeOpening.identity(identity), to: &dumped)
        #expect(!"\(identity)\(file)\(String(reflecting: identity))\(dumped)".contains(text))
        #expect("\(identity)" == "<age identity>")
    }
}

@Suite struct KeyFileTests {
    @Test func identityFilesRoundTrip() throws {
        let identities = [AgeIdentity.generate(.x25519), AgeIdentity.generate()]
        let file = IdentityFile(comments: ["record: 00", "grant: é"], identities: identities)
        let bytes = file.serialized().withUnsafeBytes { Array($0) }
        let parsed = try IdentityFile(parsing: bytes)
        #expect(parsed.comments == file.comments)
        #expect(parsed.identities.map(\.recipient) == identities.map(\.recipient))
        #expect(parsed.serialized().withUnsafeBytes { Array($0) } == bytes)
    }

    @Test func identityFilesAsTheStockToolReadsThem() throws {
        for text in [
            "\(KeyTests.classical)", "# a\r\n\r\n\(KeyTests.classical)\r\n",
            "\n\n#\n#b\n\(KeyTests.classical)\n\n",
        ] {
            #expect(try IdentityFile(parsing: Array(text.utf8)).identities.count == 1)
        }
        #expect(
            try IdentityFile(parsing: Array("#\n#b\n#  c\n\(KeyTests.classical)".utf8)).comments == [
                "", "b", " c",
            ])
        for text in [
            "", "# only a comment\n", "\(KeyTests.classical) \n", " \(KeyTests.classical)\n",
            KeyTests.classicalRecipient,
            "\(KeyTests.classical)\nx\n", "# \u{7}\n\(KeyTests.classical)\n", "\(KeyTests.classical)\r",
            "\t\n\(KeyTests.classical)",
        ] {
            #expect(throws: AgeError.self) { try IdentityFile(parsing: Array(text.utf8)) }
        }
        #expect(throws: AgeError.self) {
            try IdentityFile(parsing: [0x23, 0xff, 0x0a] + Array(KeyTests.classical.utf8))
        }
        #expect(throws: AgeError.key("the key file is too long")) {
            try IdentityFile(parsing: Array(KeyTests.classical.utf8) + [UInt8](repeating: 10, count: 1 << 20))
        }
    }

    @Test func recipientFiles() throws {
        let text = "# team\n\(KeyTests.classicalRecipient)\n\n\(KeyTests.classicalRecipient)\r\n"
        #expect(try RecipientFile(parsing: Array(text.utf8)).recipients.count == 2)
        for text in ["", "#\n", "x\n", KeyTests.classical] {
            #expect(throws: AgeError.self) { try RecipientFile(parsing: Array(text.utf8)) }
        }
        #expect(throws: AgeError.key("the recipient file holds an identity")) {
            try RecipientFile(parsing: Array(KeyTests.classical.utf8))
        }
    }

    /// A recipient that is a low-order point would make a key that everybody knows.
    @Test func lowOrderRecipientsAreRefused() {
        for point in [[UInt8](repeating: 0, count: 32), [1] + [UInt8](repeating: 0, count: 31)] {
            #expect(throws: AgeError.key("the recipient is a low-order point")) {
                try seal([1], for: .recipients([AgeRecipient(.x25519, publicKey: point)]))
            }
        }
    }

    @Test func whatMayNotBeSealedTo() {
        let hybrid = AgeIdentity.generate().recipient
        let classical = AgeIdentity.generate(.x25519).recipient
        #expect(throws: AgeError.key("hybrid and classical recipients may not be used together")) {
            try seal([1], for: .recipients([hybrid, classical]))
        }
        #expect(throws: AgeError.key("no recipient")) { try seal([1], for: .recipients([])) }
        #expect(throws: AgeError.key("too many recipients")) {
            try seal([1], for: .recipients(Array(repeating: classical, count: 17)))
        }
        let empty = SecretBytes(copying: [])
        #expect(throws: AgeError.key("the passphrase is empty")) { try seal([1], for: .passphrase(empty)) }
        for factor in [0, 23, -1] {
            #expect(throws: AgeError.key("the work factor is out of range")) {
                try seal([1], for: .passphrase(.random(3), workFactor: factor))
            }
        }
    }
}
