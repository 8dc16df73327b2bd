import Age
import Contract
import Evidence
import Identity
import Primitives
import Sealing
import Testing
import Workflow

/// What a server could answer otherwise: nothing of it is believed.
struct ReadingTests {
    /// Reads the inbox while the server gives another answer to some calls.
    private func inbox(
        _ change: (_ call: Call, _ answer: CallOutcome) throws -> CallOutcome
    ) throws -> [RoutedRequest] {
        var story = try ApprovalStory()
        let membership = story.membership
        var reading = Reading(try story.server.view()) { ledger throws(Pause) in
            try ledger.inbox(membership, known: KnownMembers())
        }
        while true {
            switch try reading.next() {
            case .done(let requests): return requests
            case .calls(let calls):
                for call in calls { reading.take(try change(call, try story.server.answer(call)), to: call) }
            }
        }
    }

    private func altered(_ answer: CallOutcome, _ index: Int) -> CallOutcome {
        guard case .body(var body) = answer, !body.isEmpty else { return answer }
        body[index % body.count] ^= 1
        return .body(body)
    }

    @Test func anEntryThatWasAlteredIsNotBelieved() throws {
        for index in [0, 3, 4, 40, 200] {
            #expect(throws: PartyError.self) {
                try inbox { call, answer in
                    guard case .entry = call else { return answer }
                    return altered(answer, index)
                }
            }
        }
        #expect(throws: PartyError.self) {
            try inbox { call, answer in
                guard case .inclusion = call else { return answer }
                return .body(Array(#"{"hashes":[]}"#.utf8))
            }
        }
    }

    @Test func anAnswerThatIsNoneIsNotBelieved() throws {
        for body in ["", "{}", "[]", #"{"positions":[1,1],"values":{},"members":[],"letters":[]}"#] {
            #expect(throws: PartyError.self) {
                try inbox { call, answer in
                    switch call {
                    case .positions, .inbox: .body(Array(body.utf8))
                    default: answer
                    }
                }
            }
        }
    }

    /// A requester that cannot be verified is shown as such: the request is there, and cannot be approved.
    @Test func anUnverifiedRequesterIsNamed() throws {
        func code(_ change: (Call, CallOutcome) throws -> CallOutcome) throws -> PartyError.Code? {
            let request = try #require(try inbox(change).first)
            guard case .failure(let failure) = request.requester else { return nil }
            #expect(throws: PartyError.self) {
                try ProposedApproval(of: request, days: nil, releases: 1, now: ScriptedServer.now)
            }
            return failure.code
        }
        #expect(try code { _, answer in answer } == nil)
        let absent = Array(#"{"members":[]}"#.utf8)
        #expect(
            try code { call, answer in
                if case .card = call { return .body(absent) }
                return answer
            } == .refused)
        #expect(
            try code { call, answer in
                if case .card = call { return .away("the insurer's server is away") }
                return answer
            } == .unavailable)
        let stranger = AgeIdentity.generate(.hybrid).recipient.text
        #expect(
            try code { call, answer in
                guard case .card = call, case .body(let body) = answer,
                    case .members(var members) = try JSONValue(decoding: body)
                else { return answer }
                guard case .array(let cards) = members.removeFirst().value,
                    case .members(let card) = cards[0]
                else { return answer }
                let fields = card.map { member in
                    let name = String(decoding: member.name, as: UTF8.self)
                    return (name, (name == "recipient" ? .text(stranger) : member.value) as JSONValue?)
                }
                return .body(JSONValue.object([("members", .array([.object(fields)]))]).encoded)
            } == .unverified)
    }

    /// A letter that no route on the ledger names asks nobody anything.
    @Test func aLetterByItselfIsNoRequest() throws {
        var story = try ApprovalStory()
        let forged = try Letter.seal(
            ForwardedLetter(
                request: story.request, custodian: story.server.hospital, kind: "transfer", text: ""),
            to: story.wallet.inboxIdentity(organisation: story.server.hospital).recipient)
        story.server.letters = []
        _ = try story.server.answer(
            .leave(
                forged, addressee: story.wallet.inboxKey(organisation: story.server.hospital).key,
                request: story.request, at: story.server.hospital))
        #expect(try story.inbox().isEmpty)
    }

    /// However many there are: the server gives two at a time (T71).
    @Test func lettersAreReadByPages() throws {
        var story = try ApprovalStory()
        let (name, membership) = (story.server.hospital, story.membership)
        let inbox = story.wallet.inboxKey(organisation: name).key
        for number in UInt8(0)..<5 {
            _ = try story.server.answer(
                .leave([number], addressee: inbox, request: story.request, at: name))
        }
        let bodies = try story.server.read { ledger throws(Pause) in
            try ledger.letters(membership).map(\.body)
        }
        #expect(bodies.suffix(5) == [[0], [1], [2], [3], [4]])
        // One that lists without end is left off.
        var reading = Reading(try story.server.view()) { ledger throws(Pause) in
            try ledger.letters(membership).count
        }
        var calls = 0
        while case .calls(let asked) = try reading.next() {
            for call in asked {
                calls += 1
                reading.take(.body(Array(#"{"letters":[],"next":\#(calls)}"#.utf8)), to: call)
            }
        }
        #expect(calls == 64)
    }

    /// What others have asked costs the answer to one request nothing (T71).
    @Test func oneRequestIsReadByItself() throws {
        var story = try ApprovalStory()
        let (name, membership, id) = (story.server.hospital, story.membership, story.request)
        let inbox = story.wallet.inboxKey(organisation: name).key
        func request() throws -> (request: RoutedRequest?, calls: Int) {
            let before = story.server.calls.count
            let request = try story.server.read { ledger throws(Pause) in
                try ledger.request(id, membership, known: KnownMembers())
            }
            return (request, story.server.calls.count - before)
        }
        let alone = try request()
        #expect(try alone.request?.requester.get().shown == "Olga Officer (insurer, officer)")
        for number in UInt8(0)..<20 {
            let other = StatementID(Random.bytes(32))!
            _ = try story.server.answer(.leave([number], addressee: inbox, request: other, at: name))
        }
        let among = try request()
        #expect(among.request?.id == id && among.calls == alone.calls)
        let unknown = StatementID(Random.bytes(32))!
        let none = try story.server.read { ledger throws(Pause) in
            try ledger.request(unknown, membership, known: KnownMembers())
        }
        #expect(none == nil)
    }

    /// Without a new answer a reading asks the same again; it asks for all statements of a list at once.
    @Test func aReadingIsAFunctionOfItsAnswers() throws {
        var story = try ApprovalStory()
        var reading = Reading(try story.server.view()) { ledger throws(Pause) in
            try ledger.statements(PositionQuery(kind: .enrol)).count
        }
        guard case .calls(let calls) = try reading.next(), case .calls(let again) = try reading.next() else {
            Issue.record("it needs answers")
            return
        }
        #expect(calls == [.positions(PositionQuery(kind: .enrol))] && again == calls)
        reading.take(try story.server.answer(calls[0]), to: calls[0])
        guard case .calls(let proofs) = try reading.next() else {
            Issue.record("it needs proofs")
            return
        }
        #expect(proofs.count == 4)
        for call in proofs { reading.take(try story.server.answer(call), to: call) }
        guard case .done(2) = try reading.next() else {
            Issue.record("two members were enrolled")
            return
        }
    }
}
