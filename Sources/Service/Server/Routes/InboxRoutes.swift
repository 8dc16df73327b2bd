import API
import Contract
import Desk
import Foundation
import Hummingbird
import Records

// Patients' inboxes, and the permits that they hand over.

extension APIRoute {
    static let inboxes: [APIRoute] = [
        introduce, applications, inboxStatus, reject, handOverPermits, takePermit,
    ]

    private static let organisation = Routes.Organisation.pattern
    private static let recipientBytesMax = 4_096

    private static let introduce = APIRoute(
        .post, organisation.inboxes, "Introduces a patient's inbox, with a letter sealed to the desk.",
        for: .applicant, takes: .json(Wire.Application.self), gives: .created
    ) { call in
        let application = call.body
        guard application.letter.count <= Wire.letterBytesMax,
            application.recipient.utf8.count <= recipientBytesMax
        else { throw Problem(.tooLarge, "a letter has at most \(Wire.letterBytesMax) bytes") }
        try call.caller.custodian.desk.addInbox(
            key: call.caller.key.bytes, recipient: application.recipient,
            application: [UInt8](application.letter), origin: call.server.origin(of: call.signed),
            now: call.server.clock())
    }

    private static let afterInbox: QueryField<PublicKey> = .id("after")

    private static let applications = APIRoute(
        .get, organisation.inboxes, "Lists who waits to be admitted, a page at a time.", for: .desk,
        query: [afterInbox.description], cost: .page, gives: .json(Wire.Applications.self)
    ) { call in
        let after = try call.signed.query(afterInbox)
        return Wire.Applications(
            applications: try call.caller.custodian.desk.applications(after: after?.bytes).compactMap {
                inbox in
                PublicKey(inbox.key).map {
                    Wire.Application(inbox: $0, recipient: inbox.recipient, letter: Data(inbox.application))
                }
            })
    }

    private static let inboxStatus = APIRoute(
        .get, organisation.inbox(":inbox"), "Tells an inbox whether it is admitted, and of its permits.",
        for: .inboxItself, gives: .json(Wire.InboxStatus.self)
    ) { call in
        let inbox = call.caller
        guard let status = try inbox.custodian.desk.status(ofInbox: inbox.key.bytes) else {
            throw Problem.notFound
        }
        return Wire.InboxStatus(
            admitted: status.admitted, rejected: status.rejected, permitsHandedOver: status.handedOver,
            permitsLeft: status.left)
    }

    private static let reject = APIRoute(
        .post, organisation.reject(":inbox"),
        "Rejects the application of an inbox that waits; it is told so.",
        for: .admitting, gives: .noContent
    ) { call in
        let inbox: PublicKey = try call.signed.path("inbox")
        try call.caller.custodian.desk.reject(inbox: inbox.bytes, now: call.server.clock())
    }

    private static let handOverPermits = APIRoute(
        .post, organisation.permits(":inbox"), "Hands over permits, each sealed to the desk.",
        for: .inboxItself, takes: .json(Wire.Permits.self), gives: .created
    ) { call in
        let permits = call.body.permits
        guard permits.count <= Wire.permitsPerCallMax,
            permits.allSatisfy({ $0.count <= Wire.permitBytesMax })
        else {
            throw Problem(
                .tooLarge,
                "at most \(Wire.permitsPerCallMax) permits at a time, each of \(Wire.permitBytesMax) bytes")
        }
        try call.caller.custodian.desk.addPermits(
            inbox: call.caller.key.bytes, first: call.body.first, permits: permits.map { [UInt8]($0) })
    }

    private static let takePermit = APIRoute(
        .post, organisation.take(":inbox"),
        "Takes one of a patient's permits for a purpose; the same purpose gets the same one.",
        for: .desk, takes: .json(Wire.Take.self), gives: .json(Wire.Taken.self)
    ) { call in
        let inbox: PublicKey = try call.signed.path("inbox")
        let permit = try call.caller.custodian.desk.takePermit(
            inbox: inbox.bytes, purpose: call.body.purpose.bytes)
        guard let permit else {
            throw Problem(.stockEmpty, "the patient's stock of permits for this organisation is used up")
        }
        return Wire.Taken(permit: Data(permit))
    }
}
