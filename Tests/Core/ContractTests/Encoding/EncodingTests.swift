import Contract
import Testing

@testable import ContractCases

@Suite("Statements as bytes") struct EncodingTests {
    private static let both = Samples.full + Samples.least + Samples.others
    private let caller: PublicKey = Toy.named("caller")

    private func payload(_ assertion: Assertion) -> [UInt8] {
        Statement(assertion, validUntil: 1_700_000_600, nonce: Samples.nonce).encoded()
    }

    private func signed(_ payload: [UInt8]) throws -> SignedStatement {
        try SignedStatement(
            Toy.message(payload, by: caller, network: Cast.toy.network), network: Cast.toy.network)
    }

    @Test("there is one sample of each kind that is accepted")
    func samples() {
        let kinds = StatementKind.allCases.filter { ![.genesis, .permit].contains($0) }
        #expect(Samples.full.count == kinds.count)
        #expect(Set(Samples.full.map(\.kind)) == Set(kinds))
        #expect(Samples.least.map(\.kind) == Samples.full.map(\.kind))
    }

    @Test("what is encoded is decoded to the same", arguments: both)
    func roundTrip(_ assertion: Assertion) throws {
        let statement = Statement(assertion, validUntil: 1_700_000_600, nonce: Samples.nonce)
        #expect(try Statement.decode(statement.encoded()) == statement)
        let signed = try signed(statement.encoded())
        #expect(signed.statement == statement)
        #expect(signed.caller == caller)
        let carried =
            [StatementKind.deposit, .route, .adopt, .reassign].contains(assertion.kind)
            && Samples.full.contains(assertion)
        #expect(signed.permit == (carried ? Samples.permit : nil))
        #expect(signed.claims.map(\.key) == [caller] + (carried ? [Samples.permit.key] : []))
        let verified = try #require(signed.verified(hash: Toy.hash, isValid: Toy.isValid))
        #expect(verified.id.bytes == Toy.hash(signed.claims[0].message))
        #expect(verified.bytes == signed.bytes)
    }

    @Test("a field that is missing is refused unless it may be", arguments: Samples.full)
    func missingField(_ assertion: Assertion) throws {
        let pairs = Samples.fields(of: assertion)
        let least = try #require(Samples.least.first { $0.kind == assertion.kind })
        let needed = Set(Samples.fields(of: least).map(\.key))
        for index in pairs.indices {
            var fewer = pairs
            let field = fewer.remove(at: index).key
            let accepted = (try? signed(CBOR.map(fewer).encoded())) != nil
            #expect(accepted == !needed.contains(field), "field \(field) of \(assertion.kind)")
        }
    }

    @Test("a field that is not the kind's is refused", arguments: both)
    func unknownField(_ assertion: Assertion) throws {
        let pairs = Samples.fields(of: assertion)
        let known = Set(Samples.description(of: assertion.kind).map(\.number))
        for number in [UInt64](3...40) + [255, 256, .max] where !known.contains(number) {
            let more = (pairs + [.init(number, .unsigned(0))]).sorted { $0.key < $1.key }
            #expect(throws: CBOR.Malformed.self, "\(number)") { try signed(CBOR.map(more).encoded()) }
        }
    }

