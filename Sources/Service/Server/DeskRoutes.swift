import API
import Contract
import Desk
import Foundation
import Hummingbird
import Identity
import Ledger
import Records

/// Who work at a custodian's desk: they admit patients, take permits, read and route requests.
private let deskRoles: [Role] = [.clinician, .registrar, .gateway]

extension Service {
    func addDeskRoutes(to router: Router<CallContext>) {
        let path = Routes.Organisation.pattern
        on(.post, path.inboxes, of: router) { call in
            let custodian = try custodian(call)
            let application = try await call.json(Wire.Application.self)
            guard application.inbox == call.key else {
                throw Problem(.notAllowed, "an inbox introduces itself: the request is signed by another key")
            }
            guard application.letter.count <= Wire.letterBytesMax, application.recipient.utf8.count <= 4_096
            else {
                throw Problem(.tooLarge, "a letter has at most \(Wire.letterBytesMax) bytes")
            }
            guard try records.state(.member(call.key), as: MemberState.self) == nil else {
                throw Problem(.notAllowed, "a member's key cannot be a patient's inbox")
            }
            try custodian.desk.addInbox(
                key: application.inbox.bytes, recipient: application.recipient,
                application: [UInt8](application.letter))
            return Response(status: .created)
        }
        on(.get, path.inboxes, of: router) { call in
            let custodian = try custodian(call)
            try requireStaff(call, of: custodian, roles: deskRoles)
            let waiting = try custodian.desk.applications().compactMap { inbox in
                PublicKey(inbox.key).map {
                    Wire.Application(inbox: $0, recipient: inbox.recipient, letter: Data(inbox.application))
                }
            }
            return try .json(Wire.Applications(applications: waiting))
        }
        on(.get, path.inbox(":inbox"), of: router) { call in
            let custodian = try custodian(call)
            let inbox: PublicKey = try call.path("inbox")
            guard inbox == call.key, let status = try custodian.desk.status(ofInbox: inbox.bytes) else {
                throw Problem.notFound
            }
            return try .json(
                Wire.InboxStatus(
                    admitted: status.admitted, permitsHandedOver: status.handedOver, permitsLeft: status.left)
            )
        }
        on(.post, path.permits(":inbox"), of: router) { call in
            let custodian = try custodian(call)
            let inbox: PublicKey = try call.path("inbox")
            guard inbox == call.key else { throw Problem.notFound }
            let permits = try await call.json(Wire.Permits.self)
            guard permits.permits.count <= Wire.permitsPerCallMax,
                permits.permits.allSatisfy({ $0.count <= Wire.letterBytesMax })
            else { throw Problem(.tooLarge, "at most \(Wire.permitsPerCallMax) permits at a time") }
            try custodian.desk.addPermits(
                inbox: inbox.bytes, first: permits.first, permits: permits.permits.map { [UInt8]($0) })
            return Response(status: .created)
        }
        on(.post, path.take(":inbox"), of: router) { call in
            let custodian = try custodian(call)
            try requireStaff(call, of: custodian, roles: deskRoles)
            let purpose = try await call.json(Wire.Take.self).purpose
            let inbox: PublicKey = try call.path("inbox")
            guard let permit = try custodian.desk.takePermit(inbox: inbox.bytes, purpose: purpose.bytes)
            else {
                throw Problem(.stockEmpty, "the patient's stock of permits for this organisation is used up")
            }
            return try .json(Wire.Taken(permit: Data(permit)))
        }
        on(.put, path.directory, of: router) { call in
            let custodian = try custodian(call)
            try requireStaff(call, of: custodian, roles: deskRoles)
            let entry = try await call.json(Wire.DirectoryEntry.self)
            guard entry.entry.count <= Wire.letterBytesMax else {
                throw Problem(.tooLarge, "the entry is too long")
            }
            try custodian.desk.enter(
                index: entry.index.bytes, inbox: entry.inbox.bytes, entry: [UInt8](entry.entry))
            return Response(status: .created)
        }
        on(.get, path.entry(":index"), of: router) { call in
            let custodian = try custodian(call)
            try requireStaff(call, of: custodian, roles: deskRoles)
            let index: Digest = try call.path("index")
            guard let entry = try custodian.desk.entry(index: index.bytes), let inbox = PublicKey(entry.inbox)
            else {
                throw Problem(.notFound, "no such patient in the directory")
            }
            return try .json(
                Wire.DirectoryEntry(
                    index: index, inbox: inbox, recipient: entry.recipient, entry: Data(entry.entry)))
        }
        on(.post, path.letters, of: router) { call in
            let custodian = try custodian(call)
            let letter = try await call.json(Wire.Letter.self)
            guard letter.body.count <= Wire.letterBytesMax else {
                throw Problem(.tooLarge, "the letter is too long")
            }
            var addressee = [UInt8]()
            switch letter.addressee {
            case .desk: _ = try requireMember(call)
            case .key(let key):
                addressee = key.bytes
                // Staff write to inboxes, inboxes to members.
                if try isInbox(key, of: custodian) {
                    try requireStaff(call, of: custodian, roles: deskRoles)
                } else if try !isInbox(call.key, of: custodian) {
                    throw Problem(
                        .notAllowed, "the letter is neither from nor to an inbox of this organisation")
                }
            }
            let body = [UInt8](letter.body)
            try custodian.desk.keep(
                DeskStore.Letter(addressee: addressee, request: letter.request.bytes, body: body),
                digest: Digest(hashing: body).bytes)
            return Response(status: .created)
        }
        on(.get, path.letters, of: router) { call in
            let custodian = try custodian(call)
            try requireParty(call)
            var request: StatementID?
            if let text = call.request.uri.queryParameters["request"] {
                guard let id = StatementID(hex: text) else {
                    throw Problem(.malformed, "request is not an id")
                }
                request = id
            }
            var letters = try custodian.desk.letters(to: call.key.bytes, request: request?.bytes)
            if let member = try member(call), member.organisation == custodian.name,
                deskRoles.contains(member.role)
            {
                letters += try custodian.desk.letters(to: [], request: request?.bytes)
            }
            return try .json(
                Wire.Letters(
                    letters: letters.compactMap { letter in
                        StatementID(letter.request).map {
                            Wire.Letter(
                                addressee: PublicKey(letter.addressee).map { .key($0) } ?? .desk, request: $0,
                                body: Data(letter.body))
                        }
                    }))
        }
    }

