import Foundation
import Glibc
import Primitives
import Testing

@testable import Age

/// What the process's memory holds of a secret after use: nothing (T55).
///
/// The secret is never written down to be looked for: it is remembered masked, and compared through the mask.
@Suite(.serialized) struct SecretMemoryTests {
    private static let mask: UInt8 = 0xa5

    /// A pattern to find, masked.
    struct Needle {
        let name: String
        let masked: [UInt8]

        init(_ name: String, _ bytes: UnsafeRawBufferPointer) {
            self.name = name
            masked = bytes.map { $0 ^ mask }
        }
    }

    /// Where each needle is in this process's readable memory, by name.
    static func find(_ needles: [Needle]) throws -> [String: Int] {
        let maps = String(
            decoding: try FileHandle(forReadingFrom: URL(fileURLWithPath: "/proc/self/maps")).readToEnd()
                ?? Data(),
            as: UTF8.self)
        let memory = Glibc.open("/proc/self/mem", O_RDONLY)
        try #require(memory >= 0)
        defer { close(memory) }
        // Memory of our own, which is not searched: what is found is copied there.
        let window = 1 << 20
        let overlap = needles.map(\.masked.count).max()! - 1
        let room = mmap(nil, window + overlap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)!
        defer { munmap(room, window + overlap) }
        let own = UInt(bitPattern: room)..<UInt(bitPattern: room) + UInt(window + overlap)
        let buffer = UnsafeMutableRawBufferPointer(start: room, count: window + overlap)
        var found = [String: Int]()
        for line in maps.split(separator: "\n")
        where !line.hasSuffix("[vvar]") && !line.hasSuffix("[vsyscall]") {
            let fields = line.split(separator: " ")
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            // What can hold a secret is ours alone; code and files of read-only memory are not written to.
            guard fields[1].hasPrefix("r"), fields[1].hasSuffix("p"),
                fields.count < 6 || fields[1].hasPrefix("rw")
            else {
                continue
            }
            var position = bounds[0]
            while position < bounds[1] {
                let length = min(UInt(window + overlap), bounds[1] - position)
                let count = pread(memory, room, Int(length), off_t(position))
                if count > 0 {
                    let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
                    for needle in needles {
                        for offset in occurrences(of: needle.masked, in: bytes)
                        where !own.contains(position + UInt(offset)) {
                            found[needle.name, default: 0] += 1
                        }
                    }
                }
                position += UInt(window)
            }
        }
        return found
    }

    private static func occurrences(of masked: [UInt8], in bytes: UnsafeRawBufferPointer) -> [Int] {
        var found = [Int]()
        let base = bytes.baseAddress!
        var position = 0
        let first = Int32(masked[0] ^ mask)
        while position + masked.count <= bytes.count,
            let next = memchr(base + position, first, bytes.count - position - masked.count + 1)
        {
            let offset = UnsafeRawPointer(next) - base
            var index = 1
            while index < masked.count, bytes[offset + index] ^ mask == masked[index] { index += 1 }
            if index == masked.count { found.append(offset) }
            position = offset + 1
        }
        return found
    }

    /// Uses an identity for all that it is for, and forgets it. Not inlined: nothing of it stays in the
    /// caller.
    @inline(never) static func use(_ kind: AgeKeyKind) throws -> [Needle] {
        let identity = AgeIdentity.generate(kind)
        var all = identity.seed.withUnsafeBytes { seed in
            [
                Needle("seed, first half", UnsafeRawBufferPointer(rebasing: seed[..<16])),
                Needle("seed, second half", UnsafeRawBufferPointer(rebasing: seed[16...])),
            ]
        }
        identity.withText { text in
            text.withUnsafeBytes { all.append(Needle("text", UnsafeRawBufferPointer(rebasing: $0[20..<52]))) }
        }
        // The scanner finds it while it lives.
        let alive = try find(all)
        #expect(alive["seed, first half", default: 0] >= 1)
        #expect(alive["seed, second half", default: 0] >= 1)

        let file = try seal(Random.bytes(3_000_000), for: .recipients([identity.recipient]))
        _ = try Age.open(file, with: .identity(identity))
        #expect(throws: AgeError.noMatch) { try Age.open(file, with: .identity(.generate(kind))) }
        let again = try identity.withText { try AgeIdentity(secretKey: $0) }
        #expect(again.recipient == identity.recipient)
        let serialized = IdentityFile(comments: ["x"], identities: [identity]).serialized()
        let envelope = try seal(serialized, for: .recipients([identity.recipient]))
        let secret = try openSecret(envelope, with: .identity(identity))
        #expect(secret.count == serialized.count)
        var source = MemorySource(file)
        var sink = DiscardingSink()
        try Age.open(from: &source, to: &sink, with: .identity(identity))
        try nest(identity, envelope, times: 10)
        return all
    }

