import Contract
import Testing

@testable import ContractCases

@Suite("Messages: COSE, permit, genesis, log entry") struct MessageTests {
    private let key: PublicKey = Toy.named("key")
    private let signature = [UInt8](repeating: 7, count: 64)

    // MARK: COSE_Sign1

    /// A message put together by hand.
    private func message(
        tag: UInt64 = 18, header: [CBOR.Pair]? = nil, unprotected: CBOR = .map([]),
        payload: CBOR = .bytes([0xa0]),
        signature: CBOR? = nil, more: [CBOR] = []
    ) -> [UInt8] {
        let header = header ?? [.init(1, .negative(7)), .init(4, .bytes(key.bytes))]
        return CBOR.tagged(
            tag,
            .array(
                [
                    .bytes(CBOR.map(header).encoded()), unprotected, payload,
                    signature ?? .bytes(self.signature),
                ] + more)
        ).encoded()
    }

    @Test("only EdDSA with a 32-byte key id, nothing unprotected and 64 bytes of signature")
    func cose() throws {
        let decoded = try CoseSign1.decode(message())
        #expect(decoded == CoseSign1(payload: [0xa0], key: key, signature: signature))
        #expect(decoded.encoded() == message())
        let id = CBOR.bytes(key.bytes)
        let wrong: [[UInt8]] = [
            message(tag: 17), message(tag: 98), message(header: []), message(header: [.init(4, id)]),
            message(header: [.init(1, .negative(7))]),
            message(header: [.init(1, .negative(6)), .init(4, id)]),
            message(header: [.init(1, .unsigned(7)), .init(4, id)]),
            message(header: [.init(1, .negative(7)), .init(2, .array([])), .init(4, id)]),
            message(header: [.init(1, .negative(7)), .init(4, id), .init(5, id)]),
            message(header: [.init(1, .negative(7)), .init(5, id)]),
            message(header: [.init(1, .negative(7)), .init(4, .bytes(Array(key.bytes.dropLast())))]),
            message(header: [.init(1, .negative(7)), .init(4, .bytes(key.bytes + [0]))]),
            message(unprotected: .map([.init(4, id)])), message(unprotected: .null), message(payload: .null),
            message(payload: .text([])), message(signature: .bytes([])), message(signature: .null),
            message(signature: .bytes(Array(signature.dropLast()))),
            message(signature: .bytes(signature + [0])),
            Array(message().dropFirst()), message() + [0], message(more: [.null]),
        ]
        for bytes in wrong { #expect(throws: CBOR.Malformed.self) { try CoseSign1.decode(bytes) } }
    }

    @Test("the protected header is deterministic too")
    func looseHeader() {
        // {1: -8, 4: key} with -8 in two bytes.
        let header: [UInt8] = [0xa2, 0x01, 0x38, 0x07, 0x04, 0x58, 0x20] + key.bytes
        let bytes = CBOR.tagged(
            18, .array([.bytes(header), .map([]), .bytes([]), .bytes(signature)])
        ).encoded()
        #expect(throws: CBOR.Malformed.self) { try CoseSign1.decode(bytes) }
    }

    @Test("signed content differs with payload, key and network")
    func signedContent() {
        func content(_ payload: [UInt8], _ key: String, _ network: String) -> [UInt8] {
            CoseSign1.signedContent(payload: payload, key: Toy.named(key), network: Toy.named(network))
        }
        let all = [
            content([1], "a", "n"), content([2], "a", "n"), content([1], "b", "n"), content([1], "a", "m"),
            Genesis.signedContent(payload: [1], root: Toy.named("a")),
        ]
        #expect(Set(all).count == all.count)
    }

    // MARK: Permit

    @Test("a permit is decoded to the same; no field more, less or else")
    func permit() throws {
        let (permit, inner) = try Permit.decode(Samples.permitMessage)
        #expect(permit == Samples.permit)
        #expect(inner.key == permit.key)
        let kind = CBOR.Pair(0, .unsigned(26))
        let name = CBOR.Pair(3, .text(Array("hospital1".utf8)))
        let until = CBOR.Pair(4, .unsigned(2_000_000_000))
        #expect(CBOR.map([kind, name, until]).encoded() == permit.payload())
        let wrong: [[CBOR.Pair]] = [
            [name, until], [kind, until], [kind, name], [kind, name, until, .init(5, .null)],
            [.init(0, .unsigned(7)), name, until], [kind, .init(3, .bytes([])), until],
            [kind, name, .init(4, .negative(0))], [kind, .init(1, .unsigned(1)), name, until],
        ]
        for pairs in wrong {
            let bytes = Toy.message(CBOR.map(pairs).encoded(), by: permit.key, network: Cast.toy.network)
            #expect(throws: CBOR.Malformed.self) { try Permit.decode(bytes) }
        }
    }

    @Test("a permit is no statement and a statement is no permit")
    func permitIsNoStatement() throws {
        #expect(throws: CBOR.Malformed.self) {
            try SignedStatement(Samples.permitMessage, network: Cast.toy.network)
        }
        for assertion in Samples.full {
            let payload = Statement(assertion, validUntil: 1, nonce: Samples.nonce).encoded()
            let message = Toy.message(payload, by: key, network: Cast.toy.network)
            #expect(throws: CBOR.Malformed.self) { try Permit.decode(message) }
        }
    }

