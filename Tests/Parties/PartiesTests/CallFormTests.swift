import API
import Contract
import Foundation
import Identity
import Primitives
import Remote
import Testing
import Workflow

/// The calls of Core's workflow are those of the API, path by path and body by body.
struct CallFormTests {
    let name = OrganisationName("hospital1")!
    let key = SigningKey.generate().key
    let id = StatementID(Random.bytes(32))!
    let digest = Digest(Random.bytes(32))!

    @Test func pathsAreTheRoutes() {
        let part = Routes.Organisation(name)
        #expect(Call.entry(7).form.path == Routes.entries)
        #expect(Call.inclusion(of: 1, size: 2).form.path == Routes.inclusion)
        #expect(Call.positions(PositionQuery()).form.path == Routes.positions)
        #expect(Call.state([]).form.path == Routes.state)
        #expect(Call.card(key, at: name).form.path == Routes.member(key.hex))
        #expect(Call.organisations.form.path == Routes.organisations)
        #expect(Call.revocationList(name).form.path == part.revocationList)
        #expect(Call.inbox(key, at: name).form.path == part.inbox(key.hex))
        #expect(Call.directoryEntry(digest, at: name).form.path == part.entry(digest.hex))
        #expect(Call.takePermit(of: key, for: digest, at: name).form.path == part.take(key.hex))
        #expect(Call.letters(name, about: nil, after: nil).form.path == part.letters)
        #expect(
            Call.released(digest, under: id, at: name).form.path == part.releasedBlob(id.hex, digest.hex))
        let record = RecordHandle(Random.bytes(32))!
        for kind in BlobKind.allCases {
            #expect(
                Call.put([1], as: kind, of: record, at: name).form.path
                    == part.blob(BlobName(Digest(hashing: [1]), kind).text, of: record.hex))
        }
        #expect(Call.leave([1], addressee: key, request: id, at: name).form.path == part.letters)
        #expect(Call.submit([1], keeper: name, untilCosigned: true).form.path == Routes.statements)
    }

    @Test func bodiesAreTheWiresTypes() throws {
        let letter = Wire.Letter(addressee: .key(key), request: id, body: Data([1, 2]))
        #expect(
            try Call.leave([1, 2], addressee: key, request: id, at: name).form.body == JSON.encode(letter))
        let take = Wire.Take(purpose: digest)
        #expect(try Call.takePermit(of: key, for: digest, at: name).form.body == JSON.encode(take))
        let query = Wire.StateQuery(keys: [lowercaseHex(StateKey.member(key).bytes)])
        #expect(try Call.state([.member(key)]).form.body == JSON.encode(query))
    }

    @Test func queriesSayWhatIsAsked() {
        let query = PositionQuery(subject: [0xab], kind: .grant, since: 1, until: 2, after: 3)
        let text = Call.positions(query).form.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        #expect(text == "limit=1000&subject=ab&kind=12&since=1&until=2&after=3")
        for (level, isCosigned) in [(Wire.Acknowledged.durable, false), (.cosigned, true)] {
            let form = Call.submit([], keeper: nil, untilCosigned: isCosigned).form
            #expect(form.query.map(\.value) == [level.rawValue])
        }
    }
}
