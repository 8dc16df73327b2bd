import API
import Contract
import Desk
import Foundation
import Hummingbird
import Records

// The sealed directory of an organisation's patients, found by a keyed index.

extension APIRoute {
    static let directory: [APIRoute] = [enter, entry]

    private static let organisation = Routes.Organisation.pattern

    private static let enter = APIRoute(
        .put, organisation.directory, "Enters a patient under a keyed index.", for: .desk,
        takes: .json(Wire.DirectoryEntry.self), gives: .created
    ) { call in
        guard call.body.entry.count <= Wire.letterBytesMax else {
            throw Problem(.tooLarge, "the entry is too long")
        }
        try call.caller.custodian.desk.enter(
            index: call.body.index.bytes, inbox: call.body.inbox.bytes, entry: [UInt8](call.body.entry))
    }

    private static let entry = APIRoute(
        .get, organisation.entry(":index"), "Gives the sealed entry under an index.", for: .desk,
        gives: .json(Wire.DirectoryEntry.self)
    ) { call in
        let index: Digest = try call.signed.path("index")
        guard let entry = try call.caller.custodian.desk.entry(index: index.bytes),
            let inbox = PublicKey(entry.inbox)
        else { throw Problem(.notFound, "no such patient in the directory") }
        return Wire.DirectoryEntry(
            index: index, inbox: inbox, recipient: entry.recipient, entry: Data(entry.entry))
    }
}
