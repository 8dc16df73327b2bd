import API
import Contract
import Desk
import Foundation
import Hummingbird
import Identity
import Records

// Sealed letters about requests, kept at the custodian's desk.

extension APIRoute {
    static let letters: [APIRoute] = [leaveLetter, readLetters]

    private static let path = Routes.Organisation.pattern.letters

    private static let leaveLetter = APIRoute(
        .post, path, "Leaves a sealed letter about a request.", for: .letterWriter,
        takes: .json(Wire.Letter.self), gives: .created
    ) { call in
        let body = [UInt8](call.body.body)
        guard body.count <= Wire.letterBytesMax else { throw Problem(.tooLarge, "the letter is too long") }
        try call.caller.custodian.desk.keep(
            DeskStore.Letter(
                addressee: call.body.addressee.bytes, request: call.body.request.bytes, body: body),
            digest: Digest(hashing: body).bytes,
            from: .init(
                key: call.signed.key.bytes, organisation: call.caller.organisation?.description),
            now: call.server.clock())
    }

    private static let request: QueryField<StatementID> = .id("request")

    private static let readLetters = APIRoute(
        .get, path, "Gives the caller its letters, about one request or all, a page at a time.",
        for: .letterReader, query: [request.description, after.description], cost: .page,
        gives: .json(Wire.Letters.self)
    ) { call in
        let request = try call.signed.query(request)
        let after = try call.signed.query(after).map { Int64(clamping: $0) }
        let desk = call.caller.readsDesk ? [Wire.Addressee.desk.bytes] : []
        let (letters, next) = try call.caller.custodian.desk.letters(
            to: [call.caller.key.bytes] + desk, request: request?.bytes, after: after)
        return Wire.Letters(
            letters: letters.compactMap { letter in
                StatementID(letter.request).map {
                    Wire.Letter(
                        addressee: PublicKey(letter.addressee).map { .key($0) } ?? .desk, request: $0,
                        body: Data(letter.body))
                }
            }, next: next.map { UInt64($0) })
    }
}

extension Wire.Addressee {
    /// As the desk's store has it: empty for the desk.
    fileprivate var bytes: [UInt8] {
        switch self {
        case .desk: []
        case .key(let key): key.bytes
        }
    }
}