    @Test("a field of another type, length or meaning is refused", arguments: Samples.full)
    func wrongType(_ assertion: Assertion) throws {
        let pairs = Samples.fields(of: assertion)
        let wrong: [CBOR] = [
            .negative(0), .bytes([]), .bytes(.init(repeating: 1, count: 31)),
            .bytes(.init(repeating: 1, count: 33)),
            .text([]), .text(Array("Hospital1".utf8)), .text(Array("hospital1 ".utf8)),
            .text(Array("1a".utf8)),
            .text(Array(repeating: 0x61, count: 41)), .array([]), .array([.bytes([1])]), .array([.null]),
            .map([]),
            .tagged(1, .unsigned(1)), .bool(true), .null,
        ]
        for index in pairs.indices {
            // A re-sealing may name no grants and no delegates.
            let mayBeEmpty = assertion.kind == .reseal && pairs[index].key > 10
            for value in wrong.filter({ !mayBeEmpty || $0 != .array([]) })
                + (isChoice(pairs[index]) ? [.unsigned(0), .unsigned(99), .unsigned(.max)] : [])
            {
                var other = pairs
                other[index] = .init(pairs[index].key, value)
                #expect(throws: CBOR.Malformed.self, "\(pairs[index].key) \(value)") {
                    try signed(CBOR.map(other).encoded())
                }
            }
        }
    }

    /// Whether a field is one of few small numbers, the kind itself among them; field 10 counts releases.
    private func isChoice(_ pair: CBOR.Pair) -> Bool {
        guard case .unsigned(let number) = pair.value else { return false }
        return number < 24 && pair.key != 10
    }

    @Test("kinds that are reserved or unknown are refused")
    func unknownKinds() throws {
        let accepted = Set(Samples.all.map(\.kind.rawValue))
        for number in [UInt64](0...30) + [255, .max] where !accepted.contains(number) {
            for assertion in Samples.full {
                var pairs = Samples.fields(of: assertion)
                pairs[0] = .init(0, .unsigned(number))
                #expect(throws: CBOR.Malformed.self) { try signed(CBOR.map(pairs).encoded()) }
            }
        }
    }

    @Test("a statement of one kind is none of another: with the other's number it is malformed or the other")
    func otherKinds() throws {
        for assertion in Self.both {
            let pairs = Samples.fields(of: assertion)
            let original = try signed(CBOR.map(pairs).encoded())
            for other in Samples.full where other.kind != assertion.kind {
                let renumbered = CBOR.map([.init(0, .unsigned(other.kind.rawValue))] + pairs.dropFirst())
                guard let read = try? signed(renumbered.encoded()) else { continue }
                #expect(read.statement.assertion.kind == other.kind, "\(assertion.kind) as \(other.kind)")
                #expect(read.identity != original.identity, "\(assertion.kind) as \(other.kind)")
            }
        }
    }

    @Test("what a grant is for goes with its kind, and single files have a manifest and its root")
    func coverage() throws {
        let pairs = Samples.fields(of: try #require(Samples.others.first))
        func isRead(_ change: ([CBOR.Pair]) -> [CBOR.Pair]) -> Bool {
            (try? signed(CBOR.map(change(pairs)).encoded())) != nil
        }
        func with(_ field: UInt64, _ value: UInt64) -> ([CBOR.Pair]) -> [CBOR.Pair] {
            { $0.map { $0.key == field ? CBOR.Pair(field, .unsigned(value)) : $0 } }
        }
        #expect(isRead { $0 })
        for field in [UInt64(14), 15, 16] { #expect(!isRead { $0.filter { $0.key != field } }) }
        for coverage in [Coverage.present, .growing] {
            #expect(!isRead(with(14, coverage.rawValue)))
            #expect(isRead { with(14, coverage.rawValue)($0).filter { $0.key < 15 } })
        }
        #expect(!isRead(with(6, GrantKind.transfer.rawValue)))
        #expect(!isRead { with(6, GrantKind.append.rawValue)($0).filter { $0.key != 11 } })
        #expect(
            !isRead {
                with(14, Coverage.growing.rawValue)(with(6, GrantKind.append.rawValue)($0)).filter {
                    ![11, 15, 16].contains($0.key)
                }
            })
    }

    /// Whether the statement is read with another value in one of its fields.
    private func isRead(_ kind: StatementKind, _ field: UInt64, _ items: [CBOR]) -> Bool {
        var pairs = Samples.fields(of: Samples.named(kind))
        pairs[pairs.firstIndex { $0.key == field }!] = .init(field, .array(items))
        return (try? signed(CBOR.map(pairs).encoded())) != nil
    }

    @Test("endorsers: 1 to 64, in rising order, none twice", arguments: [StatementKind.admit, .suspend])
    func endorsers(_ kind: StatementKind) {
        let names = (100..<165).map { CBOR.text(Array("o\($0)".utf8)) }
        #expect(isRead(kind, 4, Array(names.prefix(64))))
        #expect(isRead(kind, 4, [.text(Array("a".utf8)), .text(Array("aa".utf8)), .text(Array("b".utf8))]))
        for wrong in [[], names, [names[1], names[0]], [names[0], names[0]]] {
            #expect(!isRead(kind, 4, wrong))
        }
    }

    @Test("new envelopes: up to 128, in rising order of what they are for, none twice", arguments: [12, 13])
    func newEnvelopes(_ field: UInt64) {
        let keys = (0..<129).map { Toy.named("key \($0)") as PublicKey }.sorted()
        let all = keys.map { CBOR.array([.bytes($0.bytes), .bytes($0.bytes)]) }
        let short = CBOR.array([.bytes(keys[0].bytes)])
        let long = CBOR.array(Array(repeating: .bytes(keys[0].bytes), count: 3))
        #expect(isRead(.reseal, field, []))
        #expect(isRead(.reseal, field, Array(all.prefix(128))))
        for wrong in [all, [all[1], all[0]], [all[0], all[0]], [short], [long], [.bytes(keys[0].bytes)]] {
            #expect(!isRead(.reseal, field, wrong))
        }
    }

    @Test("a statement has a bounded number of bytes")
    func statementSize() {
        let payload = Statement(Samples.named(.retire), validUntil: 1, nonce: Samples.nonce).encoded()
        func reason(paddedTo size: Int) -> String? {
            let message = Toy.message(
                payload + Array(repeating: 0, count: size), by: caller, network: Cast.toy.network)
            let padding = size - (message.count - size)
            let padded = Toy.message(
                payload + Array(repeating: 0, count: padding), by: caller, network: Cast.toy.network)
            precondition(padded.count == size, "\(padded.count)")
            do throws(CBOR.Malformed) {
                _ = try SignedStatement(padded, network: Cast.toy.network)
                return nil
            } catch { return error.reason }
        }
        #expect(reason(paddedTo: Limits.statementBytesMax) == "bytes after the end of the item")
        #expect(reason(paddedTo: Limits.statementBytesMax + 1) == "longer than a statement may be")
    }

    @Test("no bit of a signed statement can be changed", arguments: [StatementKind.deposit, .grant])
    func everyBit(_ kind: StatementKind) throws {
        let payload = self.payload(Samples.named(kind))
        let message = Toy.message(payload, by: caller, network: Cast.toy.network)
        for index in message.indices {
            for bit in 0..<8 {
                var changed = message
                changed[index] ^= 1 << bit
                let signed = try? SignedStatement(changed, network: Cast.toy.network)
                #expect(
                    signed?.verified(hash: Toy.hash, isValid: Toy.isValid) == nil, "byte \(index), bit \(bit)"
                )
            }
        }
    }

    @Test("another signature over the same content makes no other statement")
    func malleability() throws {
        let payload = self.payload(Samples.named(.retire))
        let ids = try [UInt8(1), 2].map { fill in
            let bytes = CoseSign1(
                payload: payload, key: caller, signature: Array(repeating: fill, count: 64)
            ).encoded()
            return try SignedStatement(bytes, network: Cast.toy.network)
                .verified(hash: Toy.hash, isValid: { _ in true })!.id
        }
        #expect(ids[0] == ids[1])
    }

    @Test("each signature is asked for: the caller's and the permit's")
    func everyClaim() throws {
        let payload = self.payload(Samples.named(.deposit))
        let signed = try signed(payload)
        #expect(signed.claims.count == 2)
        for claim in signed.claims {
            #expect(signed.verified(hash: Toy.hash, isValid: { $0 != claim }) == nil)
        }
        let other = try SignedStatement(signed.bytes, network: Toy.named("another network"))
        #expect(other.verified(hash: Toy.hash, isValid: Toy.isValid) == nil)
    }
}
