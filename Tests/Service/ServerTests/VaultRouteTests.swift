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
    @Test func onlyStaffAndInboxesPutBlobs() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let registrar = try await world.enrol(world.hospital1, .registrar)
        let stranger = try await world.enrol(world.hospital2, .clinician)
        let inbox = try await world.inbox(at: world.hospital1)
        #expect(try await world.put([1], by: clinician, at: world.hospital1).status == 201)
        #expect(try await world.put([1], by: clinician, at: world.hospital1).status == 200)
        #expect(try await world.put([2], by: registrar, at: world.hospital1).status == 403)
        #expect(try await world.put([3], by: stranger, at: world.hospital1).status == 403)
        #expect(try await world.put([4], by: inbox, at: world.hospital1).status == 201)
        #expect(try await world.put([4], by: inbox, at: world.hospital2).status == 403)
        let large = [UInt8](repeating: 5, count: Wire.envelopeBytesMax + 1)
        #expect(try await world.put(large, by: inbox, at: world.hospital1).status == 413)
        let vault = world.records.custodians[world.hospital1]!.vault
        #expect(try await vault.size(of: Digest(hashing: large)) == nil)
        #expect(try await vault.digests().count == 2)
    }

    @Test func theAddressIsTheDigestOfTheBytes() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let path = Routes.Organisation(world.hospital1).blob(Digest(hashing: [1]).hex)
        #expect(try await world.send(.put, path, by: clinician, body: [2]).status == 422)
        for name in ["..%2f..%2fetc", String(repeating: "AB", count: 32), "ab", "%00"] {
            let odd = Routes.Organisation(world.hospital1).blob(name)
            #expect(
                [400, 401, 404].contains(try await world.send(.put, odd, by: clinician, body: [2]).status))
        }
        #expect(try await world.records.custodians[world.hospital1]!.vault.digests().isEmpty)
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
        #expect(before.blobs.count == 4 && before.blobs.allSatisfy { $0.intact } && before.foreign.isEmpty)
        // One flipped bit is found.
        let name = Digest(hashing: record.files).hex
        let file = world.folder.appending(path: "hospital1/vault/blobs/\(name.prefix(2))/\(name)")
        var bytes = try Data(contentsOf: file)
        bytes[3] ^= 0x10
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        try bytes.write(to: file)
        let after = try await world.send(.get, path, by: auditor).json(Wire.Inventory.self)
        #expect(after.blobs.filter { !$0.intact }.map(\.digest.hex) == [name])
    }

    @Test func permitsAreTakenOnceEachAndTheSameForTheSamePurpose() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let officer = try await world.enrol(world.insurer, .officer)
        let inbox = try await world.inbox(at: world.hospital1)
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
