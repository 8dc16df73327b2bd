import API
import Contract
import Foundation
import HTTPTypes
import Identity
import Primitives
import Records
import Testing

@testable import Server

/// Who may call what: docs/reference/api.md says it, and the router does it, for every route and every party.
@Suite struct AccessTests {
    @Test func theDocumentHasTheTableOfThePolicies() throws {
        try GeneratedDocument(path: "docs/reference/api.md", section: "who may call")
            .expect(AccessTable.text(of: APIRoute.all))
    }

    @Test func openAPIIsMadeOfTheRoutes() throws {
        try GeneratedDocument(path: "docs/reference/openapi.json").expect(
            try OpenAPIDocument.text(of: APIRoute.all))
    }

    /// What one cell sends.
    struct Sample {
        var organisation: OrganisationName?
        var parameters: [String: String] = [:]
        var query = ""
        var headers: HTTPFields = [:]
        var body: [UInt8] = []
    }

    @Test func everyCellOfTheTableIsWhatTheRouterDoes() async throws {
        let town = try await Town()
        var refusals = 0
        for route in APIRoute.all {
            for each in route.terms.cases {
                for party in AccessTable.parties {
                    let sample = try #require(
                        try town.sample(route, each.name, of: party),
                        "\(route.method) \(route.path): no sample")
                    let isRefused = try await town.isRefused(route, sample, party)
                    #expect(
                        isRefused != each.admitted.contains(party),
                        "\(route.method) \(route.path) \(each.name), \(party)")
                    refusals += isRefused ? 1 : 0
                }
            }
        }
        #expect(refusals > 400)
    }

    /// Absent and forbidden are told in the same bytes (T9).
    @Test func whatIsAbsentAndWhatIsAnothersLookTheSame() async throws {
        let town = try await Town()
        let inbox = Party.inbox(.applying)
        let random = Digest(Random.bytes(32))!.hex
        let hidden = APIRoute.all.filter { $0.terms.refusal == .notFound }
        #expect(hidden.count == 3)
        for route in hidden {
            var sample = try #require(try town.sample(route, "another's", of: inbox))
            let anothers = try await town.answer(route, sample, inbox)
            for name in ["inbox", "release"] where sample.parameters[name] != nil {
                sample.parameters[name] = random
            }
            let absent = try await town.answer(route, sample, inbox)
            #expect(absent.status == 404 && absent.body == anothers.body, "\(route.path)")
            #expect(absent.headers == anothers.headers)
        }
    }
}

/// A network with a party of every kind in it: `hospital1` is the organisation whose part of the API is called,
/// `hospital2` another, `insurer` was suspended.
private struct Town {
    private let world: World
    private var keys: [Party: SigningKey] = [.stranger: .generate()]
    /// What each party has recorded a release of, before it was ended.
    private var releases: [Party: (id: StatementID, file: Digest)] = [:]
    private let record: World.Deposited

