import Contract
import Identity
import Primitives
import Testing

/// Statements and permits: what was signed is believed, and nothing else.
struct StatementSigningTests {
    static let network = Samples.network
    static let member = SigningKey.generate()
    static let owner = SigningKey.generate()

    @Test func aSignedStatementIsBelieved() throws {
        let statement = Statement.make(.deposit(Samples.deposit(permit: nil)), now: 1_000)
        let bytes = statement.signed(by: Self.member, network: Self.network)
        let verified = try #require(try SignedStatement(bytes, network: Self.network).verified())
        #expect(verified.statement == statement)
        #expect(verified.caller == Self.member.key)
        #expect(verified.permit == nil)
        #expect(verified.bytes == bytes)
        #expect(statement.validUntil == 4_600)
        #expect(
            verified.id.bytes
                == SHA256.digest(
                    CoseSign1.signedContent(
                        payload: statement.encoded(), key: Self.member.key, network: Self.network)))
    }

    @Test func twoStatementsThatSayTheSameDiffer() {
        let assertion = Assertion.deposit(Samples.deposit(permit: nil))
        let first = Statement.make(assertion, now: 5, validSeconds: 60)
        #expect(first.validUntil == 65)
        #expect(first != Statement.make(assertion, now: 5, validSeconds: 60))
    }

    @Test func everyAlteredBitIsRefused() throws {
        let bytes = Statement.make(.deposit(Samples.deposit(permit: Self.permit())), now: 1_000)
            .signed(by: Self.member, network: Self.network)
        #expect(try SignedStatement(bytes, network: Self.network).verified() != nil)
        for position in bytes.indices {
            for bit in UInt8(0)..<8 {
                var altered = bytes
                altered[position] ^= 1 << bit
                #expect(believed(altered) == nil, "byte \(position), bit \(bit)")
            }
        }
        for count in bytes.indices { #expect(believed(Array(bytes.prefix(count))) == nil) }
        #expect(believed(bytes + [0]) == nil)
    }

    @Test func anotherNetworksStatementIsRefused() throws {
        let bytes = Statement.make(.deposit(Samples.deposit(permit: nil)), now: 1_000)
            .signed(by: Self.member, network: Self.network)
        let other = Genesis.networkID(of: [1, 2, 3])
        #expect(try SignedStatement(bytes, network: other).verified() == nil)
    }

    @Test func aPermitInsideIsBelievedOnlyWithItsOwnSignature() throws {
        func outcome(_ permit: [UInt8]) throws -> VerifiedStatement? {
            believed(
                Statement.make(.deposit(Samples.deposit(permit: permit)), now: 1_000)
                    .signed(by: Self.member, network: Self.network))
        }
        let permit = try #require(try outcome(Self.permit())?.permit)
        #expect(permit == Permit(key: Self.owner.key, organisation: Samples.hospital, notAfter: 9_000))

        var altered = Self.permit()
        altered[altered.count - 1] ^= 1
        #expect(try outcome(altered) == nil)
        #expect(try outcome(Self.permit(network: Genesis.networkID(of: [9]))) == nil)

        // A permit in the name of another's key: signed by the member, as whoever controls the hospital
        // might.
        let forged = CoseSign1(
            payload: Permit(key: Self.owner.key, organisation: Samples.hospital, notAfter: 9_000).payload(),
            key: Self.owner.key,
            signature: Self.member.sign(
                CoseSign1.signedContent(
                    payload: Permit(key: Self.owner.key, organisation: Samples.hospital, notAfter: 9_000)
                        .payload(),
                    key: Self.owner.key, network: Self.network))
        ).encoded()
        #expect(try outcome(forged) == nil)
    }

    // The signature was computed with Python integers over the curve's equation; libsodium alone accepts it.
    @Test func aKeyOfMixedOrderIsRefusedThoughItsSignatureVerifies() throws {
        let key = try #require(
            PublicKey(hex: "7a86b41105c581c42f3349b5ea9ba6f7d9935613f3aef36482973c5202800af2"))
        let signature = try #require(
            decodeLowercaseHex(
                Array(
                    """
                    c9a3f86aae465f0e56513864510f3997561fa2c9e85ea21dc2292309f3cd6022\
                    04e5da971d374a83f5a9a9b7d2d76807bc8c80cf87766014bef526c793772e0a
                    """.utf8)))
        let network = try #require(NetworkID(Array(UInt8(0)..<32)))
        let claim = CoseSign1(payload: Array("payload".utf8), key: key, signature: signature).claim(
            network: network)
        #expect(Ed25519.isValid(signature: claim.signature, over: claim.message, by: claim.key.bytes))
        #expect(!Signatures.isValid(claim))
    }

    private static func permit(network: NetworkID = network) -> [UInt8] {
        Permit.signed(key: owner, organisation: Samples.hospital, notAfter: 9_000, network: network)
    }

    private func believed(_ bytes: [UInt8]) -> VerifiedStatement? {
        (try? SignedStatement(bytes, network: Self.network))?.verified()
    }
}
