import Contract
import Testing

@testable import ContractCases

@Suite("Approvals") struct ApprovalTests {
    private let signer: PublicKey = Toy.named("clinician@hospital1")
    private let owner: PublicKey = Toy.named("p1")
    private let other: PublicKey = Toy.named("p2")

    private func statement(_ kind: StatementKind, nonce: [UInt8] = Samples.nonce) -> Statement {
        Statement(Samples.named(kind), validUntil: 1_700_000_600, nonce: nonce)
    }

    private func approval(
        by key: PublicKey, of statement: Statement, signer: PublicKey? = nil,
        network: NetworkID = Cast.toy.network
    ) -> Approval {
        let content = Approval.signedContent(
            statement.approvedContent(), by: key, signer: signer ?? self.signer, network: network)
        return Approval(key: key, signature: Toy.sign(content, by: key))
    }

    private func signed(_ payload: [UInt8], by key: PublicKey? = nil) throws -> SignedStatement {
        let message = Toy.message(payload, by: key ?? signer, network: Cast.toy.network)
        return try SignedStatement(message, network: Cast.toy.network)
    }

    private func verified(_ payload: [UInt8], by key: PublicKey? = nil) -> VerifiedStatement? {
        (try? signed(payload, by: key))?.verified(hash: Toy.hash, isValid: Toy.isValid)
    }

    /// The statement with field 20 as given, well signed.
    private func payload(_ kind: StatementKind, approvals: CBOR) -> [UInt8] {
        CBOR.map(Samples.fields(of: Samples.named(kind)) + [.init(20, approvals)]).encoded()
    }

    private func item(_ approval: Approval) -> CBOR {
        .array([.bytes(approval.key.bytes), .bytes(approval.signature)])
    }

    @Test("the kinds that others agree to carry them, and no other", arguments: Samples.all.map(\.kind))
    func kinds(_ kind: StatementKind) throws {
        let one = approval(by: owner, of: statement(kind))
        let bytes = payload(kind, approvals: .array([item(one)]))
        guard Samples.takesApprovals.contains(kind) else {
            #expect(throws: CBOR.Malformed.self) { try signed(bytes) }
            return
        }
        let read = try signed(bytes)
        #expect(read.statement.approvals == [one])
        #expect(read.statement.encoded() == bytes)
        #expect(read.claims.map(\.key).suffix(1) == [owner])
        #expect(verified(bytes) != nil)
    }

