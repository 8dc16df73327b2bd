import Contract
import Identity
import Primitives
import Testing

/// The wallet's keys against constants that Python's `cryptography` computed; the printed code against every
/// likely slip.
struct WalletTests {
    static let wallet = Wallet(master: SecretBytes(copying: Array(UInt8(0)..<32)))
    static let code =
        "000GK-40R4Q-0M301-E2094-185GM-R38EE-1W81X-24GK0-2GAHD-C5RRC-34D1M-P70XV-3RFP1-63ED1"

    @Test(
        arguments: [
            (
                "hospital1", 0, "966d8f729697a3664f6edfd815b73a267ad02117b312bf93b746237c288feb1f",
                "b5def48bc14c5404a986dedca7754ab2875835f0ae4deee2aaf1ca1c00cf2f83"
            ),
            (
                "hospital1", 1, "9ecb459a5527a601a8718a70194d5a0c481991540fffe25cbe658d19d6edd3f0",
                "1f20572b0bf8723ef1f42cd3b4390f0d1d1fda7dbc857521003d546b6e3898e2"
            ),
            (
                "hospital1", 72_057_594_037_927_943,
                "b00e0e4d7d29cbb1799c897047692ea58ca1d96dc6f2df1cfdbbce1508ecee23",
                "6bc34e3f0725c251336a57e638ce9cf4ac9172a35e5aa8c08e4065ae92f903d8"
            ),
            (
                "hospital2", 0, "641e1db09f1f9e797e2849e5139d20182b46db5586242ce7a91f26efb5547eb4",
                "34be8b0221dceff5a880631a585107eb1f7f4c30642617c90e88ef86ed799cb3"
            ),
        ] as [(String, UInt64, String, String)])
    func ownerKeys(organisation: String, index: UInt64, seed: String, publicKey: String) {
        let key = Self.wallet.ownerKey(organisation: Samples.name(organisation), index: index)
        #expect(lowercaseHex(key.seed.bytes) == seed)
        #expect(key.key.hex == publicKey)
    }

    @Test func inboxKeys() {
        let key = Self.wallet.inboxKey(organisation: Samples.hospital)
        #expect(
            lowercaseHex(key.seed.bytes) == "890f112447a3050c1f97142ceca80ce2098390a45eb81fc8bfe046cbb04a5767"
        )
        #expect(key.key.hex == "73bf0b9e6c24ca0099ae49f8480d7c17532431a2df948416a481da8cf00d2a0f")
        #expect(
            lowercaseHex(Self.wallet.inboxSeed(organisation: Samples.hospital).bytes)
                == "a5a26cd6051529f8c3ca43331313cc40919020bff8f065cb3f6976e0472329ba")
    }

    @Test func aWalletDoesNotPrint() {
        var dumped = ""
        dump(Self.wallet, to: &dumped)
        for text in ["\(Self.wallet)", String(reflecting: Self.wallet), dumped] {
            #expect(!text.contains("1, 2, 3") && !text.contains("000GK"))
        }
        #expect(Wallet.create().master.bytes != Wallet.create().master.bytes)
        #expect(Wallet.create().master.count == 32)
    }

    // Computed in Python with tables of logarithms of GF(32).
    @Test func theCodeIsThatOfTheOtherImplementation() {
        #expect(text(Self.wallet.recoveryCode) == Self.code)
        let ones = Wallet(master: SecretBytes(copying: [UInt8](repeating: 0xff, count: 32)))
        #expect(
            text(ones.recoveryCode)
                == "ZZZZB-ZZZZG-ZZZZS-ZZZZF-ZZZZ6-ZZZZX-ZZZZM-ZZZZR-ZZZZH-ZZZZA-ZZZZ3-ZZZZN-ZZZTY-Z5GK8")
    }

    @Test func aPrintedCodeRestoresTheWallet() throws {
        for _ in 0..<20 {
            let wallet = Wallet.create()
            let restored = try Wallet(recoveryCode: wallet.recoveryCode.bytes)
            #expect(restored.master.bytes == wallet.master.bytes)
        }
    }

    @Test func aCodeIsReadAsPeopleTypeIt() throws {
        let typed = Self.code.replacing("0", with: "O")
        for variant in [
            Self.code, Self.code.lowercased(), typed, typed.lowercased(), Self.code.replacing("1", with: "l"),
            Self.code.replacing("1", with: "I"), Self.code.replacing("-", with: ""),
            Self.code.replacing("-", with: " "), "\t" + Self.code.replacing("-", with: " -\r\n") + "\n",
        ] {
            let restored = try Wallet(recoveryCode: Array(variant.utf8))
            #expect(restored.master.bytes == Self.wallet.master.bytes)
        }
    }

    @Test func everySubstitutionIsRefusedAndItsGroupNamed() {
        let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZU!".utf8) + [0xc3]
        let code = Array(Self.code.utf8)
        for position in code.indices where position % 6 != 5 {
            for character in alphabet where character != code[position] {
                var altered = code
                altered[position] = character
                #expect(refusal(altered) == .groupMistyped(position / 6 + 1))
            }
        }
    }

    @Test func everyExchangeOfTwoCharactersOrGroupsIsRefused() {
        let code = Array(Self.code.utf8).filter { $0 != UInt8(ascii: "-") }
        for position in code.indices.dropLast() where code[position] != code[position + 1] {
            var altered = code
            altered.swapAt(position, position + 1)
            #expect(refusal(altered) == .groupMistyped(position / 5 + 1))
        }
        let groups = stride(from: 0, to: code.count, by: 5).map { Array(code[$0..<$0 + 5]) }
        for first in groups.indices {
            for second in groups.indices where first < second && groups[first] != groups[second] {
                var altered = groups
                altered.swapAt(first, second)
                #expect(refusal(Array(altered.joined())) == .groupMistyped(first + 1))
            }
        }
    }

    @Test func whatTheGroupsCannotFindTheDigestDoes() {
        // Two wrong characters in the first group that make a word of the code again.
        #expect(refusal(Array("1M0GK".utf8) + Array(Self.code.utf8).dropFirst(5)) == .codeWrong)
    }

    @Test func aLeftOutOrDoubledCharacterIsRefused() {
        let code = Array(Self.code.utf8).filter { $0 != UInt8(ascii: "-") }
        for position in code.indices {
            var shorter = code
            shorter.remove(at: position)
            #expect(refusal(shorter) != nil)
            var longer = code
            longer.insert(code[position], at: position)
            #expect(refusal(longer) != nil)
        }
        #expect(refusal([]) == .lengthWrong(characters: 0))
        #expect(refusal(Array(code.dropLast())) == .lengthWrong(characters: 69))
        #expect(refusal(code + Array("0".utf8)) == .lengthWrong(characters: 71))
        #expect(WalletError.groupMistyped(3).description == "group 3 of the recovery code is mistyped")
    }

    // SHA-256 of "abc" in Crockford's base32, by Python.
    @Test func theShortCodeIsTheDigestsBeginning() {
        #expect(ShortCode.of(Array("abc".utf8)) == "Q9W1-DFWF-077Y-MGA1")
    }

    private func refusal(_ code: [UInt8]) -> WalletError? {
        do throws(WalletError) {
            _ = try Wallet(recoveryCode: code)
            return nil
        } catch {
            return error
        }
    }

    private func text(_ secret: SecretBytes) -> String { String(decoding: secret.bytes, as: UTF8.self) }
}

extension SecretBytes {
    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
