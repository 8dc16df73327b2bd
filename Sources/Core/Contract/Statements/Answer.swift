/// The patient answers a request.
public struct Answer: Hashable, Sendable {
    public var request: StatementID
    public var verdict: Verdict
    /// A letter sealed to the requester, which names the grants.
    public var letter: Digest?

    public init(request: StatementID, verdict: Verdict, letter: Digest? = nil) {
        self.request = request
        self.verdict = verdict
        self.letter = letter
    }
}

extension Answer: StatementContent {
    static let kind = StatementKind.answer
    static let name = "answer"

    init<Fields: FieldVisitor>(_ it: Answer?, _ fields: inout Fields) throws(Fields.Failure) {
        request = try fields.required(3, "request", it?.request)
        verdict = try fields.required(4, "verdict", it?.verdict)
        letter = try fields.optional(5, "letter", it?.letter)
    }

    var subjects: [Subject] { [.statement(request)] }

    var keeper: Keeper? { .custodianAsked(by: request) }

    var blobs: [NamedBlob] { .one(letter, .letter) }

    var sentence: Sentence {
        switch verdict {
        case .approved: "\(who) approved the request"
        case .rejected: "\(who) rejected the request"
        }
    }

    func reads(_ keys: ReadKeys) -> [StateKey] { [.request(request)] }

    func writes(_ now: Case) throws(RejectionCode) -> [Write] { try now.answer(self) }
}

extension Case {
    func answer(_ it: Answer) throws(RejectionCode) -> [Write] {
        var request = try value(.request(it.request), as: RequestState.self, else: .requestUnknown)
        try require(request.stage != .open, .requestNotRouted)
        try require(request.answeringKey == statement.caller, .notTheAnsweringKey)
        try require(request.stage == .routed, .requestAlreadyAnswered)
        try require(time < request.notAfter, .requestExpired)
        request.stage = it.verdict == .approved ? .approved : .rejected
        return [write(.request(it.request), request)]
    }
}