    @Test("one to 64, in the order of their keys, none twice, each a key and 64 bytes")
    func strict() throws {
        let all = (0..<65).map { approval(by: Toy.named("k\($0)"), of: statement(.append)) }
            .sorted { $0.key < $1.key }
        func isRead(_ approvals: CBOR) -> Bool {
            (try? signed(payload(.append, approvals: approvals))) != nil
        }
        #expect(isRead(.array(all[0..<1].map(item))))
        #expect(isRead(.array(all[0..<64].map(item))))
        let (key, signature) = (CBOR.bytes(all[0].key.bytes), all[0].signature)
        let wrong: [CBOR] = [
            .array([]), .array(all.map(item)), .array([item(all[1]), item(all[0])]),
            .array([item(all[0]), item(all[0])]), .null, .map([]), .bytes([]), item(all[0]),
            .array([.array([key])]), .array([.array([key, .bytes(signature), .null])]),
            .array([.array([key, .bytes(signature.dropLast())])]),
            .array([.array([key, .bytes(signature + [0])])]), .array([.array([key, .null])]),
            .array([.array([.bytes(Array(all[0].key.bytes.dropLast())), .bytes(signature)])]),
            .array([.array([.text([]), .bytes(signature)])]), .array([.map([])]),
        ]
        for approvals in wrong { #expect(!isRead(approvals), "\(diagnostic(approvals))") }
    }

    @Test("a statement puts its approvals in order")
    func order() {
        let content = statement(.append)
        let both = [approval(by: owner, of: content), approval(by: other, of: content)]
        let one = Statement(
            content.assertion, validUntil: content.validUntil, nonce: content.nonce, approvals: both)
        let two = Statement(
            content.assertion, validUntil: content.validUntil, nonce: content.nonce,
            approvals: both.reversed())
        #expect(one == two)
        #expect(verified(one.encoded()) != nil)
        #expect(one.approvedContent() == content.encoded())
    }

    @Test("an approval holds for one content, one signer and one network")
    func bound() {
        var one = statement(.append)
        func isBelieved(_ approval: Approval, by key: PublicKey? = nil) -> Bool {
            one.approvals = [approval]
            return verified(one.encoded(), by: key) != nil
        }
        let good = approval(by: owner, of: one)
        let second = statement(.append, nonce: Samples.nonce.reversed())
        let foreign = approval(by: owner, of: one, network: Toy.named("another network"))
        #expect(isBelieved(good))
        #expect(!isBelieved(good, by: Toy.named("gateway@hospital1")))
        #expect(!isBelieved(approval(by: owner, of: one, signer: other)))
        #expect(!isBelieved(approval(by: owner, of: second)))
        #expect(!isBelieved(foreign))
        #expect(!isBelieved(Approval(key: other, signature: good.signature)))
    }

    @Test("an approval is no statement and no permit, and neither is an approval")
    func separate() throws {
        let content = statement(.append).approvedContent()
        let approved = Approval.signedContent(content, by: owner, signer: signer, network: Cast.toy.network)
        let said = CoseSign1.signedContent(payload: content, key: owner, network: Cast.toy.network)
        #expect(approved != said)
        let asStatement = CoseSign1(payload: content, key: owner, signature: Toy.sign(approved, by: owner))
        let read = try SignedStatement(asStatement.encoded(), network: Cast.toy.network)
        #expect(read.verified(hash: Toy.hash, isValid: Toy.isValid) == nil)
        var one = statement(.append)
        one.approvals = [Approval(key: owner, signature: Toy.sign(said, by: owner))]
        #expect(verified(one.encoded()) == nil)
    }

    @Test("each approval's signature is asked for")
    func everyClaim() throws {
        var one = statement(.append)
        one.approvals = [approval(by: owner, of: one), approval(by: other, of: one)]
        let signed = try signed(
            Statement(
                one.assertion, validUntil: one.validUntil, nonce: one.nonce, approvals: one.approvals
            ).encoded())
        #expect(signed.claims.count == 3)
        for claim in signed.claims {
            #expect(signed.verified(hash: Toy.hash, isValid: { $0 != claim }) == nil)
        }
    }

    @Test("with other approvals it is the same statement; without any its id is the hash of what is signed")
    func identity() throws {
        var one = statement(.append)
        let bare = try #require(verified(one.encoded()))
        #expect(bare.id.bytes == Toy.hash(try signed(one.encoded()).claims[0].message))
        one.approvals = [approval(by: owner, of: one)]
        let approved = try #require(verified(one.encoded()))
        #expect(approved.id == bare.id)
        #expect(
            try signed(one.encoded()).claims[0].message != signed(one.approvedContent()).claims[0].message)
        let byOther = try #require(verified(statement(.append).encoded(), by: other))
        #expect(byOther.id != bare.id)
    }

    @Test("no bit of an approved statement can be changed")
    func everyBit() throws {
        var one = statement(.append)
        one.approvals = [approval(by: owner, of: one)]
        let message = Toy.message(one.encoded(), by: signer, network: Cast.toy.network)
        for index in message.indices {
            for bit in 0..<8 {
                var changed = message
                changed[index] ^= 1 << bit
                let signed = try? SignedStatement(changed, network: Cast.toy.network)
                #expect(
                    signed?.verified(hash: Toy.hash, isValid: Toy.isValid) == nil,
                    "byte \(index), bit \(bit)")
            }
        }
    }
}
