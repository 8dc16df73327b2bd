import API
import Contract
import Desk
import Foundation
import HTTPTypes
import Hummingbird
import Identity
import NIOCore
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

    /// An application that nobody wants goes, its wallet is told, and may apply anew.
    @Test func aRejectedApplicationIsTold() async throws {
        let world = try World()
        let path = Routes.Organisation(world.hospital1)
        let wallet = try await world.inbox(at: world.hospital1, applying: true)
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let permits = Wire.Permits(first: 0, permits: [Data([1])])
        func reject(_ key: SigningKey) async throws -> Int {
            try await world.send(.post, path.reject(wallet.key.hex), by: key).status
        }
        func status() async throws -> Wire.InboxStatus {
            try await world.send(.get, path.inbox(wallet.key.hex), by: wallet).json(Wire.InboxStatus.self)
        }
        func handOver() async throws -> Int {
            let body = try Self.json(permits)
            return try await world.send(.post, path.permits(wallet.key.hex), by: wallet, body: body).status
        }
        func applications() async throws -> Int {
            try await world.send(.get, path.inboxes, by: clinician).json(Wire.Applications.self)
                .applications.count
        }
        #expect(try await handOver() == 201)
        #expect(try await !status().rejected)
        #expect(try await applications() == 1)
        #expect(try await reject(clinician) == 204)
        let told = try await status()
        #expect(told.rejected && told.permitsHandedOver == 0)
        #expect(try await applications() == 0)
        #expect(try await handOver() == 404)
        #expect(try await reject(clinician) == 404)
        // It cannot be entered either, unless it applies anew.
        let entry = Wire.DirectoryEntry(
            index: Digest(hashing: [1]), inbox: wallet.key, recipient: "age1inbox", entry: Data([1]))
        func enter() async throws -> Int {
            try await world.send(.put, path.directory, by: clinician, body: Self.json(entry)).status
        }
        #expect(try await enter() == 404)
        func apply() async throws -> Int {
            let application = Wire.Application(
                inbox: wallet.key, recipient: "age1inbox", letter: Data([2]))
            return try await world.send(.post, path.inboxes, by: wallet, body: Self.json(application)).status
        }
        #expect(try await apply() == 201)
        #expect(try await !status().rejected)
        #expect(try await applications() == 1)
        #expect(try await reject(world.roots[world.hospital1]!) == 204)
        #expect(try await apply() == 201)
        #expect(try await enter() == 201)
        #expect(try await reject(clinician) == 404)
        #expect(try await status().admitted)
    }

    /// Who may not write to an inbox does not learn from the refusal whether there is one.
    @Test func aLettersRefusalTellsOfNoInbox() async throws {
        let world = try World()
        let inbox = try await world.inbox(at: world.hospital1)
        let other = try await world.inbox(at: world.hospital1)
        let officer = try await world.enrol(world.insurer, .officer)
        func leave(for key: PublicKey, by sender: SigningKey) async throws -> World.Answer {
            let letter = Wire.Letter(
                addressee: .key(key), request: StatementID(Random.bytes(32))!, body: Data([1]))
            return try await world.send(
                .post, Routes.Organisation(world.hospital1).letters, by: sender, body: Self.json(letter))
        }
        for sender in [other, officer] {
            let there = try await leave(for: inbox.key, by: sender)
            let nowhere = try await leave(for: SigningKey.generate().key, by: sender)
            #expect(there.status == 403 && nowhere.status == 403 && there.body == nowhere.body)
        }
        #expect(try await leave(for: officer.key, by: other).status == 201)
    }

    /// What its authority has not signed is not kept: it would take the place of a list that clients believe.
    @Test func aRevocationListIsItsAuthoritys() async throws {
        let world = try World()
        let path = Routes.Organisation(world.hospital1).revocationList
        func publish(_ number: UInt64, of name: OrganisationName) async throws -> Int {
            let list = try world.authorities[name]!.issueList(
                number: number, entries: [], now: Date(), nextUpdate: Date().addingTimeInterval(1_000))
            return try await world.send(
                .put, path, by: world.roots[world.hospital1]!, body: list.der
            ).status
        }
        #expect(try await publish(2, of: world.hospital1) == 201)
        #expect(try await publish(3, of: world.hospital2) == 400)
        #expect(try await publish(1, of: world.hospital1) == 409)
        #expect(try await publish(3, of: world.hospital1) == 201)
    }

    @Test func cardsAreReadByPages() throws {
        try desk { desk in
            let keys = (0..<1_100).map { _ in Random.bytes(32) }
            for key in keys { try desk.keep(.init(key: key, recipient: "age1x", certificate: [1])) }
            var (all, pages) = ([[UInt8]](), 0)
            while case let page = try desk.cards(after: all.last), !page.isEmpty {
                all += page.map(\.key)
                pages += 1
            }
            #expect(all == keys.sorted { $0.lexicographicallyPrecedes($1) } && pages == 3)
            #expect(try desk.card(of: keys[7])?.key == keys[7] && desk.card(of: Random.bytes(32)) == nil)
        }
    }

    @Test func anOrganisationsLettersHaveABoundTogether() throws {
        try desk { desk in
            func leave(from number: UInt8, of organisation: String) throws {
                let body = Random.bytes(64 << 10)
                try desk.keep(
                    .init(addressee: [], request: [UInt8](repeating: 9, count: 32), body: body),
                    digest: SHA256.digest(body), from: .init(key: [number], organisation: organisation),
                    now: 1_000)
            }
            let each = DeskStore.letterBytesPerDayMax / (64 << 10)
            let senders = DeskStore.letterBytesPerDayOfOrganisationMax / DeskStore.letterBytesPerDayMax
            for sender in 0..<senders {
                for _ in 0..<each { try leave(from: UInt8(sender), of: "one") }
            }
            #expect(throws: DeskError.tooManyLetters) { try leave(from: 200, of: "one") }
            try leave(from: 201, of: "other")
        }
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
                    digest: SHA256.digest(body), from: .init(key: [sender]), now: now)
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

    @Test func placesAreOfACallerAndOfAnOrganisation() throws {
        let (one, other) = (OrganisationName("one")!, OrganisationName("other")!)
        let places = CallerPlaces(perCaller: 1, perOrganisation: 2, all: 3)
        let keys = (0..<4).map { _ in SigningKey.generate().key }
        let first = try places.enter(keys[0], of: one)
        #expect(throws: Problem.self) { try places.enter(keys[0], of: one) }
        let second = try places.enter(keys[1], of: one)
        #expect(throws: Problem.self) { try places.enter(keys[2], of: one) }
        let third = try places.enter(keys[2], of: other)
        #expect(throws: Problem.self) { try places.enter(keys[3], of: other) }
        first.leave()
        first.leave()
        _ = try places.enter(keys[3], of: other)
        second.leave()
        third.leave()
    }

    /// A call counts as what it costs, of its caller and of its organisation.
    @Test func aDearCallCountsAsMany() throws {
        let organisation = OrganisationName("one")!
        let rates = CallRates(perSecond: 200)
        let keys = (0..<2).map { _ in SigningKey.generate().key }
        func isTaken(_ cost: CallCost, of key: PublicKey, at now: Duration = .zero) -> Bool {
            do { try rates.take(cost.calls(), of: key, at: now) } catch { return false }
            return true
        }
        #expect(isTaken(.examination, of: keys[0]) && !isTaken(.examination, of: keys[0]))
        // What is refused takes nothing, and what is cheap has room still.
        #expect((0..<150).allSatisfy { _ in isTaken(.call, of: keys[0]) })
        #expect(!isTaken(.call, of: keys[0]) && isTaken(.examination, of: keys[1]))
        #expect(isTaken(.call, of: keys[0], at: .seconds(1)))
        var count = 0
        while (try? rates.take(CallCost.examination.calls(), of: organisation, at: .zero)) != nil {
            count += 1
        }
        #expect(count == 6)
    }

    /// A question about a thousand keys counts for a thousand keys, and is counted before it is read.
    @Test func aQueryOfTheStateCountsByItsKeys() async throws {
        let world = try World()
        let asker = try await world.enrol(world.insurer, .officer)
        func status(_ count: Int) async throws -> Int {
            let keys = (0..<count).map { _ in
                lowercaseHex(StateKey.record(RecordHandle(Random.bytes(32))!).bytes)
            }
            let body = try Self.json(Wire.StateQuery(keys: keys))
            return try await world.send(.post, Routes.state, by: asker, body: body).status
        }
        #expect(try await status(1_025) == 413)
        var pages = 0
        while try await status(1_024) == 200 { pages += 1 }
        // Of 2,000 calls at once: 70 for each page, and 71 for the one that was too long.
        #expect((20...28).contains(pages))
        #expect(try await status(1) == 200)
        world.time.advance(1)
        #expect(try await status(1_024) == 200)
        // What does not say its length counts as the longest.
        let route = try #require(APIRoute.all.first { $0.path == Routes.state })
        func calls(_ length: String?) -> Int {
            var head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: Routes.state)
            head.headerFields[.contentLength] = length
            return route.cost.calls(
                bodyBytes: route.bodyBytes(of: Request(head: head, body: RequestBody(buffer: ByteBuffer()))))
        }
        #expect(calls("100") == 1 && calls("70000") == 69 && calls("99999999") == 193)
        #expect(calls(nil) == 193 && calls("-1") == 1 && calls("x") == 193)
    }

    /// Who owns one record fills no disk with envelopes that nothing names; staff bring what they bring (T71).
    @Test func aRecordsKeyStoresSoManyBytes() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let owner = SigningKey.generate()
        let record = try await world.deposit(by: clinician, at: world.hospital1, owner: owner)
        func put(_ byteCount: Int, by key: SigningKey) async throws -> World.Answer {
            try await world.put(
                Random.bytes(byteCount), as: .grantEnvelope, of: record.handle, by: key, at: world.hospital1)
        }
        for _ in 0..<15 { #expect(try await put(Wire.envelopeBytesMax, by: owner).status == 201) }
        #expect(try await put(Wire.envelopeBytesMax - 1_000, by: owner).status == 201)
        let refused = try await put(2_000, by: owner)
        #expect(refused.status == 429 && refused.problem?.retryAfter == 2)
        #expect(try await put(900, by: owner).status == 201)
        #expect(try await put(5_000, by: clinician).status == 201)
        world.time.advance(2)
        #expect(try await put(2_000, by: owner).status == 201)
    }

    /// Sixty-four callers wait for what is dear, and the server answers others meanwhile: the order of the answers says so.
    @Test func healthAnswersWhileDearCallsWait() async throws {
        let world = try World()
        var enrolled = [SigningKey]()
        for organisation in [world.hospital1, world.hospital2, world.insurer, world.auditor] {
            for _ in 0..<16 { enrolled.append(try await world.enrol(organisation, .auditor)) }
        }
        let callers = enrolled
        let (began, mayEnd) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
        let examination = world.server.examination
        async let first = examination.value {
            began.continuation.yield()
            mayEnd.wait()
            return []
        }
        for await _ in began.stream { break }
        let answers = AsyncStream<Int>.makeStream()
        async let all: Void = withThrowingTaskGroup(of: Void.self) { group in
            for caller in callers {
                group.addTask {
                    let answer = try await world.send(.get, Routes.examination, by: caller)
                    answers.continuation.yield(answer.status)
                }
            }
            try await group.waitForAll()
        }
        // As many wait as there are places; the others are told so at once, while those wait.
        var early = [Int]()
        for await status in answers.stream {
            early.append(status)
            if early.count == callers.count - 16 { break }
        }
        #expect(early.allSatisfy { $0 == 429 })
        while await examination.shared < 16 { await Task.yield() }
        let health = try await world.send(.get, Routes.health, body: [], headers: [:])
        #expect(health.status == 200)
        mayEnd.signal()
        _ = try await (first, all)
        var late = [Int]()
        for await status in answers.stream {
            late.append(status)
            if late.count == 16 { break }
        }
        #expect(late.allSatisfy { $0 == 200 })
    }

    /// What took long is told again for a while: callers in turn do not keep a processor at it.
    @Test func whatTookLongIsToldAgain() async throws {
        let time = TestClock()
        let run = SharedRun<Int>(elapsed: { .seconds(time.now) })
        func value(_ value: Int, taking seconds: UInt64) async throws -> Int {
            try await run.value {
                time.advance(seconds)
                return value
            }
        }
        #expect(try await value(1, taking: 0) == 1)
        #expect(try await value(2, taking: 10) == 2)
        time.advance(89)
        #expect(try await value(3, taking: 0) == 2)
        time.advance(1)
        #expect(try await value(4, taking: 0) == 4)
    }

    @Test func whatIsDearRunsOnceForMany() async throws {
        let run = SharedRun<Int>(elapsed: monotonicClock())
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
