import API
import Contract
import Desk
import Foundation
import Hummingbird
import Identity
import Records

// Who takes part: organisations, their members' cards, their revocation lists.

extension APIRoute {
    static let network: [APIRoute] = [
        organisations, showCard, cards, card, revocationList, publishRevocationList,
    ]

    private static let organisations = APIRoute(
        .get, Routes.organisations, "Describes the organisations of the network.", for: .party,
        gives: .json(Wire.Organisations.self)
    ) { call in Wire.Organisations(organisations: call.server.organisations) }

    private static let showCard = APIRoute(
        .put, Routes.members, "Shows a member's card.", for: .cardBearer,
        takes: .json(Wire.MemberCard.self), gives: .created
    ) { call in
        let card = call.caller.card
        guard let custodian = call.server.records.custodians[card.organisation],
            let member = try call.server.records.state(.member(card.key), as: MemberState.self),
            member.organisation == card.organisation
        else { throw Problem.notFound }
        guard Digest(hashing: Array(card.recipient.utf8)) == member.recipientHash,
            Digest(hashing: [UInt8](card.certificate)) == member.certificateHash
        else { throw Problem(.digestMismatch, "recipient or certificate are not those of the enrolment") }
        try custodian.desk.keep(
            DeskStore.Card(
                key: card.key.bytes, recipient: card.recipient, certificate: [UInt8](card.certificate)))
    }

    private static let cards = APIRoute(
        .get, Routes.members, "Gives the cards of members, of one organisation or of all served here.",
        for: .party, query: [QueryField.organisation.description], gives: .json(Wire.Members.self)
    ) { call in
        let organisation = try call.signed.query(.organisation)
        return try call.server.records.cards { name, _ in organisation == nil || name == organisation }
    }

    private static let card = APIRoute(
        .get, Routes.member(":member"), "Gives the card of one member; none where it is not known here.",
        // Who knows a member's key has it from the log, perhaps as a patient of another organisation.
        for: .anySigner, gives: .json(Wire.Members.self)
    ) { call in
        let key: PublicKey = try call.signed.path("member")
        return try call.server.records.cards { $1 == key }
    }

    private static let listPath = Routes.Organisation.pattern.revocationList
    private static let listType = "application/pkix-crl"

    private static let revocationList = APIRoute(
        // For every signer: a patient's inbox is known to its own organisation's server only.
        .get, listPath, "Gives the newest revocation list of the organisation's authority.", for: .visitor,
        gives: .bytes(listType)
    ) { call in
        guard let list = try call.caller.custodian.desk.revocationList() else { throw Problem.notFound }
        return list
    }

    private static let publishRevocationList = APIRoute(
        .put, listPath, "Publishes a newer revocation list.", for: .ownRoot,
        takes: .bytes(listType, max: Wire.revocationListBytesMax), gives: .created
    ) { call in
        // Its signature is for those to check who know the authority; here it must be a newer list.
        guard let number = RevocationList.number(of: call.body), let stored = Int64(exactly: number),
            stored > 0
        else { throw Problem(.malformed, "the body is not an X.509 revocation list with a number") }
        guard try call.caller.custodian.desk.keep(revocationList: call.body, number: stored) else {
            throw Problem(
                .conflict, "a revocation list of this number or a greater one was published before")
        }
    }
}

extension RecordKeeping {
    /// The cards that fit, of the organisations that are served here.
    fileprivate func cards(
        where fits: (OrganisationName, PublicKey) -> Bool
    ) throws -> Wire.Members {
        var cards = [Wire.MemberCard]()
        for (name, custodian) in custodians.sorted(by: { $0.key.description < $1.key.description }) {
            for card in try custodian.desk.cards() {
                guard let key = PublicKey(card.key), fits(name, key) else { continue }
                cards.append(
                    Wire.MemberCard(
                        key: key, organisation: name, recipient: card.recipient,
                        certificate: Data(card.certificate)))
            }
        }
        return Wire.Members(members: cards)
    }
}
