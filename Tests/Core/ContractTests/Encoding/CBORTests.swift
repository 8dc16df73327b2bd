import Contract
import Foundation
import Testing

@testable import ContractCases

@Suite("CBOR") struct CBORTests {
    @Test("RFC 8949, appendix A")
    func appendixA() throws {
        var read = 0
        for row in AppendixA.text.split(separator: "\n") {
            let parts = row.split(separator: " ", maxSplits: 1)
            let bytes = try #require(decodeLowercaseHex(Array(parts[0].utf8)))
            let item = try? CBOR.decode(bytes)
            #expect(item.map(diagnostic) ?? "refused" == String(parts[1].drop { $0 == " " }), "\(parts[0])")
            if let item { #expect(item.encoded() == bytes) }
            read += 1
        }
        #expect(read == AppendixA.count)
        #expect(read == 82)
    }

    @Test(
        "what is not the one encoding is refused",
        arguments: [
            // Integers, lengths and tags not in their shortest form.
            ("1800", "shortest"), ("1817", "shortest"), ("190000", "shortest"), ("1900ff", "shortest"),
            ("1a00000000", "shortest"), ("1a0000ffff", "shortest"), ("1b0000000000000000", "shortest"),
            ("1b00000000ffffffff", "shortest"), ("3817", "shortest"), ("580100", "shortest"),
            ("780161", "shortest"), ("980100", "shortest"), ("b8010000", "shortest"), ("d81200", "shortest"),
            // Reserved and indefinite lengths.
            ("1c", "reserved"), ("1d", "reserved"), ("1e", "reserved"), ("1f", "reserved"),
            ("5fff", "reserved"),
            ("7fff", "reserved"), ("9fff", "reserved"), ("bfff", "reserved"), ("df", "reserved"),
            ("ff", "simple"),
            // Maps: not sorted, the same key twice, other keys than unsigned integers.
            ("a201000000", "sorted"), ("a200000000", "sorted"), ("a21818001700", "sorted"),
            ("a12000", "map key"),
            ("a1400000", "map key"), ("a1616100", "map key"), ("a1f600", "map key"),
            ("a1c10000", "map key"),
            ("a1800000", "map key"),
            // Text: control characters, DEL, more than ASCII, malformed UTF-8.
            ("6100", "ASCII"), ("610a", "ASCII"), ("611f", "ASCII"), ("617f", "ASCII"), ("62c3a9", "ASCII"),
            ("61ff", "ASCII"),
            ("63efbbbf", "ASCII"),
            // Simple values and floats.
            ("e0", "simple"), ("f3", "simple"), ("f7", "simple"), ("f814", "simple"), ("f820", "simple"),
            ("f90000", "simple"), ("fa00000000", "simple"), ("fb0000000000000000", "simple"),
            // Cut short.
            ("", "short"), ("18", "short"), ("19ff", "short"), ("1affffff", "short"),
            ("1bffffffffffffff", "short"),
            ("41", "short"), ("6261", "short"), ("81", "short"), ("8200", "short"), ("a1", "short"),
            ("a100", "short"), ("c1", "short"), ("5818ff", "short"),
            // Huge lengths.
            ("5bffffffffffffffff", "short"), ("7bffffffffffffffff", "short"), ("9bffffffffffffffff", "short"),
            ("bbffffffffffffffff", "short"), ("5b7fffffffffffffff", "short"), ("9a7fffffff", "short"),
            ("9b8000000000000000", "short"), ("ba00010000", "short"),
            // More than one item.
            ("0000", "end"), ("4000", "end"), ("8000", "end"), ("f6f6", "end"),
        ])
    func refused(_ hex: String, _ reason: String) throws {
        let bytes = try #require(decodeLowercaseHex(Array(hex.utf8)))
        do throws(CBOR.Malformed) {
            let item = try CBOR.decode(bytes)
            Issue.record("\(hex) is read as \(diagnostic(item))")
        } catch { #expect(error.reason.contains(reason), "\(hex): \(error.reason)") }
    }

    @Test("the edges of each length are kept", arguments: [0, 1, 23, 24, 255, 256, 65_535, 65_536])
    func lengths(_ count: Int) throws {
        let items: [CBOR] = [
            .bytes(Array(repeating: 0x5a, count: count)), .text(Array(repeating: 0x5a, count: count)),
            .array(Array(repeating: .null, count: count)), .unsigned(UInt64(count)), .negative(UInt64(count)),
            .tagged(UInt64(count), .null), .map((0..<UInt64(min(count, 300))).map { .init($0, .bool(true)) }),
        ]
        for item in items { #expect(try CBOR.decode(item.encoded()) == item) }
    }

    @Test("eight levels and not more, of arrays, maps and tags")
    func depth() throws {
        func nested(_ head: [UInt8], _ levels: Int) -> [UInt8] {
            Array(repeating: head, count: levels - 1).flatMap { $0 } + [0]
        }
        for head: [UInt8] in [[0x81], [0xa1, 0x00], [0xc1]] {
            #expect(try CBOR.decode(nested(head, 8)).encoded() == nested(head, 8))
            #expect(throws: CBOR.Malformed("nested too deeply")) { try CBOR.decode(nested(head, 9)) }
            #expect(throws: CBOR.Malformed("nested too deeply")) { try CBOR.decode(nested(head, 100_000)) }
        }
    }

    /// How many inputs each property is tried on; more for a long search, as `MEDSEAL_FUZZ_INPUTS=10000000`.
    private static let inputs =
        ProcessInfo.processInfo.environment["MEDSEAL_FUZZ_INPUTS"].flatMap(Int.init) ?? 30_000

    @Test("random bytes are refused or are what they decode to")
    func randomBytes() {
        var source = SplitMix64(state: 1)
        var read = 0
        for _ in 0..<Self.inputs {
            let count = 1 + source.below(12)
            var bytes = source.bytes(count)
            // Most bytes that begin a long string say nothing new.
            for index in bytes.indices where source.chance(1, in: 2) { bytes[index] &= 0xe7 }
            if let item = try? CBOR.decode(bytes) {
                read += 1
                if item.encoded() != bytes {
                    Issue.record("\(lowercaseHex(bytes)) is not what it decodes to")
                }
            }
        }
        #expect(read > Self.inputs / 50, "only \(read) were read")
    }

    @Test("encoded items are read back; altered ones are refused or are what they decode to")
    func alteredItems() throws {
        var source = SplitMix64(state: 2)
        var (read, refused) = (0, 0)
        for _ in 0..<Self.inputs / 3 {
            let item = randomItem(&source, depth: 0)
            var bytes = item.encoded()
            #expect(try CBOR.decode(bytes) == item)
            for _ in 0...source.below(3) { alter(&bytes, &source) }
            if let other = try? CBOR.decode(bytes) {
                read += 1
                if other.encoded() != bytes {
                    Issue.record("\(lowercaseHex(bytes)) is not what it decodes to")
                }
            } else {
                refused += 1
            }
        }
        #expect(read > 100)
        #expect(refused > 100)
    }

    @Test("altered statements are refused or are what they decode to")
    func alteredStatements() throws {
        var source = SplitMix64(state: 3)
        let payloads = (Samples.full + Samples.least).map {
            Statement($0, validUntil: 1_700_000_600, nonce: Samples.nonce).encoded()
        }
        for _ in 0..<Self.inputs / 6 {
            var bytes = source.pick(payloads)
            for _ in 0...source.below(3) { alter(&bytes, &source) }
            if let statement = try? Statement.decode(bytes), statement.encoded() != bytes {
                Issue.record("\(lowercaseHex(bytes)) is not what it decodes to")
            }
        }
    }

    private func alter(_ bytes: inout [UInt8], _ source: inout SplitMix64) {
        let index = source.below(bytes.count + 1)
        switch source.below(4) {
        case 0: bytes.insert(UInt8(truncatingIfNeeded: source.next()), at: index)
        case 1 where bytes.count > 1: bytes.remove(at: min(index, bytes.count - 1))
        case 2 where index < bytes.count: bytes[index] = UInt8(truncatingIfNeeded: source.next())
        default: if index < bytes.count { bytes[index] ^= 1 << UInt8(source.below(8)) }
        }
    }

    private func randomItem(_ source: inout SplitMix64, depth: Int) -> CBOR {
        let number = source.next() >> UInt64(source.below(64))
        switch source.below(depth < 5 ? 9 : 6) {
        case 0: return .unsigned(number)
        case 1: return .negative(number)
        case 2: return .bytes(source.bytes(source.below(40)))
        case 3: return .text(source.bytes(source.below(40)).map { 0x20 + $0 % 95 })
        case 4: return .bool(number % 2 == 0)
        case 5: return .null
        case 6:
            var items = [CBOR]()
            for _ in 0..<source.below(5) { items.append(randomItem(&source, depth: depth + 1)) }
            return .array(items)
        case 7:
            var pairs = [CBOR.Pair]()
            var key = source.next() >> UInt64(40 + source.below(24))
            for _ in 0..<source.below(5) {
                pairs.append(.init(key, randomItem(&source, depth: depth + 1)))
                key += 1 + source.next() >> UInt64(40 + source.below(24))
            }
            return .map(pairs)
        default: return .tagged(number, randomItem(&source, depth: depth + 1))
        }
    }
}

/// An item in the diagnostic notation of RFC 8949, section 8.
func diagnostic(_ item: CBOR) -> String {
    switch item {
    case .unsigned(let value): return "\(value)"
    case .negative(.max): return "-18446744073709551616"
    case .negative(let value): return "-\(value + 1)"
    case .bytes(let bytes): return "h'\(lowercaseHex(bytes))'"
    case .text(let bytes):
        let text = String(decoding: bytes, as: UTF8.self)
        return "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    case .array(let items): return "[\(items.map(diagnostic).joined(separator: ", "))]"
    case .map(let pairs):
        return "{\(pairs.map { "\($0.key): \(diagnostic($0.value))" }.joined(separator: ", "))}"
    case .tagged(let tag, let item): return "\(tag)(\(diagnostic(item)))"
    case .bool(let value): return "\(value)"
    case .null: return "null"
    }
}