    /// The same text in several places at once, so that not all of them are used again at once for something
    /// else.
    @inline(never) static func nest(_ identity: AgeIdentity, _ envelope: [UInt8], times: Int) throws {
        guard times > 0 else { return }
        try identity.withText { _ in try nest(identity, envelope, times: times - 1) }
        _ = try openSecret(envelope, with: .identity(identity))
    }

    @Test(arguments: AgeKeyKind.allCases) func nothingIsLeftOfAnIdentity(kind: AgeKeyKind) throws {
        let needles = try Self.use(kind)
        #expect(try Self.find(needles) == [:])
    }

    @inline(never) static func usePassphrase() throws -> [Needle] {
        let passphrase = SecretBytes.random(24)
        let needle = passphrase.withUnsafeBytes { Needle("passphrase", $0) }
        #expect(try find([needle])["passphrase", default: 0] >= 1)
        let file = try seal([1], for: .passphrase(passphrase, workFactor: 4))
        _ = try Age.open(file, with: .passphrase(passphrase))
        return [needle]
    }

    @Test func nothingIsLeftOfAPassphrase() throws {
        let needles = try Self.usePassphrase()
        #expect(try Self.find(needles) == [:])
    }

    /// The same payload key in several places at once, so that not all of them are used again at once for
    /// something else.
    @inline(never) static func derive(_ key: borrowing FileKey, nonce: [UInt8], times: Int) {
        guard times > 0 else { return }
        let payloadKey = key.payloadKey(nonce: nonce)
        derive(key, nonce: nonce, times: times - 1)
        #expect(payloadKey.count == 32)
    }

    @inline(never) static func useFileKey() throws -> [Needle] {
        let key = FileKey()
        var needles = key.withUnsafeBytes { [Needle("file key", $0)] }
        let nonce = Random.bytes(16)
        let payloadKey = key.payloadKey(nonce: nonce)
        // Freed memory begins with the allocator's own 16 bytes: what comes after them would stay.
        payloadKey.withUnsafeBytes {
            needles.append(Needle("payload key", UnsafeRawBufferPointer(rebasing: $0[16...])))
        }
        let alive = try find(needles)
        #expect(alive["file key", default: 0] >= 1 && alive["payload key", default: 0] >= 1)
        let identity = AgeIdentity.generate(.x25519)
        let hybrid = AgeIdentity.generate()
        let header = key.header([
            try RecipientStanza.wrap(key, for: identity.recipient),
            try RecipientStanza.wrap(key, for: hybrid.recipient),
        ])
        for identity in [identity, hybrid] { _ = try AgeOpening.identity(identity).fileKey(of: header) }
        var cipher = payloadKey.withUnsafeBytes { ChunkCipher(key: $0, .sealing) }
        var chunk = [UInt8](repeating: 0, count: 16)
        derive(key, nonce: nonce, times: 20)
        let empty: [UInt8] = [0]
        empty.withUnsafeBytes { empty in
            chunk.withUnsafeMutableBytes {
                cipher.seal(
                    UnsafeRawBufferPointer(rebasing: empty[..<0]), into: $0.baseAddress!,
                    nonce: [UInt8](repeating: 0, count: 12))
            }
        }
        return needles
    }

    @Test func nothingIsLeftOfAFileKey() throws {
        let needles = try Self.useFileKey()
        #expect(try Self.find(needles) == [:])
    }
}
