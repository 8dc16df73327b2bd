import API
import Age
import Contract
import Foundation
import Primitives
import Remote

// Letters between parties, each an age file to its reader whose plaintext is JSON. A server that keeps them
// sees lengths and times.

/// What a wallet tells a desk when it joins.
struct ApplicationLetter: Codable {
    var inbox: PublicKey
    var recipient: String
    /// The keys of the permits that it hands over at once, in their order.
    var permits: [PublicKey]
}

/// A permit on its way to the desk: nobody but the inbox's owner can add one to the stock.
struct PermitLetter: Codable {
    /// COSE_Sign1, by the one-time key.
    var permit: Data
    /// Ed25519 by the inbox key, over `signedContent`.
    var signature: Data

    static func signedContent(permit: [UInt8], organisation: OrganisationName, network: NetworkID) -> [UInt8]
    {
        Array("medseal/permit-handover".utf8) + [0] + network.bytes + organisation.bytes + [0] + permit
    }
}

/// What a requester asks of a custodian.
struct RequestLetter: Codable {
    /// The patient's number at the custodian.
    var patient: String
    var requester: String
    var kind: String
    var text: String
}

/// What a custodian passes on to a patient. All that can be is read from the ledger instead; this adds the
/// words.
struct ForwardedLetter: Codable {
    var request: StatementID
    var custodian: OrganisationName
    var kind: String
    var text: String
}

/// What a patient's wallet tells the requester.
struct AnswerLetter: Codable {
    struct Granted: Codable {
        var record: RecordHandle
        var grant: StatementID
    }
    var request: StatementID
    var grants: [Granted]
}

enum Letter {
    static func seal(_ letter: some Encodable, to recipient: AgeRecipient) throws -> [UInt8] {
        let body = try Age.seal(try JSON.encode(letter), for: .recipients([recipient]))
        guard body.count <= Wire.letterBytesMax else {
            throw ClientFailure.badInput("the letter is too long")
        }
        return body
    }

    /// Throws when it is not for this identity, was altered, or is not such a letter.
    static func open<Content: Decodable>(
        _ body: [UInt8], with identity: AgeIdentity, as type: Content.Type = Content.self
    ) throws -> Content {
        guard body.count <= Wire.letterBytesMax else {
            throw ClientFailure.unverified("a letter is too long")
        }
        return try JSON.decode(type, try Age.open(body, with: .identity(identity)))
    }
}
