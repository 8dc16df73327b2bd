public import Age
public import Contract
public import Evidence
import Identity
public import Primitives

// Letters between parties, each an age file to its reader whose plaintext is JSON. A server that keeps them
// sees lengths and times.

/// What a letter says, as JSON (docs/reference/format.md, "Letters, permits on their way, directory entries").
public protocol LetterContent {
    init(_ json: JSONValue) throws(JSONValue.Malformed)
    var json: JSONValue { get }
}

public enum Letter {
    /// Of a letter as it is sealed.
    public static let bytesMax = 64 << 10

    /// Throws `badInput` for a content that is too long.
    public static func seal(
        _ letter: some LetterContent, to recipient: AgeRecipient
    ) throws(PartyError) -> [UInt8] {
        let body = try SealedJSON.seal(letter.json, to: recipient)
        guard body.count <= bytesMax else { throw .badInput("the letter is too long") }
        return body
    }

    /// Throws `unverified` when it is not for this identity, was altered, or is not such a letter.
    public static func open<Content: LetterContent>(
        _ body: [UInt8], with identity: AgeIdentity, as type: Content.Type = Content.self
    ) throws(PartyError) -> Content {
        guard body.count <= bytesMax else { throw .unverified("a letter is too long") }
        let json = try SealedJSON.open(body, with: identity)
        do {
            return try Content(json)
        } catch {
            throw .unverified("a letter says something else than it should", cause: error)
        }
    }
}

/// What a wallet tells a desk when it joins.
public struct ApplicationLetter: LetterContent {
    public var inbox: PublicKey
    public var recipient: String
    /// The keys of the permits that it hands over at once, in their order.
    public var permits: [PublicKey]

    public init(inbox: PublicKey, recipient: String, permits: [PublicKey]) {
        self.inbox = inbox
        self.recipient = recipient
        self.permits = permits
    }

    /// What the patient and the desk read to each other: over the inbox, its recipient, and every permit's
    /// key.
    public var shortCode: String {
        var bytes = Array("medseal/short-code".utf8) + [0] + inbox.bytes
        bytes += Digest(hashing: Array(recipient.utf8)).bytes
        for key in permits { bytes += key.bytes }
        return ShortCode.of(bytes)
    }

    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        inbox = try fields.bytes32("inbox")
        recipient = try fields.text("recipient")
        permits = []
        for value in try fields.array("permits") { permits.append(try PublicKey(json: value)) }
        try fields.end()
    }

    public var json: JSONValue {
        .object([
            ("inbox", .text(inbox.hex)), ("recipient", .text(recipient)),
            ("permits", .array(permits.map { .text($0.hex) })),
        ])
    }
}

/// A permit on its way to the desk: nobody but the inbox's owner can add one to the stock.
public struct PermitLetter: LetterContent {
    /// COSE_Sign1, by the one-time key.
    public var permit: [UInt8]
    /// Ed25519 by the inbox key, over `signedContent`.
    public var signature: [UInt8]

    public init(permit: [UInt8], signature: [UInt8]) {
        self.permit = permit
        self.signature = signature
    }

    public static func signedContent(
        permit: [UInt8], organisation: OrganisationName, network: NetworkID
    ) -> [UInt8] {
        Array("medseal/permit-handover".utf8) + [0] + network.bytes + organisation.bytes + [0] + permit
    }

    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        permit = try fields.base64("permit")
        signature = try fields.base64("signature")
        try fields.end()
    }

    public var json: JSONValue {
        .object([("permit", .base64(permit)), ("signature", .base64(signature))])
    }
}

/// What a requester asks of a custodian.
public struct RequestLetter: LetterContent {
    /// The patient's number at the custodian.
    public var patient: String
    public var requester: String
    public var kind: String
    public var text: String

    public init(patient: String, requester: String, kind: String, text: String) {
        self.patient = patient
        self.requester = requester
        self.kind = kind
        self.text = text
    }

    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        patient = try fields.text("patient")
        requester = try fields.text("requester")
        kind = try fields.text("kind")
        text = try fields.text("text")
        try fields.end()
    }

    public var json: JSONValue {
        .object([
            ("patient", .text(patient)), ("requester", .text(requester)), ("kind", .text(kind)),
            ("text", .text(text)),
        ])
    }
}

/// What a custodian passes on to a patient. All that can be is read from the ledger instead; this adds the
/// words.
public struct ForwardedLetter: LetterContent {
    public var request: StatementID
    public var custodian: OrganisationName
    public var kind: String
    public var text: String

    public init(request: StatementID, custodian: OrganisationName, kind: String, text: String) {
        self.request = request
        self.custodian = custodian
        self.kind = kind
        self.text = text
    }

    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        request = try fields.bytes32("request")
        custodian = try fields.organisation("custodian")
        kind = try fields.text("kind")
        text = try fields.text("text")
        try fields.end()
    }

    public var json: JSONValue {
        .object([
            ("request", .text(request.hex)), ("custodian", .text(custodian.bytes)), ("kind", .text(kind)),
            ("text", .text(text)),
        ])
    }
}

/// What a patient's wallet tells the requester.
public struct AnswerLetter: LetterContent {
    public struct Granted: Sendable {
        public var record: RecordHandle
        public var grant: StatementID

        public init(record: RecordHandle, grant: StatementID) {
            self.record = record
            self.grant = grant
        }
    }

    public var request: StatementID
    public var grants: [Granted]

    public init(request: StatementID, grants: [Granted]) {
        self.request = request
        self.grants = grants
    }

    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        request = try fields.bytes32("request")
        grants = []
        for value in try fields.array("grants") {
            var granted = try JSONFields(value)
            grants.append(
                Granted(record: try granted.bytes32("record"), grant: try granted.bytes32("grant")))
            try granted.end()
        }
        try fields.end()
    }

    public var json: JSONValue {
        let grants = self.grants.map { granted in
            JSONValue.object([("record", .text(granted.record.hex)), ("grant", .text(granted.grant.hex))])
        }
        return .object([("request", .text(request.hex)), ("grants", .array(grants))])
    }
}

extension AnswerLetter {
    /// The letter that `answer`, a statement of the log, names by its digest. Nil where there is none among `bodies`, or
    /// where it is not one to `identity` about that request: whatever else lies there anybody can have left.
    public init?(named answer: Answer, among bodies: [[UInt8]], with identity: AgeIdentity) {
        guard answer.verdict == .approved,
            let body = bodies.first(where: { Digest(hashing: $0) == answer.letter }),
            let letter = try? Letter.open(body, with: identity, as: AnswerLetter.self),
            letter.request == answer.request
        else { return nil }
        self = letter
    }
}
