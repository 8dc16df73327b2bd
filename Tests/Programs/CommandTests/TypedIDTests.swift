import Contract
import Remote
import Terminal
import Testing

/// Ids that were typed in part, and ids as they are shown.
@Suite struct TypedIDTests {
    private func id(_ digits: String) throws -> RecordHandle {
        try #require(RecordHandle(hex: digits + String(repeating: "0", count: 64 - digits.count)))
    }

    @Test func eightLowercaseDigitsAreEnoughAndNothingElseIsTaken() throws {
        for wrong in [
            "", "3ae1a8b", "3AE1A8B2", "3ae1a8b2 ", "3ae1a8bg", "3ae1\u{ff11}a8b2",
            String(repeating: "a", count: 65),
        ] {
            #expect(TypedRecord(argument: wrong) == nil, "\(wrong)")
        }
        #expect(TypedRecord(argument: "3ae1a8b2")?.whole == nil)
        #expect(TypedRecord(argument: String(repeating: "a", count: 63))?.whole == nil)
        #expect(TypedRecord(argument: String(repeating: "a", count: 64))?.whole != nil)
    }

    @Test func theOneThatBeginsSoIsMeant() async throws {
        let (one, other, third) = (try id("3ae1a8b21"), try id("3ae1a8b22"), try id("4ae1a8b2"))
        func complete(_ digits: String) async throws -> RecordHandle {
            try await #require(TypedRecord(argument: digits)).completed(
                "record", "medseal records lists them"
            ) {
                [one, other, third, one]
            }
        }
        #expect(try await complete("3ae1a8b21") == one)
        #expect(try await complete("4ae1a8b2") == third)
        await #expect { try await complete("3ae1a8b2") } throws: { error in
            let failure = error as? PartyError
            return failure?.code == .badInput && failure?.message.contains("2 records") == true
        }
        await #expect { try await complete("5ae1a8b2") } throws: { error in
            let failure = error as? PartyError
            return failure?.code == .refused && failure?.message.contains("medseal records") == true
        }
        // A whole one is looked for nowhere.
        let whole = try await #require(TypedRecord(argument: one.hex)).completed("record", "") {
            Issue.record("asked for candidates")
            return []
        }
        #expect(whole == one)
    }

    @Test func asManyDigitsAreShownAsTellThemApart() throws {
        let (one, other) = (try id("3ae1a8b2000001"), try id("3ae1a8b2000002"))
        #expect(ShortIDs([one])(one) == "3ae1a8b20000" && one.short == "3ae1a8b20000")
        #expect(ShortIDs([one, other, one])(one) == "3ae1a8b2000001")
        #expect(ShortIDs([one, other])(other) == "3ae1a8b2000002")
        #expect(ShortIDs([RecordHandle]())(one) == one.short)
    }
}
