import BrowserCalls
import Contract
import Identity
import Primitives
import Testing

@testable import ContractCases

/// Wallets and statements natively, recorded for the browser's core.
struct IdentityCallTests {
    @Test func walletsAreDerivedAndRecorded() throws {
        var recording = Recording(of: "derive_wallet")
        func derive(
            _ wallet: Wallet, _ organisation: OrganisationName, _ index: UInt64, typed: [UInt8]
        ) throws -> [[UInt8]] {
            let input = WalletCall.input(wallet.master.bytes, organisation.description, index, typed: typed)
            let answer = WalletCall.answer(input)
            recording.add(input, answer: answer)
            return try #require(Packed.unpack(answer))
        }
        let code = Array(WalletTests.code.utf8)
        for organisation in [Samples.hospital, Samples.insurer] {
            for index in [0, 1, 72_057_594_037_927_943, UInt64.max] {
                let fields = try derive(WalletTests.wallet, organisation, index, typed: code)
                let owner = WalletTests.wallet.ownerKey(organisation: organisation, index: index)
                #expect(fields[0] == owner.seed.bytes && fields[1] == owner.publicKey)
                #expect(
                    Ed25519.isValid(signature: fields[2], over: Array("message".utf8), by: owner.publicKey))
                #expect(fields[7] == code && fields[8] == WalletTests.wallet.master.bytes)
                #expect(fields.count == 11 && fields[10] == [1])
            }
        }
        for position in code.indices where position % 6 != 5 {
            var mistyped = code
            mistyped[position] =
                mistyped[position] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
            let fields = try derive(Wallet.create(), Samples.hospital, UInt64(position), typed: mistyped)
            #expect(fields[8] == [1, UInt8(position / 6 + 1)] && fields[10] == [1])
        }
        #expect(try derive(WalletTests.wallet, Samples.hospital, 0, typed: []).last == [1])
        try recording.save()
    }

    @Test func statementsAreBelievedAndRecorded() throws {
        var recording = Recording(of: "verify_statement")
        func judge(_ message: [UInt8], network: NetworkID = Samples.network) -> [UInt8] {
            let input = StatementCall.input(network, message)
            let answer = StatementCall.answer(input)
            recording.add(input, answer: answer)
            return answer
        }
        let permit = Permit.signed(
            key: .generate(), organisation: Samples.hospital, notAfter: 9_000, network: Samples.network)
        for permit in [nil, permit] {
            let statement = Statement.make(.deposit(Samples.deposit(permit: permit)), now: 1_000)
            let member = SigningKey.generate()
            let message = statement.signed(by: member, network: Samples.network)
            let id = try SignedStatement(message, network: Samples.network).id
            #expect(judge(message) == Packed.pack([id.bytes, member.publicKey, statement.encoded()]))
            for position in message.indices {
                var altered = message
                altered[position] ^= 1 << UInt8(position % 8)
                #expect([[1], [2]].contains(judge(altered)), "byte \(position)")
            }
        }
        // Those of other hands: each is believed as it is, and not with a bit of its signature turned.
        let network = try #require(NetworkID(hex: ForeignVectors.network))
        var foreign = 0
        for row in ForeignVectors.text.split(separator: "\n") {
            let parts = words(row)
            guard !["permit", "genesis", "entry"].contains(parts[0]) else { continue }
            var message = try #require(decodeLowercaseHex(Array(parts[3...].joined().utf8)))
            let signed = try SignedStatement(message, network: network)
            #expect(
                judge(message, network: network)
                    == Packed.pack([signed.id.bytes, signed.caller.bytes, signed.statement.encoded()]),
                "\(parts[0])")
            message[message.count - 1] ^= 1
            #expect(judge(message, network: network) == [2], "\(parts[0])")
            foreign += 1
        }
        #expect(foreign == ForeignVectors.count - 3)
        try recording.save()
    }
}
