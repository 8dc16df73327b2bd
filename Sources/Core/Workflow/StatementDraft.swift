public import Contract
public import Evidence
import Identity
public import Primitives

/// A statement that others must agree to before its signer says it: a file that goes from hand to hand.
///
/// It holds nothing secret. Who agrees signs the statement's own content, so what is shown of it
/// (`StatementText`) is what is signed (T46).
public struct StatementDraft: Sendable {
    /// How long there is to agree and to submit: most of what the contract allows.
    public static let validSeconds = Limits.validitySecondsMax - 600

    public let network: NetworkID
    /// Who will say it.
    public let signer: PublicKey
    public private(set) var statement: Statement
    /// Sealed blobs that the statement names and no vault gives out yet, for those who agree.
    public let enclosed: [[UInt8]]

    /// A draft of what `signer` means to say.
    public init(
        _ assertion: Assertion, enclosing enclosed: [[UInt8]] = [], signer: PublicKey, network: NetworkID,
        now: LedgerTime
    ) {
        self.enclosed = enclosed
        self.network = network
        self.signer = signer
        statement = .make(assertion, now: now, validSeconds: Self.validSeconds)
    }

    /// Adds the approval of `key`; once is enough.
    public mutating func agree(by key: SigningKey) {
        guard !statement.approvals.contains(where: { $0.key == key.key }) else { return }
        statement = statement.agreed(by: key, signer: signer, network: network)
    }

    /// The statement as `key` says it, which must be the draft's signer, on the draft's own network. Throws `badInput`
    /// and `refused`.
    public func signed(by key: SigningKey, network: NetworkID) throws(PartyError) -> [UInt8] {
        guard self.network == network else { throw .badInput("the draft is for another network") }
        guard key.key == signer else {
            throw .refused("the draft is to be submitted by \(signer.hex.prefix(16))")
        }
        return statement.signed(by: key, network: network)
    }
}

// MARK: The file

extension StatementDraft {
    /// The draft's file: JSON.
    public var file: [UInt8] {
        let approvals = statement.approvals.map {
            JSONValue.object([("key", .text($0.key.hex)), ("signature", .base64($0.signature))])
        }
        var members: [(name: String, value: JSONValue?)] = [
            ("network", .text(network.hex)), ("signer", .text(signer.hex)),
            ("content", .base64(statement.approvedContent())), ("approvals", .array(approvals)),
        ]
        if !enclosed.isEmpty { members.append(("enclosed", .array(enclosed.map { .base64($0) }))) }
        return JSONValue.object(members).encoded + [UInt8(ascii: "\n")]
    }

    /// Reads a draft's file. Throws `badInput` when it is none, `unverified` when an approval in it does not hold.
    public init(reading file: [UInt8]) throws(PartyError) {
        let content: [UInt8]
        var approvals = [Approval]()
        var enclosed = [[UInt8]]()
        do throws(JSONValue.Malformed) {
            var fields = try JSONFields(JSONValue(decoding: file))
            network = try fields.bytes32("network")
            signer = try fields.bytes32("signer")
            content = try fields.base64("content")
            for value in try fields.array("approvals") {
                var approval = try JSONFields(value)
                approvals.append(
                    Approval(key: try approval.bytes32("key"), signature: try approval.base64("signature")))
                try approval.end()
            }
            if fields.has("enclosed") {
                for value in try fields.array("enclosed") { enclosed.append(try value.base64()) }
            }
            try fields.end()
        } catch { throw Self.isNone }
        guard let statement = try? Statement.decode(content), statement.approvals.isEmpty else {
            throw Self.isNone
        }
        self.enclosed = enclosed
        for approval in approvals {
            let claim = SignatureClaim(
                key: approval.key,
                message: Approval.signedContent(content, by: approval.key, signer: signer, network: network),
                signature: approval.signature)
            guard Signatures.isValid(claim) else {
                throw .unverified("the approval by \(approval.key.hex.prefix(16)) does not hold")
            }
        }
        self.statement = Statement(
            statement.assertion, validUntil: statement.validUntil, nonce: statement.nonce,
            approvals: approvals)
    }

    private static let isNone = PartyError.badInput("this is not the draft of a statement")
}
