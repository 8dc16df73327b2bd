public import Contract
import Evidence
import Identity
public import Primitives

/// A call to an organisation's server, as a value: a driver makes it and gives the answer back.
public enum Call: Hashable, Sendable {
    /// The entry at a position of the log, as its leaf.
    case entry(UInt64)
    /// What is to prove that the entry is in the log of so many.
    case inclusion(of: UInt64, size: UInt64)
    /// Where statements are.
    case positions(PositionQuery)
    /// Values of the contract's state: at most `stateKeysMax`.
    case state([StateKey])
    /// What an organisation says of a member.
    case card(PublicKey, at: OrganisationName)
    /// What the organisations are made of.
    case organisations
    /// The revocation list of an organisation's authority.
    case revocationList(OrganisationName)
    /// What an organisation knows of a patient's inbox.
    case inbox(PublicKey, at: OrganisationName)
    /// The sealed entry of a patient in an organisation's directory, by its blind index.
    case directoryEntry(Digest, at: OrganisationName)
    /// One of a patient's permits for a purpose; the same purpose gets the same one.
    case takePermit(of: PublicKey, for: Digest, at: OrganisationName)
    /// The letters for the caller, about one request or all: a page of them, after the place where the last one ended.
    case letters(OrganisationName, about: StatementID?, after: UInt64?)
    /// A blob under a release.
    case released(Digest, under: StatementID, at: OrganisationName)
    /// A small blob into the vault, under its record.
    case put([UInt8], as: BlobKind, of: RecordHandle, at: OrganisationName)
    /// A letter to a patient's inbox or a member, left at the desk.
    case leave([UInt8], addressee: PublicKey, request: StatementID, at: OrganisationName)
    /// A signed statement, to be ordered. `keeper` is the organisation whose server has what it points to.
    case submit([UInt8], keeper: OrganisationName?, untilCosigned: Bool)

    public static let stateKeysMax = 1_000
    public static let positionsMax = 1_000
}

/// What statements are looked for; what is nil does not matter.
public struct PositionQuery: Hashable, Sendable {
    /// A handle, id, key or name that they are about.
    public var subject: [UInt8]?
    public var kind: StatementKind?
    /// From this ledger time on.
    public var since: LedgerTime?
    /// Before this ledger time.
    public var until: LedgerTime?
    /// After this position.
    public var after: UInt64?

    public init(
        subject: [UInt8]? = nil, kind: StatementKind? = nil, since: LedgerTime? = nil,
        until: LedgerTime? = nil, after: UInt64? = nil
    ) {
        self.subject = subject
        self.kind = kind
        self.since = since
        self.until = until
        self.after = after
    }
}

/// A call with the key that signs it; nil: the key that the driver calls by anyway.
public struct SignedCall: Sendable {
    public let call: Call
    public let key: SigningKey?
}

/// What came of a call. A refusal of any other kind ends the driver's run.
public enum CallOutcome: Sendable {
    /// The body of a good answer.
    case body([UInt8])
    /// There is nothing of the kind, or no permit is left.
    case absent
    /// The contract refused.
    case rejected(RejectionCode)
    /// The server of the organisation that was asked is away; the text says so to people.
    case away(String)
}

extension CallOutcome {
    /// Nil where there is nothing of the kind. Throws `rejected` and `unavailable`.
    func optionalBody() throws(PartyError) -> [UInt8]? {
        switch self {
        case .body(let body): return body
        case .absent: return nil
        case .rejected(let code): throw .rejected(code)
        case .away(let text): throw .unavailable(text)
        }
    }
}

// MARK: On the wire

/// A call as the API has it (docs/reference/api.md).
public struct CallForm: Equatable, Sendable {
    public enum Method: Sendable {
        case get
        case put
        case post
    }

    public var method = Method.get
    public var path: String
    public var query: [(name: String, value: String)] = []
    /// The organisation whose server is called; nil: the one that the path names, or the caller's own.
    public var server: OrganisationName?
    public var body: [UInt8] = []
    /// Nil where there is no body.
    public var mediaType: String?
    public var answerBytesMax = CallForm.jsonBytesMax

