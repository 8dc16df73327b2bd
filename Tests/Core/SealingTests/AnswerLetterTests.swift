import Age
import Contract
import Identity
import Sealing
import Testing

/// T74: a stranger leaves a letter about a true request, which names true grants of a record of its own.
struct AnswerLetterTests {
    private let identity = AgeIdentity.generate(.x25519)
    private let request = StatementID([UInt8](repeating: 1, count: 32))!
    private let record = RecordHandle([UInt8](repeating: 2, count: 32))!

    private func letter(_ grant: UInt8, about request: StatementID? = nil) throws -> [UInt8] {
        let grant = StatementID([UInt8](repeating: grant, count: 32))!
        return try Letter.seal(
            AnswerLetter(request: request ?? self.request, grants: [.init(record: record, grant: grant)]),
            to: identity.recipient)
    }

    private func answer(_ letter: [UInt8]?, _ verdict: Verdict = .approved) -> Answer {
        Answer(request: request, verdict: verdict, letter: letter.map { Digest(hashing: $0) })
    }

    @Test func onlyTheLetterThatTheAnswerNamesIsOpened() throws {
        let (genuine, forged) = (try letter(3), try letter(4))
        for bodies in [[genuine], [forged, genuine], [genuine, forged]] {
            let opened = try #require(AnswerLetter(named: answer(genuine), among: bodies, with: identity))
            #expect(opened.grants.map { $0.grant.bytes } == [[UInt8](repeating: 3, count: 32)])
        }
        #expect(AnswerLetter(named: answer(genuine), among: [forged], with: identity) == nil)
        #expect(AnswerLetter(named: answer(nil), among: [forged], with: identity) == nil)
        #expect(AnswerLetter(named: answer(genuine, .rejected), among: [genuine], with: identity) == nil)
    }

    @Test func aLetterAboutAnotherRequestOrToAnotherReaderIsNone() throws {
        let other = try letter(3, about: StatementID([UInt8](repeating: 9, count: 32))!)
        #expect(AnswerLetter(named: answer(other), among: [other], with: identity) == nil)
        let mine = try letter(3)
        #expect(AnswerLetter(named: answer(mine), among: [mine], with: .generate(.x25519)) == nil)
    }
}