    // MARK: Log entry

    @Test("a log entry is decoded to the same; nothing else is one")
    func logEntry() throws {
        let entry = LogEntry(
            position: 5, time: 1_700_000_000, statement: [1, 2, 3], writesDigest: Toy.named("writes"),
            stateDigest: Toy.named("state"))
        #expect(try LogEntry.decode(entry.encoded()) == entry)
        guard case .array(let parts) = try CBOR.decode(entry.encoded()) else { return }
        for index in parts.indices {
            for wrong in [CBOR.null, .negative(1), .text([]), .bytes([1]), .unsigned(2)] {
                var other = parts
                other[index] = wrong
                // Another position or time and another statement are other entries; all else is none.
                if case .unsigned = wrong, (1...2).contains(index) { continue }
                if case .bytes = wrong, index == 3 { continue }
                #expect(throws: CBOR.Malformed.self) { try LogEntry.decode(CBOR.array(other).encoded()) }
            }
        }
        #expect(throws: CBOR.Malformed.self) { try LogEntry.decode(CBOR.array(parts + [.null]).encoded()) }
        #expect(throws: CBOR.Malformed.self) { try LogEntry.decode(CBOR.array(parts.dropLast()).encoded()) }
    }

    // MARK: Names

    @Test(
        "names that look alike or hide something are none",
        arguments: [
            "", "Hospital", "hôpital", "ho\u{302}pital", "hospital\u{0}", "hospital ", " hospital",
            "1hospital",
            "-hospital", "hospital_1", "\u{212a}linik", "hospital.1", String(repeating: "a", count: 41),
        ])
    func names(_ name: String) { #expect(OrganisationName(name) == nil) }

    @Test("names that are", arguments: ["h", "hospital-1", String(repeating: "a", count: 40)])
    func goodNames(_ name: String) { #expect(OrganisationName(name)?.description == name) }

    @Test("hexadecimal is lowercase and whole")
    func hex() {
        #expect(decodeLowercaseHex(Array("00ff1a".utf8)) == [0, 255, 26])
        #expect(lowercaseHex([0, 255, 26]) == "00ff1a")
        for text in ["0", "0G", "FF", "0x", " 0", "é"] {
            #expect(decodeLowercaseHex(Array(text.utf8)) == nil)
        }
        #expect(Digest(hex: key.hex)?.bytes == key.bytes)
        #expect(Digest(hex: key.hex.dropLast(2)) == nil)
        #expect(Digest(hex: key.hex + "00") == nil)
    }
}