    /// The most of an answer that is JSON.
    public static let jsonBytesMax = 16 << 20
    /// The most of an envelope or a descriptor.
    public static let blobBytesMax = 16 << 20

    public static func == (one: CallForm, other: CallForm) -> Bool {
        one.method == other.method && one.path == other.path && one.server == other.server
            && one.query.elementsEqual(other.query, by: { $0 == $1 }) && one.body == other.body
            && one.mediaType == other.mediaType && one.answerBytesMax == other.answerBytesMax
    }
}

extension Call {
    public var form: CallForm {
        switch self {
        case .entry(let position):
            CallForm(
                path: "/v1/ledger/entries", query: [("from", String(position)), ("limit", "1")],
                answerBytesMax: 2 * Limits.statementBytesMax)
        case .inclusion(let position, let size):
            CallForm(
                path: "/v1/ledger/proofs/inclusion",
                query: [("position", String(position)), ("size", String(size))])
        case .positions(let query): CallForm(path: "/v1/ledger/positions", query: query.fields)
        case .state(let keys):
            .json(
                "/v1/ledger/state",
                .object([("keys", .array(keys.map { .text(lowercaseHex($0.bytes)) }))]))
        case .card(let key, let organisation):
            CallForm(path: "/v1/members/\(key.hex)", server: organisation)
        case .organisations: CallForm(path: "/v1/organisations")
        case .revocationList(let organisation): CallForm(path: Self.part(of: organisation) + "/crl")
        case .inbox(let key, let organisation):
            CallForm(path: Self.part(of: organisation) + "/inboxes/\(key.hex)")
        case .directoryEntry(let index, let organisation):
            CallForm(path: Self.part(of: organisation) + "/directory/\(index.hex)")
        case .takePermit(let inbox, let purpose, let organisation):
            .json(
                Self.part(of: organisation) + "/inboxes/\(inbox.hex)/permits/take",
                .object([("purpose", .text(purpose.hex))]))
        case .letters(let organisation, let request, let place):
            CallForm(
                path: Self.part(of: organisation) + "/letters",
                query: (request.map { [("request", $0.hex)] } ?? [])
                    + (place.map { [("after", String($0))] } ?? []))
        case .released(let digest, let release, let organisation):
            CallForm(
                path: Self.part(of: organisation) + "/releases/\(release.hex)/\(digest.hex)",
                answerBytesMax: CallForm.blobBytesMax)
        case .put(let bytes, let kind, let record, let organisation):
            CallForm(
                method: .put,
                path: Self.part(of: organisation) + "/records/\(record.hex)/blobs/"
                    + BlobName(Digest(hashing: bytes), kind).text,
                body: bytes, mediaType: "application/octet-stream")
        case .leave(let body, let addressee, let request, let organisation):
            .json(
                Self.part(of: organisation) + "/letters",
                .object([
                    ("addressee", .text(addressee.hex)),
                    ("request", .text(request.hex)), ("body", .base64(body)),
                ]))
        case .submit(let bytes, let keeper, let untilCosigned):
            CallForm(
                method: .post, path: "/v1/statements",
                query: [("until", untilCosigned ? "cosigned" : "durable")], server: keeper, body: bytes,
                mediaType: "application/cose")
        }
    }

    /// One organisation's part of the API.
    private static func part(of organisation: OrganisationName) -> String {
        "/v1/organisations/\(organisation)"
    }
}

extension CallForm {
    fileprivate static func json(_ path: String, _ value: JSONValue) -> CallForm {
        CallForm(method: .post, path: path, body: value.encoded, mediaType: "application/json")
    }
}

extension PositionQuery {
    fileprivate var fields: [(name: String, value: String)] {
        var fields = [(name: "limit", value: String(Call.positionsMax))]
        if let subject { fields.append(("subject", lowercaseHex(subject))) }
        if let kind { fields.append(("kind", String(kind.rawValue))) }
        if let since { fields.append(("since", String(since))) }
        if let until { fields.append(("until", String(until))) }
        if let after { fields.append(("after", String(after))) }
        return fields
    }
}
