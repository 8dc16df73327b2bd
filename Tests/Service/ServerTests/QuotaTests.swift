import API
import Contract
import Desk
import Foundation
import HTTPTypes
import Identity
import Primitives
import Testing

@testable import Server

/// What others may add has bounds, is read by pages, and goes when nobody collects it (T70, T71, T73).
@Suite struct QuotaTests {
    private static func json(_ value: some Encodable) throws -> [UInt8] {
        [UInt8](try JSONEncoder().encode(value))
    }

    @Test func rightsBeginWithAdmission() async throws {
        let world = try World()
        let path = Routes.Organisation(world.hospital1)
        let wallet = try await world.inbox(at: world.hospital1, applying: true)
        func handOver(_ first: Int, _ count: Int, bytes: Int = 100) async throws -> Int {
            let permits = Wire.Permits(first: first, permits: (0..<count).map { _ in Data(count: bytes) })
            return try await world.send(
                .post, path.permits(wallet.key.hex), by: wallet, body: Self.json(permits)
            ).status
        }
        #expect(try await world.send(.get, path.inbox(wallet.key.hex), by: wallet).status == 200)
        #expect(try await handOver(0, 1, bytes: Wire.permitBytesMax + 1) == 413)
        #expect(try await handOver(0, Wire.firstPermitsMax + 1) == 413)
        #expect(try await handOver(0, Wire.firstPermitsMax) == 201)
        #expect(try await handOver(Wire.firstPermitsMax, 1) == 413)
        for route in [Routes.checkpoint, Routes.entries + "?from=0", Routes.members, path.letters] {
            #expect(try await world.send(.get, route, by: wallet).status == 403, "\(route)")
        }
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let entry = Wire.DirectoryEntry(
            index: Digest(hashing: [1]), inbox: wallet.key, recipient: "age1inbox", entry: Data([1]))
        #expect(
            try await world.send(.put, path.directory, by: clinician, body: Self.json(entry)).status == 201)
        #expect(try await handOver(Wire.firstPermitsMax, 30) == 201)
        #expect(try await world.send(.get, Routes.checkpoint, by: wallet).status == 200)
    }

    /// A desk by itself.
    private func desk(_ body: (DeskStore) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "medseal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let desk = try DeskStore(directory: folder.path)
        defer { try? desk.close() }
        try body(desk)
    }

    @Test func whoAppliesByTheHundredMakesRoomForOthers() throws {
        try desk { desk in
            func apply(_ key: [UInt8], from origin: UInt8, at now: UInt64) throws {
                try desk.addInbox(
                    key: key, recipient: "age1x", application: [UInt8](repeating: 1, count: 8_000),
                    origin: [origin], now: now)
            }
            let honest = Random.bytes(32)
            try apply(honest, from: 1, at: 1_000)
            for number in 0..<(DeskStore.applicationsMax + 200) {
                try apply(Random.bytes(32), from: 2, at: 1_001 + UInt64(number / 100))
            }
            let late = Random.bytes(32)
            try apply(late, from: 3, at: 2_000)
            var (all, pages): ([[UInt8]], Int) = ([], 0)
            while case let page = try desk.applications(after: all.last), !page.isEmpty {
                all += page.map(\.key)
                pages += 1
            }
            #expect(all.count == DeskStore.applicationsMax && Set(all).count == all.count && pages > 1)
            #expect(all.contains(honest) && all.contains(late))
            // What nobody admits goes; who is admitted stays.
            try desk.enter(index: Random.bytes(32), inbox: honest, entry: [1])
            try apply(Random.bytes(32), from: 1, at: 3_000 + DeskStore.applicationSeconds)
            #expect(try desk.applications().count == 1)
            #expect(try desk.isAdmitted(inbox: honest) == true)
            #expect(try desk.isAdmitted(inbox: late) == nil)
        }
    }

    @Test func lettersHaveBoundsPagesAndAnEnd() throws {
        try desk { desk in
            func leave(_ body: [UInt8], from sender: UInt8, at now: UInt64) throws {
                try desk.keep(
                    .init(addressee: [], request: [UInt8](repeating: 9, count: 32), body: body),
                    digest: SHA256.digest(body), from: [sender], now: now)
            }
            let first = Random.bytes(100)
            try leave(first, from: 1, at: 1_000)
            var refusals = 0
            for _ in 0..<300 {
                do { try leave(Random.bytes(64 << 10), from: 2, at: 1_001) } catch {
                    #expect(error as? DeskError == .tooManyLetters)
                    refusals += 1
                }
            }
            #expect(refusals == 300 - DeskStore.letterBytesPerDayMax / (64 << 10))
            // Another sender is not held up by it, and the next day nobody is.
            try leave(Random.bytes(100), from: 3, at: 1_002)
            try leave(Random.bytes(100), from: 2, at: 1_001 + 86_401)
            var (letters, place, pages): ([DeskStore.Letter], Int64?, Int) = ([], nil, 0)
            repeat {
                let page = try desk.letters(to: [[], Random.bytes(32)], request: nil, after: place)
                letters += page.letters
                place = page.next
                pages += 1
            } while place != nil
            #expect(letters.count == 303 - refusals && letters[0].body == first && pages > 2)
            try leave(Random.bytes(100), from: 1, at: 2_000_000 + DeskStore.letterSeconds)
            #expect(try desk.letters(to: [[]], request: nil, after: nil).letters.count == 1)
        }
    }

    @Test func whatIsDearRunsOnceForMany() async throws {
        let places = CallerPlaces(perCaller: 1, all: 2)
        let keys = (0..<3).map { _ in SigningKey.generate().key }
        let first = try places.enter(keys[0])
        #expect(throws: Problem.self) { try places.enter(keys[0]) }
        let second = try places.enter(keys[1])
        #expect(throws: Problem.self) { try places.enter(keys[2]) }
        first.leave()
        first.leave()
        _ = try places.enter(keys[2])
        second.leave()

        let run = SharedRun<Int>()
        let (began, mayEnd) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        let values = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask {
                try await run.value {
                    began.continuation.yield()
                    mayEnd.wait()
                    return 1
                }
            }
            for await _ in began.stream { break }
            for _ in 0..<20 { group.addTask { try await run.value { -1 } } }
            while await run.shared < 20 { await Task.yield() }
            mayEnd.signal()
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(values.count == 21 && values.allSatisfy { $0 == 1 })
    }

    /// An organisation does not open others' vaults by calling its own member an auditor.
    @Test func anAuditorsRoleIsWorthWhatItsOrganisationIs() async throws {
        let world = try World()
        let path = Routes.Organisation(world.hospital1).inventory
        let selfMade = try await world.enrol(world.insurer, .auditor)
        let auditor = try await world.enrol(world.auditor, .auditor)
        #expect(try await world.send(.get, path, by: selfMade).status == 403)
        #expect(try await world.send(.get, path, by: auditor).status == 200)
    }
}
