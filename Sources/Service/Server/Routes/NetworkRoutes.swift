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
        .get, Routes.members,
        "Gives the cards of members, of one organisation or of all served here, a page at a time.",
        for: .party, query: [QueryField.organisation.description, afterMember.description], cost: .page,
        gives: .json(Wire.Members.self)
    ) { call in
        let organisation = try call.signed.query(.organisation)
        let after = try call.signed.query(afterMember)
        return try call.server.records.cards(of: organisation, after: after)
    }

    private static let afterMember: QueryField<PublicKey> = .id("after")

    private static let card = APIRoute(
        .get, Routes.member(":member"), "Gives the card of one member; none where it is not known here.",
        // Who knows a member's key has it from the log, perhaps as a patient of another organisation.
        for: .anySigner, gives: .json(Wire.Members.self)
    ) { call in
        let key: PublicKey = try call.signed.path("member")
        return try call.server.records.card(of: key)
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
        let name = call.caller.custodian.name
        guard let authority = call.server.authority(of: name) else {
            throw Problem(.storage, "this server does not know the authority of \(name)")
        }
        // Who fetches it verifies it again: what is kept here must not be a list that all of them refuse.
        guard let list = try? RevocationList.verify(call.body, under: authority),
            let stored = Int64(exactly: list.number), stored > 0
        else {
            throw Problem(
                .malformed, "the body is not a revocation list that the authority of \(name) has signed")
        }
        guard try call.caller.custodian.desk.keep(revocationList: call.body, number: stored) else {
            throw Problem(
                .conflict, "a revocation list of this number or a greater one was published before")
        }
    }
}

extension APIServer {
    /// The certificate of an organisation's authority, DER; nil where it is not described here.
    fileprivate func authority(of name: OrganisationName) -> [UInt8]? {
        organisations.first { $0.name == name }.flatMap {
            try? PEM.decode(Array($0.authority.utf8), label: "CERTIFICATE")
        }
    }
}

extension RecordKeeping {
    /// The cards after `last` in the order of their keys, a page of them, of one organisation or of all that are served here.
    fileprivate func cards(of organisation: OrganisationName?, after last: PublicKey?) throws -> Wire.Members
    {
        var cards = [Wire.MemberCard]()
        // Where one desk's page ends, others' go no further: what follows there may come before theirs.
        var end: PublicKey?
        for (name, custodian) in custodians where organisation == nil || name == organisation {
            let page = try custodian.desk.cards(after: last?.bytes).compactMap {
                Wire.MemberCard($0, of: name)
            }
            if let last = page.last?.key { end = min(end ?? last, last) }
            cards += page
        }
        cards.sort { $0.key < $1.key }
        var byteCount = 0
        let page = cards.prefix { card in
            defer { byteCount += card.certificate.count + card.recipient.utf8.count }
            return byteCount < DeskStore.pageBytes && end.map { card.key <= $0 } ?? false
        }
        return Wire.Members(members: Array(page))
    }

    /// The member's card where one of the organisations that are served here has it.
    fileprivate func card(of key: PublicKey) throws -> Wire.Members {
        var cards = [Wire.MemberCard]()
        for (name, custodian) in custodians {
            guard let card = try custodian.desk.card(of: key.bytes) else { continue }
            cards += [Wire.MemberCard(card, of: name)].compactMap(\.self)
        }
        return Wire.Members(members: cards)
    }
}

extension Wire.MemberCard {
    fileprivate init?(_ card: DeskStore.Card, of organisation: OrganisationName) {
        guard let key = PublicKey(card.key) else { return nil }
        self.init(
            key: key, organisation: organisation, recipient: card.recipient,
            certificate: Data(card.certificate))
    }
}
