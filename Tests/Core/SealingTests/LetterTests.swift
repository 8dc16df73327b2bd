import Age
import Contract
import Evidence
import Identity
import Primitives
import Testing

@testable import Sealing

/// Letters are read as they are written, in one spelling, with nothing more in them.
struct LetterTests {
    let reader = AgeIdentity.generate(.x25519)
    let key = SigningKey.generate().key
    let handle = RecordHandle([UInt8](repeating: 1, count: 32))!
    let id = StatementID([UInt8](repeating: 2, count: 32))!

    /// Seals any bytes as a letter.
    func sealed(_ text: String) throws -> [UInt8] {
        try Age.seal(Array(text.utf8), for: .recipients([reader.recipient]))
    }

    func opens<Content: LetterContent>(_ text: String, as type: Content.Type) throws -> Bool {
        (try? Letter.open(try sealed(text), with: reader, as: type)) != nil
    }

    @Test func eachIsReadAsItWasWritten() throws {
        func again<Content: LetterContent>(_ letter: Content) throws -> Bool {
            let body = try Letter.seal(letter, to: reader.recipient)
            return try Letter.open(body, with: reader, as: Content.self).json == letter.json
        }
        #expect(try again(ApplicationLetter(inbox: key, recipient: "age1", permits: [key, key])))
        #expect(try again(PermitLetter(permit: [1, 2, 3], signature: [])))
        #expect(try again(RequestLetter(patient: "P-1", requester: "Olga", kind: "read", text: "\"é\"\n😀")))
        #expect(
            try again(
                ForwardedLetter(
                    request: id, custodian: OrganisationName("hospital1")!, kind: "read", text: "")))
        #expect(try again(AnswerLetter(request: id, grants: [.init(record: handle, grant: id)])))
    }

    @Test func nothingElseIsRead() throws {
        let whole = #"{"kind":"read","patient":"P-1","requester":"Olga","text":""}"#
        #expect(try opens(whole, as: RequestLetter.self))
        for other in [
            #"{"kind":"read","patient":"P-1","requester":"Olga","text":"","more":1}"#,
            #"{"kind":"read","patient":"P-1","requester":"Olga"}"#,
            #"{"patient":"P-1","kind":"read","requester":"Olga","text":""}"#,
            #"{"kind":"read","kind":"read","patient":"P-1","requester":"Olga","text":""}"#,
            whole + "\n", "[]", "", #"{"kind":1,"patient":"P-1","requester":"Olga","text":""}"#,
        ] {
            #expect(try !opens(other, as: RequestLetter.self), "\(other)")
        }
        #expect(try opens(#"{"permit":"AQI=","signature":""}"#, as: PermitLetter.self))
        #expect(try !opens(#"{"permit":"AQJ=","signature":""}"#, as: PermitLetter.self))
        #expect(try opens(#"{"grants":[],"request":"\#(id)"}"#, as: AnswerLetter.self))
        #expect(try !opens(#"{"grants":[],"request":"\#(id.hex.uppercased())A"}"#, as: AnswerLetter.self))
    }

    @Test func aLetterHasAMostLength() throws {
        let letter = RequestLetter(
            patient: "", requester: "", kind: "", text: String(repeating: "a", count: Letter.bytesMax))
        #expect(throws: PartyError.self) { try Letter.seal(letter, to: reader.recipient) }
        let body = try Age.seal(letter.json.encoded, for: .recipients([reader.recipient]))
        #expect(throws: PartyError.self) { try Letter.open(body, with: reader, as: RequestLetter.self) }
    }

    @Test func onlyItsReaderOpensIt() throws {
        let body = try Letter.seal(PermitLetter(permit: [1], signature: [2]), to: reader.recipient)
        #expect(throws: PartyError.self) {
            try Letter.open(body, with: .generate(.x25519), as: PermitLetter.self)
        }
        for index in body.indices {
            var altered = body
            altered[index] ^= 1
            #expect(throws: PartyError.self) {
                try Letter.open(altered, with: reader, as: PermitLetter.self)
            }
        }
    }
}

struct RecoveryShareFileTests {
    @Test func isReadAsItWasWrittenAndNothingElse() throws {
        let shares = Wallet.create().recoveryShares(needed: 2, of: 3)
        for share in shares {
            let file = RecoveryShareFile.encode(share)
            #expect(try RecoveryShareFile.decode(file) == share)
            for count in file.indices where count < file.count - 1 {
                #expect(throws: PartyError.self) { try RecoveryShareFile.decode(Array(file[..<count])) }
            }
            let text = String(decoding: file, as: UTF8.self)
            for (old, new) in [
                ("\"number\": \(share.number)", "\"number\": 0"), ("\"needed\": 2", "\"needed\": 1"),
            ] {
                let altered = Array(text.replacing(old, with: new).utf8)
                #expect(altered != file)
                #expect(throws: PartyError.self) { try RecoveryShareFile.decode(altered) }
            }
        }
    }
}
