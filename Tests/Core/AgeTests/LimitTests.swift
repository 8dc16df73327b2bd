import Foundation
import Primitives
import Testing

@testable import Age

/// What an attacker may make us do before anything is authentic (T16, T17), and what must never repeat (T14).
@Suite struct LimitTests {
    static let identity = AgeIdentity.generate(.x25519)

    /// Counts what is asked of it; never ends.
    struct EndlessSource: ByteSource {
        let beginning: [UInt8]
        let pattern: [UInt8]
        private(set) var given = 0

        init(_ beginning: String, _ pattern: String) {
            self.beginning = Array(beginning.utf8)
            self.pattern = Array(pattern.utf8)
        }

        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            for index in buffer.indices {
                let offset = given + index
                buffer[index] =
                    offset < beginning.count
                    ? beginning[offset] : pattern[(offset - beginning.count) % pattern.count]
            }
            given += buffer.count
            return buffer.count
        }
    }

    @Test(arguments: [
        ("age-encryption.org/v1\n", "-> X25519 AAAA\nAAAA\n"), ("age-encryption.org/v1\n", "-> "),
        (
            "age-encryption.org/v1\n-> x\n",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
        ),
        ("", "\0"), ("age-encryption.org/v", "1"), ("", "age-encryption.org/v1\n"), ("", "-----BEGIN"),
        ("", "\n"),
        ("-----BEGIN AGE ENCRYPTED FILE-----\n", "A"), ("-----BEGIN AGE ENCRYPTED FILE-----\n", "\n"),
    ])
    func endlessHeadersAreRefusedAfter64KiB(beginning: String, pattern: String) {
        var source = EndlessSource(beginning, pattern)
        var sink = MemorySink()
        #expect(throws: AgeError.self) {
            try Age.open(from: &source, to: &sink, with: .identity(Self.identity))
        }
        #expect(source.given <= 2 * AgeHeader.byteCountMax)
    }

    @Test func armorMayNotBringAnEndlessHeaderEither() {
        // Lines of 48 bytes each, so that the armor repeats as the header does.
        let first = Array("age-encryption.org/v1\n-> x yyyyyyyyyyyyyyyyyyyyy".utf8)
        let line = Array("yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy".utf8)
        #expect(first.count == 48 && line.count == 48)
        let beginning = Armor.begin + [10] + Base64.encodeUnpadded(first) + [10]
        let pattern = Base64.encodeUnpadded(line) + [10]
        var source = EndlessSource(
            String(decoding: beginning, as: UTF8.self), String(decoding: pattern, as: UTF8.self))
        var sink = MemorySink()
        #expect(throws: AgeError.header("too long")) {
            try Age.open(from: &source, to: &sink, with: .identity(Self.identity))
        }
        #expect(source.given <= 4 * AgeHeader.byteCountMax)
    }

    @Test func workFactorsAreCappedBeforeAnyWork() throws {
        let passphrase = SecretBytes(copying: [1, 2, 3])
        let file = try seal([1], for: .passphrase(passphrase, workFactor: 6))
        #expect(try Age.open(file, with: .passphrase(passphrase, maximumWorkFactor: 6)) == [1])
        #expect(throws: AgeError.header("the work factor is above the limit")) {
            try Age.open(file, with: .passphrase(passphrase, maximumWorkFactor: 5))
        }
        // A header that asks for 4 GiB of memory is refused whatever the caller allows beyond 22.
        let zeroes = String(repeating: "A", count: 43)
        let bomb = Array(
            "age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 23\n\(zeroes)\n--- \(zeroes)\n".utf8)
        #expect(throws: AgeError.header("the work factor is above the limit")) {
            try checkHeader(bomb, with: .passphrase(passphrase, maximumWorkFactor: 60))
        }
    }

    /// Whoever probes with altered files learns nothing from which step refused them.
    @Test func allThatDoesNotOpenLooksTheSame() throws {
        let hybrid = AgeIdentity.generate()
        for (identity, kind) in [(Self.identity, AgeKeyKind.x25519), (hybrid, .hybrid)] {
            let header = try AgeHeader.parse(prefixOf: try seal([1], for: .recipients([identity.recipient])))
                .header
            let stanza = header.stanzas[0]
            var errors = [AgeError]()
            for _ in 0..<20 {
                let altered = AgeHeader.Stanza(stanza.arguments, body: Random.bytes(32))
                errors.append(failure(AgeHeader(stanzas: [altered], mac: header.mac), identity))
            }
            errors.append(failure(header, AgeIdentity.generate(kind)))
            #expect(errors.allSatisfy { $0 == .noMatch })
            // The length is checked before anything is decrypted: even a right key of another length is
            // malformed.
            for count in [0, 16, 31, 33, 48] {
                let altered = AgeHeader.Stanza(stanza.arguments, body: Random.bytes(count))
                #expect(
                    failure(AgeHeader(stanzas: [altered], mac: header.mac), identity)
                        == .header("a wrapped key has not 32 bytes"))
            }
        }
    }

    private func failure(_ header: AgeHeader, _ identity: AgeIdentity) -> AgeError {
        do throws(AgeError) {
            _ = try AgeOpening.identity(identity).fileKey(of: header)
            return .key("it opened")
        } catch { return error }
    }

    /// Two parties cannot be given two keys for one file: the header's MAC commits to one (T10).
    @Test func aFileHasOneKey() throws {
        let (mine, theirs) = (Self.identity, AgeIdentity.generate(.x25519))
        let first = FileKey()
        let second = FileKey()
        let stanzas = [
            try RecipientStanza.wrap(first, for: mine.recipient),
            try RecipientStanza.wrap(second, for: theirs.recipient),
        ]
        let header = first.header(stanzas).serialized()
        #expect(throws: Never.self) { try checkHeader(header, with: .identity(mine)) }
        #expect(throws: AgeError.headerMAC) { try checkHeader(header, with: .identity(theirs)) }
        #expect(throws: AgeError.headerMAC) {
            try Age.open(header + [UInt8](repeating: 0, count: 32), with: .identity(theirs))
        }
    }

    /// The MAC is verified before the payload is read at all.
    @Test func noPayloadIsReadUnderAWrongHeader() throws {
        var file = try seal(Random.bytes(1_000_000), for: .recipients([Self.identity.recipient]))
        let header = try AgeHeader.parse(prefixOf: file)
        file.replaceSubrange(
            0..<header.byteCount,
            with: AgeHeader(stanzas: header.header.stanzas, mac: Random.bytes(32)).serialized())
        var source = CountingSource(file)
        var sink = MemorySink()
        #expect(throws: AgeError.headerMAC) {
            try Age.open(from: &source, to: &sink, with: .identity(Self.identity))
        }
        #expect(source.given <= 64 << 10)
        #expect(sink.bytes.isEmpty)
    }

    struct CountingSource: ByteSource {
        private var source: MemorySource
        private(set) var given = 0
        init(_ bytes: [UInt8]) { source = MemorySource(bytes) }
        mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            let count = try source.read(into: buffer)
            given += count
            return count
        }
    }

    @Test func nothingThatMustBeFreshRepeats() throws {
        var seen = Set<[UInt8]>()
        // A million with MEDSEAL_EXHAUSTIVE: some minutes.
        let isExhaustive = ProcessInfo.processInfo.environment["MEDSEAL_EXHAUSTIVE"] != nil
        let count = isExhaustive ? 1_000_000 : 500
        for _ in 0..<count {
            let file = try seal([], for: .recipients([Self.identity.recipient]))
            let (header, headerBytes) = try AgeHeader.parse(prefixOf: file)
            let key = try AgeOpening.identity(Self.identity).fileKey(of: header).withUnsafeBytes { Array($0) }
            seen.insert(key)
            seen.insert(header.stanzas[0].arguments[1])
            seen.insert(Array(file[headerBytes..<headerBytes + 16]))
        }
        #expect(seen.count == 3 * count)
        let salts = try (0..<20).map { _ in
            let file = try seal([], for: .passphrase(SecretBytes(copying: [1]), workFactor: 1))
            return try AgeHeader.parse(prefixOf: file).header.stanzas[0].arguments[1]
        }
        #expect(Set(salts).count == 20)
    }

    /// A file for both kinds is never made (KeyTests), and opens all the same, with either (T63).
    @Test func mixedFilesOpen() throws {
        let hybrid = AgeIdentity.generate()
        let key = FileKey()
        let header = key.header([
            try RecipientStanza.wrap(key, for: Self.identity.recipient),
            try RecipientStanza.wrap(key, for: hybrid.recipient),
        ])
        for identity in [Self.identity, hybrid] {
            #expect(throws: Never.self) { try checkHeader(header.serialized(), with: .identity(identity)) }
        }
        let stanzas = header.stanzas
        #expect(stanzas.map { $0.isOf(.hybrid) } == [false, true])
        #expect(stanzas.map { $0.isOf(.x25519) } == [true, false])
        #expect(!stanzas[0].isPassphrase)
    }
}
