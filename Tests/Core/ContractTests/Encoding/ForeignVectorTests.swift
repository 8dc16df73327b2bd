import Contract
import Testing

@testable import ContractCases

@Suite("Messages made by other hands") struct ForeignVectorTests {
    private struct Vector {
        let name: String
        let signedHash: UInt64
        let identityHash: UInt64
        let bytes: [UInt8]
    }

    private static let approved = [
        "admit", "suspend", "rotateRoot", "append", "reseal", "reassign", "emergency",
    ]
    private let network = NetworkID(hex: ForeignVectors.network)!
    private let vectors = ForeignVectors.text.split(separator: "\n").map { row in
        let parts = words(row)
        return Vector(
            name: parts[0], signedHash: UInt64(parts[1])!, identityHash: UInt64(parts[2])!,
            bytes: decodeLowercaseHex(Array(parts[3...].joined().utf8))!)
    }

    @Test("each kind of statement is read, and written to the same bytes")
    func statements() throws {
        #expect(vectors.count == ForeignVectors.count)
        var kinds = Set<StatementKind>()
        for vector in vectors {
            guard let kind = StatementKind.allCases.first(where: { vector.name.hasPrefix("\($0)") }),
                Samples.all.map(\.kind).contains(kind)
            else { continue }
            let signed = try SignedStatement(vector.bytes, network: network)
            #expect(signed.statement.assertion.kind == kind)
            let claimed = signed.claims.flatMap(\.message)
            #expect(Toy.fnv(claimed) == vector.signedHash, "\(vector.name): what is signed")
            #expect(Toy.fnv(signed.identity) == vector.identityHash, "\(vector.name): its id")
            #expect(signed.statement.approvals.isEmpty != Self.approved.contains(vector.name))
            let message = try CoseSign1.decode(vector.bytes)
            let again = CoseSign1(
                payload: signed.statement.encoded(), key: signed.caller, signature: message.signature)
            #expect(again.encoded() == vector.bytes, "\(vector.name)")
            kinds.insert(kind)
        }
        #expect(kinds == Set(Samples.all.map(\.kind)))
    }

    @Test("so is a permit")
    func permit() throws {
        let vector = try #require(vectors.first { $0.name == "permit" })
        let (permit, message) = try Permit.decode(vector.bytes)
        #expect(permit.payload() == message.payload)
        #expect(permit.organisation.description == "hospital1")
        #expect(permit.notAfter == 2_000_000_000)
        #expect(Toy.fnv(message.claim(network: network).message) == vector.signedHash)
        let deposit = try #require(vectors.first { $0.name == "deposit" })
        #expect(try SignedStatement(deposit.bytes, network: network).permit == permit)
    }

    @Test("so is a genesis")
    func genesis() throws {
        let vector = try #require(vectors.first { $0.name == "genesis" })
        var claims = [SignatureClaim]()
        let genesis = try Genesis.decode(vector.bytes) { claim in
            claims.append(claim)
            return true
        }
        #expect(genesis.origin.description == "medseal/4f1c")
        #expect(genesis.organisations.map(\.name.description) == ["hospital1", "insurer"])
        #expect(genesis.quorum.rules.map(\.count) == [1, 2])
        #expect(Toy.fnv(claims.flatMap(\.message)) == vector.signedHash)
        #expect(genesis.encoded(signatures: claims.map(\.signature)) == vector.bytes)
    }

    @Test("so is a log entry")
    func entry() throws {
        let vector = try #require(vectors.first { $0.name == "entry" })
        let entry = try LogEntry.decode(vector.bytes)
        #expect(entry.position == 7)
        #expect(entry.time == 1_785_000_001)
        #expect(entry.statement == vectors[0].bytes)
        #expect(entry.encoded() == vector.bytes)
    }
}
