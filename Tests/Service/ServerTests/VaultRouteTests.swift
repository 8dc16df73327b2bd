import API
import Contract
import Foundation
import HTTPTypes
import Identity
import Primitives
import Records
import Testing
import Vault

/// Who may put what into a vault and onto a desk.
@Suite struct VaultRouteTests {
    private let handle = RecordHandle(Random.bytes(32))!

    @Test func staffStoresAnyBlobAndARecordsKeyWhatItsStatementsName() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let registrar = try await world.enrol(world.hospital1, .registrar)
        let stranger = try await world.enrol(world.hospital2, .clinician)
        let inbox = try await world.inbox(at: world.hospital1)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let other = try await world.deposit(by: clinician, at: world.hospital1)
        func put(
            _ kind: BlobKind, by key: SigningKey, _ handle: RecordHandle, _ blob: [UInt8] = [1],
            at name: OrganisationName? = nil
        ) async throws -> Int {
            try await world.put(blob, as: kind, of: handle, by: key, at: name ?? world.hospital1).status
        }
        for kind in BlobKind.allCases {
            #expect(try await put(kind, by: clinician, handle) == 201)
            for key in [registrar, stranger, inbox, other.owner] {
                #expect(try await put(kind, by: key, record.handle) == 403)
                #expect(try await put(kind, by: key, handle) == 403)
            }
            let isOwners = [.grantEnvelope, .grantManifest, .delegateEnvelope].contains(kind)
            #expect(try await put(kind, by: record.owner, record.handle) == (isOwners ? 201 : 403))
            // Nor where the record is not kept.
            #expect(try await put(kind, by: record.owner, record.handle, at: world.hospital2) == 403)
        }
        let large = [UInt8](repeating: 5, count: Wire.envelopeBytesMax + 1)
        #expect(try await put(.grantEnvelope, by: record.owner, record.handle, large) == 413)
        #expect(try await put(.grantEnvelope, by: clinician, record.handle, large) == 201)
        #expect(try await world.blobs(of: record.handle, at: world.hospital1).count == 5 + 3 + 1)
        #expect(try await world.blobs(of: record.handle, at: world.hospital2).isEmpty)
    }

    @Test("a delegate stores envelopes of grants as long as it may grant")
    func delegatesStoreAsLongAsTheyDecide() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let (reads, decides) = (SigningKey.generate(), SigningKey.generate())
        let envelope = Array("for a delegate".utf8)
        #expect(
            try await world.put(
                envelope, as: .delegateEnvelope, of: record.handle, by: record.owner, at: world.hospital1
            ).status == 201)
        for (key, scope) in [(reads, DelegateScope.read), (decides, .readAndDecide)] {
            let delegate = Delegate(
                record: record.handle, delegate: key.key, scope: scope, notAfter: world.time.now + 1_000,
                envelope: Digest(hashing: envelope))
            #expect(try await world.submit(.delegate(delegate), by: record.owner).answer.status == 200)
        }
        func put(_ kind: BlobKind, by key: SigningKey) async throws -> Int {
            try await world.put([7], as: kind, of: record.handle, by: key, at: world.hospital1).status
        }
        #expect(try await put(.grantEnvelope, by: reads) == 403)
        #expect(try await put(.grantEnvelope, by: decides) == 201)
        #expect(try await put(.delegateEnvelope, by: decides) == 403)
        world.time.advance(1_000)
        #expect(try await put(.grantEnvelope, by: decides) == 403)
    }

    @Test func theAddressIsTheDigestOfTheBytes() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let routes = Routes.Organisation(world.hospital1)
        let name = BlobName(Digest(hashing: [1]), .file).text
        let path = routes.blob(name, of: handle.hex)
        #expect(try await world.send(.put, path, by: clinician, body: [2]).status == 422)
        let odd = ["..%2f..%2fetc", String(repeating: "AB", count: 32), "ab", "%00", "..", "%ff"]
        for (record, blob) in odd.map({ ($0, name) })
            + (odd + [name + ".file", name + ".", name + ".letter", name + ".descriptor%00"]).map({
                (handle.hex, $0)
            })
        {
            let path = routes.blob(blob, of: record)
            let answer = try await world.send(.put, path, by: clinician, body: [1])
            #expect([400, 401, 404].contains(answer.status), "\(path)")
        }
        let vault = world.records.custodians[world.hospital1]!.vault
        #expect(try await vault.records(after: nil, limit: 10).entries.isEmpty)
    }

    @Test func theInventoryIsForAuditorsAndStaff() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let auditor = try await world.enrol(world.auditor, .auditor)
        let officer = try await world.enrol(world.insurer, .officer)
        let record = try await world.deposit(by: clinician, at: world.hospital1)
        let path = Routes.Organisation(world.hospital1).inventory
        #expect(try await world.send(.get, path, by: officer).status == 403)
        let before = try await world.send(.get, path, by: auditor).json(Wire.Inventory.self)
        #expect(before.blobs.map(\.name) == record.names.sorted() && before.isLast)
        #expect(before.blobs.allSatisfy { $0.intact && $0.record == record.handle } && before.foreign.isEmpty)
        let after = BlobAddress(record.handle, before.blobs[1].name).text
        let rest = try await world.send(.get, "\(path)?after=\(after)", by: auditor).json(Wire.Inventory.self)
        #expect(rest.blobs == Array(before.blobs.dropFirst(2)))
        #expect(try await world.send(.get, "\(path)?after=\(record.handle)", by: auditor).status == 400)
        // One flipped bit is found.
        let name = Digest(hashing: record.files).hex
        try world.damage(record.names[0], of: record.handle, at: world.hospital1)
        let damaged = try await world.send(.get, path, by: auditor).json(Wire.Inventory.self)
        #expect(damaged.blobs.filter { !$0.intact }.map(\.name.text) == [name])
    }

    @Test func permitsAreTakenOnceEachAndTheSameForTheSamePurpose() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let inbox = try await world.inbox(at: world.hospital1, applying: true)
        let routes = Routes.Organisation(world.hospital1)
        func post(_ path: String, _ value: some Encodable, by key: SigningKey) async throws -> World.Answer {
            try await world.send(.post, path, by: key, body: [UInt8](JSONEncoder().encode(value)))
        }
        let permits = Wire.Permits(first: 0, permits: [Data([1]), Data([2])])
        #expect(try await post(routes.permits(inbox.key.hex), permits, by: clinician).status == 404)
        #expect(try await post(routes.permits(inbox.key.hex), permits, by: inbox).status == 201)
        #expect(try await post(routes.permits(inbox.key.hex), permits, by: inbox).status == 201)
        let gap = Wire.Permits(first: 3, permits: [Data([9])])
        #expect(try await post(routes.permits(inbox.key.hex), gap, by: inbox).status == 409)
        let (a, b, c) = (Digest(hashing: [1]), Digest(hashing: [2]), Digest(hashing: [3]))
        func take(_ purpose: Digest, by key: SigningKey) async throws -> World.Answer {
            try await post(routes.take(inbox.key.hex), Wire.Take(purpose: purpose), by: key)
        }
        #expect(try await take(a, by: officer).status == 403)
        let first = try await take(a, by: clinician).json(Wire.Taken.self).permit
        #expect(try await take(a, by: clinician).json(Wire.Taken.self).permit == first)
        #expect(try await take(b, by: clinician).json(Wire.Taken.self).permit != first)
        #expect(try await take(c, by: clinician).problem?.type == .stockEmpty)
        let status = try await world.send(.get, routes.inbox(inbox.key.hex), by: inbox).json(
            Wire.InboxStatus.self)
        #expect(status.permitsHandedOver == 2 && status.permitsLeft == 0 && !status.admitted)
        #expect(try await world.send(.get, routes.inbox(inbox.key.hex), by: clinician).status == 404)
    }

    @Test func lettersReachTheirAddresseeOnly() async throws {
        let world = try World()
        let registrar = try await world.enrol(world.hospital1, .registrar)
        let officer = try await world.enrol(world.insurer, .officer)
        let colleague = try await world.enrol(world.insurer, .officer)
        let inbox = try await world.inbox(at: world.hospital1)
        let path = Routes.Organisation(world.hospital1).letters
        func post(_ addressee: Wire.Addressee, _ body: UInt8, by key: SigningKey) async throws -> Int {
            let letter = Wire.Letter(
                addressee: addressee, request: StatementID([UInt8](repeating: 1, count: 32))!,
                body: Data([body]))
            return try await world.send(.post, path, by: key, body: [UInt8](JSONEncoder().encode(letter)))
                .status
        }
        func read(by key: SigningKey) async throws -> [Data] {
            try await world.send(.get, path, by: key).json(Wire.Letters.self).letters.map(\.body)
        }
        #expect(try await post(.desk, 1, by: officer) == 201)
        #expect(try await post(.desk, 2, by: inbox) == 403)
        #expect(try await post(.key(inbox.key), 3, by: officer) == 403)
        #expect(try await post(.key(inbox.key), 4, by: registrar) == 201)
        #expect(try await post(.key(officer.key), 5, by: inbox) == 201)
        #expect(try await post(.key(officer.key), 6, by: colleague) == 403)
        #expect(try await read(by: registrar) == [Data([1])])
        #expect(try await read(by: inbox) == [Data([4])])
        #expect(try await read(by: officer) == [Data([5])])
        #expect(try await read(by: colleague).isEmpty)
    }
}