    func addOrganisationRoutes(to router: Router<CallContext>) {
        on(.get, Routes.organisations, of: router) { call in
            try requireParty(call)
            return try .json(Wire.Organisations(organisations: organisations))
        }
        let path = Routes.Organisation.pattern.revocationList
        on(.get, path, of: router) { call in
            // For everybody: a patient's inbox is known to its own organisation's server only.
            let custodian = try custodian(call)
            guard let list = try custodian.desk.revocationList() else { throw Problem.notFound }
            return .bytes(list, type: Self.revocationListType)
        }
        on(.put, path, of: router) { call in
            let custodian = try custodian(call)
            guard try organisation(ofRoot: call.key) == custodian.name else {
                throw Problem(.notAllowed, "a revocation list is published by the organisation's root")
            }
            let bytes = try await call.body(max: Wire.revocationListBytesMax)
            // Its signature is for those to check who know the authority; here it must be a newer list.
            guard let number = RevocationList.number(of: bytes), let stored = Int64(exactly: number),
                stored > 0
            else { throw Problem(.malformed, "the body is not an X.509 revocation list with a number") }
            guard try custodian.desk.keep(revocationList: bytes, number: stored) else {
                throw Problem(
                    .conflict, "a revocation list of this number or a greater one was published before")
            }
            return Response(status: .created)
        }
    }

    private static let revocationListType = "application/pkix-crl"

    func addMemberRoutes(to router: Router<CallContext>) {
        on(.put, Routes.members, of: router) { call in
            let card = try await call.json(Wire.MemberCard.self)
            guard let custodian = records.custodians[card.organisation],
                let member = try records.state(.member(card.key), as: MemberState.self),
                member.organisation == card.organisation
            else { throw Problem.notFound }
            guard try call.key == card.key || organisation(ofRoot: call.key) == card.organisation else {
                throw Problem(.notAllowed, "a card is shown by its member or by the organisation's root")
            }
            guard Digest(hashing: Array(card.recipient.utf8)) == member.recipientHash,
                Digest(hashing: [UInt8](card.certificate)) == member.certificateHash
            else { throw Problem(.digestMismatch, "recipient or certificate are not those of the enrolment") }
            try custodian.desk.keep(
                DeskStore.Card(
                    key: card.key.bytes, recipient: card.recipient, certificate: [UInt8](card.certificate)))
            return Response(status: .created)
        }
        on(.get, Routes.members, of: router) { call in
            let organisation = call.request.uri.queryParameters["organisation"]
            let key = call.request.uri.queryParameters["key"]
            // Whoever knows a member's key has it from the log, perhaps as a patient of another organisation.
            if key == nil { try requireParty(call) }
            var cards = [Wire.MemberCard]()
            for (name, custodian) in records.custodians.sorted(by: { $0.key.description < $1.key.description }
            )
            where organisation.map({ $0 == name.description }) ?? true {
                for card in try custodian.desk.cards() where key.map({ $0 == lowercaseHex(card.key) }) ?? true
                {
                    guard let key = PublicKey(card.key) else { continue }
                    cards.append(
                        Wire.MemberCard(
                            key: key, organisation: name, recipient: card.recipient,
                            certificate: Data(card.certificate)))
                }
            }
            return try .json(Wire.Members(members: cards))
        }
    }
}