    init() async throws {
        world = try World()
        for (place, name) in [(Party.Place.own, world.hospital1), (.other, world.hospital2)] {
            for role in Role.allCases {
                keys[.member(role, place)] = try await world.enrol(name, role)
            }
        }
        for (place, name) in Self.places(world) {
            keys[.root(place)] = world.roots[name]
            keys[.validator(place)] = world.validators[name]
        }
        keys[.ended(.suspended)] = try await world.enrol(world.insurer, .clinician)
        keys[.ended(.retired)] = try await world.enrol(world.hospital1, .clinician)
        keys[.ended(.expired)] = try await world.enrol(world.hospital1, .clinician, seconds: 60)
        keys[.auditor] = try await world.enrol(world.auditor, .auditor)
        keys[.inbox(.applying)] = try await world.inbox(at: world.hospital1, applying: true)
        keys[.inbox(.admitted)] = try await world.inbox(at: world.hospital1)
        keys[.inbox(.elsewhere)] = try await world.inbox(at: world.hospital2)
        (keys[.owner], keys[.delegate]) = (.generate(), .generate())

        let clinician = keys[.member(.clinician, .own)]!
        record = try await world.deposit(by: clinician, at: world.hospital1, owner: keys[.owner]!)
        try await delegate()
        for (party, key) in keys where Set<Party>.releaseReaders.contains(party) {
            releases[party] = try await release(to: party, key)
        }

        let retire = Retire(organisation: world.hospital1, member: keys[.ended(.retired)]!.key)
        #expect(
            try await world.submit(.retire(retire), by: world.roots[world.hospital1]!).answer.status == 200)
        try await world.suspend(world.insurer)
        world.time.advance(60)
    }

    /// The record's delegate may read and grant.
    private func delegate() async throws {
        let envelope = Array("the delegate's".utf8)
        let stored = try await world.put(
            envelope, as: .delegateEnvelope, of: record.handle, by: record.owner, at: world.hospital1)
        #expect(stored.status == 201)
        let delegate = Delegate(
            record: record.handle, delegate: keys[.delegate]!.key, scope: .readAndDecide,
            notAfter: world.time.now + 100_000, envelope: Digest(hashing: envelope))
        #expect(try await world.submit(.delegate(delegate), by: record.owner).answer.status == 200)
    }

    private static func places(_ world: World) -> [(Party.Place, OrganisationName)] {
        [(.own, world.hospital1), (.other, world.hospital2), (.suspended, world.insurer)]
    }

    private static func json(_ value: some Encodable) -> [UInt8] {
        [UInt8]((try? JSONEncoder().encode(value)) ?? Data())
    }

    /// A release that the party records while it may: members by a grant, others of a record of their own.
    private func release(
        to party: Party, _ key: SigningKey
    ) async throws -> (id: StatementID, file: Digest) {
        let made: (id: StatementID, answer: World.Answer)
        var released = record
        switch party {
        case .member, .auditor, .ended:
            let name = try #require(try world.records.state(.member(key.key), as: MemberState.self))
                .organisation
            let grant = try await world.grant(
                record, to: key, of: name, purpose: name == world.insurer ? .claim : .treatment)
            made = try await world.release(record, by: key, of: name, grant: grant.id)
        case .owner, .delegate:
            made = try await world.release(
                record, by: key, of: nil, basis: party == .owner ? .owner : .delegate)
        default:
            released = try await world.deposit(
                by: keys[.member(.clinician, .own)]!, at: world.hospital1, owner: key)
            made = try await world.release(released, by: key, of: nil, basis: .owner)
        }
        #expect(made.answer.status == 200, "\(party)")
        return (made.id, Digest(hashing: released.files))
    }

    // MARK: Cells

    func answer(_ route: APIRoute, _ sample: AccessTests.Sample, _ party: Party) async throws -> World.Answer
    {
        var path = route.path.replacing("**", with: sample.parameters["**"] ?? "")
        let organisation = sample.organisation ?? self.organisation(of: party)
        for (name, value) in sample.parameters { path = path.replacing(":\(name)", with: value) }
        path = path.replacing(":organisation", with: "\(organisation)")
        #expect(!path.contains(":"), "a parameter of \(route.path) has no value")
        if !sample.query.isEmpty { path += "?" + sample.query }
        guard let key = keys[party] else {
            return try await world.send(route.method, path, body: sample.body, headers: sample.headers)
        }
        return try await world.send(
            route.method, path, by: key, body: sample.body, headers: sample.headers)
    }

    func isRefused(_ route: APIRoute, _ sample: AccessTests.Sample, _ party: Party) async throws -> Bool {
        let answer = try await answer(route, sample, party)
        if party == .unsigned { return answer.status == 401 }
        #expect(answer.status != 401 && answer.status != 429 && answer.status < 500, "\(route.path) \(party)")
        // An answer to HEAD is its status.
        if route.method == .head { return answer.status == route.terms.refusal.status }
        guard let key = keys[party], case .ended = party, route.terms.refusal.type == .notAllowed else {
            return answer.problem == route.terms.refusal
        }
        // Who was a member is told of its end.
        let refusal = try world.records.refusal(route.terms, of: key.key)
        #expect(refusal != route.terms.refusal, "\(route.path) \(party)")
        return answer.problem == refusal
    }

    /// The organisation whose part of the API the party calls.
    private func organisation(of party: Party) -> OrganisationName {
        switch party {
        case .ended(.suspended), .root(.suspended), .validator(.suspended): world.insurer
        default: world.hospital1
        }
    }

    /// What a cell sends: what the handler would answer otherwise than by the policy's refusal. Nil for a route that
    /// has no sample.
    func sample(_ route: APIRoute, _ name: String, of party: Party) throws -> AccessTests.Sample? {
        let key = (keys[party] ?? keys[.stranger]!).key
        let own = !["another's", "for another"].contains(name)
        let other = keys[.inbox(.applying)]!.key == key ? keys[.inbox(.admitted)]! : keys[.inbox(.applying)]!
        let organisation = Routes.Organisation.pattern
        let hash = Digest(hashing: [1]).hex
        switch "\(route.method) \(route.path)" {
        case "GET \(Routes.health)", "GET \(Routes.checkpoint)", "GET \(Routes.candidate)",
            "GET \(Routes.examination)", "GET \(Routes.organisations)", "GET \(Routes.members)",
            "GET \(Routes.positions)", "GET \(organisation.revocationList)", "GET \(organisation.inboxes)",
            "GET \(organisation.inventory)", "GET \(organisation.letters)":
            return .init()
        case "POST \(Routes.statements)":
            let signer = own ? keys[party] ?? keys[.stranger]! : SigningKey.generate()
            let remove = Remove(record: RecordHandle(Random.bytes(32))!)
            return .init(
                body: Statement.make(.remove(remove), now: world.time.now).signed(
                    by: signer, network: world.network))
        case "POST \(Routes.state)": return .init(body: Self.json(Wire.StateQuery(keys: [])))
        case "GET \(Routes.keys)": return .init(query: "beginning=04" + hash.prefix(8))
        case "POST \(Routes.cosignatures)": return .init(body: Array("no note".utf8))
        case "GET \(Routes.log)/tile/**": return .init(parameters: ["**": "0/000.p/1"])
        case "GET \(Routes.entries)": return .init(query: "from=0")
        case "GET \(Routes.inclusion)": return .init(query: "position=0&size=1")
        case "GET \(Routes.consistency)": return .init(query: "from=1&to=1")
        // A stream would not end.
        case "GET \(Routes.events)": return .init(query: "after=\(UInt64.max)")
        case "PUT \(Routes.members)":
            let card = Wire.MemberCard(
                key: name == "one's own" ? key : keys[.member(.registrar, .own)]!.key,
                organisation: world.hospital1, recipient: "age1x", certificate: Data([9]))
            // The registrar's card is its own.
            let others = Wire.MemberCard(
                key: keys[.member(.gateway, .own)]!.key, organisation: world.hospital1, recipient: "age1x",
                certificate: Data([9]))
            return .init(body: Self.json(card.key == key && name != "one's own" ? others : card))
        case "GET \(Routes.member(":member"))": return .init(parameters: ["member": hash])
        case "PUT \(organisation.revocationList)": return .init(body: [1])
        case "PUT \(organisation.blob(":blob", of: ":record"))":
            let kind: BlobKind =
                switch name {
                case "a grant's envelope": .grantEnvelope
                case "a delegate's envelope": .delegateEnvelope
                default: .file
                }
            return .init(
                parameters: [
                    "record": record.handle.hex, "blob": BlobName(Digest(hashing: [1]), kind).text,
                ], body: [1])
        case "HEAD \(organisation.upload(":blob", of: ":record"))":
            return .init(parameters: ["record": record.handle.hex, "blob": hash])
        case "PATCH \(organisation.upload(":blob", of: ":record"))":
            return .init(
                parameters: ["record": record.handle.hex, "blob": hash],
                headers: [
                    .contentType: Upload.mediaType, .uploadOffset: "0",
                    .uploadComplete: Upload.text(true),
                ], body: [1])
        case "POST \(organisation.missing(in: ":record"))":
            return .init(
                parameters: ["record": record.handle.hex], body: Self.json(Wire.BlobNames(blobs: [])))
        case "GET \(organisation.manifest(":digest", of: ":record"))":
            return .init(
                parameters: ["record": record.handle.hex, "digest": record.deposit.manifest.hex])
        case "GET \(organisation.releasedBlob(":release", ":digest"))":
            let reader = own ? party : party == .stranger ? .inbox(.applying) : .stranger
            let release = releases[reader] ?? releases[.stranger]!
            return .init(
                organisation: world.hospital1,
                parameters: ["release": release.id.hex, "digest": release.file.hex])
        case "POST \(organisation.inboxes)":
            // Too long to be kept: no caller becomes an inbox by this.
            let letter = Data(count: Wire.letterBytesMax + 1)
            let inbox = own ? key : other.key
            return .init(
                body: Self.json(Wire.Application(inbox: inbox, recipient: "age1x", letter: letter)))
        case "GET \(organisation.inbox(":inbox"))":
            return .init(parameters: ["inbox": own ? key.hex : other.key.hex])
        case "POST \(organisation.reject(":inbox"))": return .init(parameters: ["inbox": hash])
        case "POST \(organisation.permits(":inbox"))":
            return .init(
                parameters: ["inbox": own ? key.hex : other.key.hex],
                body: Self.json(Wire.Permits(first: 0, permits: [])))
        case "POST \(organisation.take(":inbox"))":
            return .init(
                parameters: ["inbox": hash], body: Self.json(Wire.Take(purpose: Digest(hashing: [2]))))
        case "PUT \(organisation.directory)":
            let entry = Wire.DirectoryEntry(
                index: Digest(hashing: [3]), inbox: PublicKey(hex: hash)!, recipient: "age1x",
                entry: Data([1]))
            return .init(body: Self.json(entry))
        case "GET \(organisation.entry(":index"))": return .init(parameters: ["index": hash])
        case "POST \(organisation.letters)":
            let addressee: Wire.Addressee =
                switch name {
                case "to the desk": .desk
                case "to one of its inboxes": .key(keys[.inbox(.admitted)]!.key)
                default: .key(keys[.member(.officer, .other)]!.key)
                }
            let letter = Wire.Letter(
                addressee: addressee, request: StatementID(Random.bytes(32))!, body: Data([1]))
            return .init(body: Self.json(letter))
        default: return nil
        }
    }
}
