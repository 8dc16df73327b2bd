import Contract
import Identity
import Ledger
import Primitives
import Synchronization
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import SQLiteLedger

/// What the ledger promises while nothing goes wrong.
@Suite struct EmbeddedLedgerTests {
    let network = TestNetwork()
    let directory = TestDirectory()

    @Test func whatWasCommittedCanBeRead() async throws {
        let ledger = try await network.make(in: directory)
        let record = RecordHandle.random()
        let statement = network.deposit(record)
        let receipt = try await ledger.commit(statement)

        #expect(receipt.statement == network.id(of: statement))
        #expect(receipt.position == 2)
        #expect(receipt.time == TestNetwork.created + 10)
        #expect(receipt.passages.map(\.stage) == Stage.allCases)
        #expect(try ledger.position(of: receipt.statement) == 2)
        let entries = try ledger.entries(from: 0, limit: 10)
        #expect(entries.count == 3)
        #expect(try LogEntry.decode(entries[2]).statement == statement)
        #expect(try ledger.entries(from: 1, limit: 1) == [entries[1]])
        #expect(try ledger.entries(from: 3, limit: 1) == [])
        let state = try #require(try ledger.value(of: .record(record)).flatMap { RecordState(bytes: $0) })
        #expect(state.parts.map(\.manifest) == [digest(10)])
        #expect(try ledger.value(of: .record(.random())) == nil)
        let values = try ledger.values(of: [.record(record), .clock(record), .record(.random())])
        #expect(Set(values.keys) == [.record(record), .clock(record)])
        #expect(try ledger.examine() == [])
    }

    @Test func everythingIsThereAfterARestart() async throws {
        var ledger = try await network.make(in: directory)
        let statement = network.deposit()
        try await ledger.commit(statement)
        let entries = try ledger.entries(from: 0, limit: 10)
        let checkpoint = try ledger.checkpoint()
        ledger.close()
        #expect(directory.files == ["checkpoint", "ledger.sqlite"])
        #expect(directory.read("checkpoint") == checkpoint)

        ledger = try network.open(directory)
        #expect(ledger.state == .healthy)
        #expect(try ledger.entries(from: 0, limit: 10) == entries)
        #expect(try ledger.checkpoint() == checkpoint)
        #expect(try await ledger.commit(network.deposit()).position == 3)
        #expect(try ledger.examine() == [])
    }

    @Test func aRetryGetsTheFirstReceipt() async throws {
        let ledger = try await network.make(in: directory)
        let statement = network.deposit()
        let first = try await ledger.commit(statement)
        try await ledger.commit(network.deposit())
        let second = try await ledger.commit(statement)
        #expect(second.statement == first.statement)
        #expect(second.position == first.position)
        #expect(second.time == first.time)
        #expect(second.passages == [])
        #expect(try ledger.entries(from: 0, limit: 10).count == 4)
    }

    @Test func aRetryWithAForgedSignatureIsRefused() async throws {
        let ledger = try await network.make(in: directory)
        var statement = network.deposit()
        try await ledger.commit(statement)
        statement[statement.count - 1] ^= 1
        #expect(try await ledger.refusal(of: statement) == .signatureInvalid)
    }

    /// One line a statement, the code that it is refused with last.
    @Test func whatIsRefusedLeavesNoTrace() async throws {
        let ledger = try await network.make(in: directory)
        let other = TestNetwork(origin: "medseal/other")
        let owner = SigningKey.generate()
        let record = RecordHandle.random()
        try await ledger.commit(network.deposit(record, owner: owner))
        let before = try ledger.entries(from: 0, limit: 10)
        let checkpoint = try ledger.checkpoint()
        let lines: [([UInt8], RejectionCode)] = [
            ([], .malformed),
            ([1, 2, 3], .malformed),
            ([UInt8](repeating: 0, count: Limits.statementBytesMax + 1), .malformed),
            (network.deposit() + [0], .malformed),
            (other.deposit(), .signatureInvalid),
            (network.deposit(now: TestNetwork.created - 10_000), .stale),
            (network.deposit(now: TestNetwork.created + 90_000), .validityTooLong),
            (network.deposit(owner: owner), .permitUsed),
            (network.deposit(record), .recordExists),
            (network.grant(record, owner: .generate()), .notTheOwner),
            (network.release(record, under: network.id(of: network.request())), .grantUnknown),
        ]
        for (statement, code) in lines { #expect(try await ledger.refusal(of: statement) == code) }
        #expect(try ledger.entries(from: 0, limit: 10) == before)
        #expect(try ledger.checkpoint() == checkpoint)
        #expect(try ledger.examine() == [])
    }

    /// The log is served in entry bundles (c2sp.org/tlog-tiles), which hold nothing longer.
    @Test func theLongestStatementFitsIntoAnEntryBundle() {
        let longest = LogEntry(
            position: .max, time: .max, statement: [UInt8](repeating: 0, count: Limits.statementBytesMax),
            writesDigest: digest(1), stateDigest: digest(2))
        #expect(longest.encoded().count <= EntryBundle.entryBytesMax)
    }

    @Test func theRefusedDoNotHarmTheOthersOfTheirBlock() async throws {
        let ledger = try await network.make(in: directory)
        let owner = SigningKey.generate()
        // Of all deposits under one permit one is accepted, whichever comes first.
        let rivals = (0..<20).map { _ in network.deposit(owner: owner) }
        let others = (0..<40).map { _ in network.deposit() }
        let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for statement in rivals + others {
                group.addTask {
                    switch try await ledger.submit(statement) {
                    case .committed: return true
                    case .rejected(let code):
                        #expect(code == .permitUsed)
                        return false
                    }
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(accepted == 41)
        #expect(try ledger.entries(from: 0, limit: 100).count == 43)
        #expect(try ledger.examine() == [])
    }

    @Test func manySubmittersGetAPositionEach() async throws {
        let ledger = try await network.make(in: directory)
        let statements = (0..<200).map { _ in network.deposit() }
        let positions = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for statement in statements { group.addTask { try await ledger.commit(statement).position } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(positions == Set(2..<202))
        #expect(try ledger.examine() == [])
    }

    @Test func executingTheEntriesAgainLeadsToTheState() async throws {
        let ledger = try await network.make(in: directory)
        let owner = SigningKey.generate()
        let record = RecordHandle.random()
        try await ledger.commit(network.deposit(record, owner: owner))
        let grant = try await ledger.commit(network.grant(record, owner: owner, releases: 2)).statement
        for _ in 0..<2 { try await ledger.commit(network.release(record, under: grant)) }
        #expect(try await ledger.refusal(of: network.release(record, under: grant)) == .releasesUsedUp)

        var replay = Replay(genesis: ledger.genesis, network: ledger.network)
        for entry in try ledger.entries(from: 0, limit: 100) { try replay.apply(entry) }
        #expect(replay.size == 6)
        #expect(try ledger.values(of: Array(replay.state.keys)) == replay.state)
    }

    @Test func proofsHoldUnderTheCheckpoint() async throws {
        let ledger = try await network.make(in: directory)
        for _ in 0..<11 { try await ledger.commit(network.deposit()) }
        let key = try VerifierKey(name: "medseal/test", kind: .note, publicKey: network.ledgerKey.publicKey)
        let signed = try VerifiedCheckpoint(opening: ledger.checkpoint(), log: key).checkpoint.head
        #expect(signed.size == 13)
        let leaves = try ledger.entries(from: 0, limit: 13).map { Merkle.leafHash($0) }
        var heads = [TreeHead.empty]
        var tree = MerkleTree()
        for leaf in leaves {
            _ = tree.append([leaf])
            heads.append(tree.head)
        }
        #expect(heads.last == signed)
        for size in 1...UInt64(13) {
            for position in 0..<size {
                let proof = InclusionProof(hashes: try ledger.inclusionProof(position: position, size: size))
                let leaf = leaves[Int(position)]
                #expect(
                    proof.verify(leafHash: leaf, index: position, size: size, root: heads[Int(size)].root))
            }
            for old in 0...size {
                let proof = ConsistencyProof(hashes: try ledger.consistencyProof(from: old, to: size))
                #expect(proof.verify(from: heads[Int(old)], to: heads[Int(size)]))
            }
        }
        #expect(throws: LedgerError.outOfRange) { try ledger.inclusionProof(position: 13, size: 13) }
        #expect(throws: LedgerError.outOfRange) { try ledger.inclusionProof(position: 1, size: 14) }
        #expect(throws: LedgerError.outOfRange) { try ledger.consistencyProof(from: 5, to: 4) }
    }

    @Test func theIndexFindsWhatIsAboutSomething() async throws {
        let ledger = try await network.make(in: directory)
        let owner = SigningKey.generate()
        let record = RecordHandle.random()
        try await ledger.commit(network.deposit(record, owner: owner))
        try await ledger.commit(network.deposit())
        let grant = try await ledger.commit(network.grant(record, owner: owner)).statement
        for _ in 0..<3 { try await ledger.commit(network.release(record, under: grant)) }

        func positions(
            _ subject: [UInt8]?, _ kind: StatementKind? = nil, after: UInt64? = nil, limit: Int = 100
        ) throws -> [UInt64] {
            try ledger.positions(of: EntryQuery(subject: subject, kind: kind), after: after, limit: limit)
        }
        #expect(try positions(record.bytes) == [2, 4, 5, 6, 7])
        #expect(try positions(record.bytes, .release) == [5, 6, 7])
        #expect(try positions(record.bytes, after: 4) == [5, 6, 7])
        #expect(try positions(record.bytes, after: 2, limit: 2) == [4, 5])
        #expect(try positions(record.bytes, limit: 0) == [])
        #expect(try positions(record.bytes, after: 7) == [])
        #expect(try positions(record.bytes, after: .max) == [])
        #expect(try positions(grant.bytes) == [4, 5, 6, 7])
        #expect(try positions(grant.bytes, .grant) == [4])
        #expect(try positions(grant.bytes, .deposit) == [])
        #expect(try positions(network.hospital.bytes, .deposit) == [2, 3])
        #expect(try positions(network.clinician.key.bytes) == [0, 2, 3])
        #expect(try positions(RecordHandle.random().bytes) == [])
        #expect(try positions(nil) == Array(0..<8))
        #expect(try positions(nil, after: 2, limit: 3) == [3, 4, 5])
        #expect(try positions(nil, .deposit) == [2, 3])
        #expect(try positions(nil, .release, after: 5) == [6, 7])
        #expect(try positions(nil, .release, limit: 2) == [5, 6])
        #expect(try positions(nil, .revoke) == [])
        #expect(try positions([], .deposit) == [2, 3])
    }

    /// Entries at created + 10, 10, 20, 20, 20, 30.
    @Test func theIndexFindsWhatIsOfATime() async throws {
        let clock = TestClock(TestNetwork.created + 10)
        let ledger = try await network.make(in: directory, clock: { clock.now })
        let record = RecordHandle.random()
        for (time, handle): (UInt64, RecordHandle) in [
            (20, .random()), (20, record), (20, .random()), (30, .random()),
        ] {
            clock.set(TestNetwork.created + time)
            try await ledger.commit(network.deposit(handle))
        }
        func positions(
            _ since: UInt64?, _ until: UInt64?, _ subject: [UInt8]? = nil, _ kind: StatementKind? = nil,
            after: UInt64? = nil
        ) throws -> [UInt64] {
            let query = EntryQuery(
                subject: subject, kind: kind, since: since.map { TestNetwork.created + $0 },
                until: until.map { TestNetwork.created + $0 })
            return try ledger.positions(of: query, after: after, limit: 100)
        }
        #expect(try positions(nil, nil) == Array(0..<6))
        #expect(try positions(0, 10) == [])
        #expect(try positions(10, 11) == [0, 1])
        #expect(try positions(11, nil) == [2, 3, 4, 5])
        #expect(try positions(20, 30) == [2, 3, 4])
        #expect(try positions(20, 30, after: 2) == [3, 4])
        #expect(try positions(30, 20) == [])
        #expect(try positions(31, nil) == [])
        #expect(try positions(20, nil, record.bytes) == [3])
        #expect(try positions(21, nil, record.bytes) == [])
        #expect(try positions(nil, 20, nil, .enrol) == [0, 1])
        #expect(try positions(20, nil, nil, .deposit) == [2, 3, 4, 5])
        #expect(try positions(21, nil, nil, .deposit) == [5])
        // A statement by its own id.
        let id = network.id(of: try LogEntry.decode(ledger.entries(from: 3, limit: 1)[0]).statement)
        #expect(try positions(20, 30, id.bytes) == [3])
        #expect(try positions(30, nil, id.bytes) == [])
    }

    /// Whatever is asked, the answer is that of going through the log.
    @Test func theIndexAgreesWithTheLog() async throws {
        let clock = TestClock(TestNetwork.created + 10)
        let ledger = try await network.make(in: directory, clock: { clock.now })
        let owners = (0..<3).map { _ in (RecordHandle.random(), SigningKey.generate()) }
        for (record, owner) in owners {
            clock.set(clock.now + 3)
            try await ledger.commit(network.deposit(record, owner: owner))
            let grant = try await ledger.commit(network.grant(record, owner: owner)).statement
            clock.set(clock.now + 3)
            for _ in 0..<2 { try await ledger.commit(network.release(record, under: grant)) }
        }
        let log = try ledger.entries(from: 0, limit: 100).map { bytes in
            let entry = try LogEntry.decode(bytes)
            let statement = try #require(
                try SignedStatement(entry.statement, network: network.network).verified())
            return (entry, statement)
        }
        let subjects: [[UInt8]?] = [nil] + Set(log.flatMap { $0.1.subjects }).map { $0 }
        let times: [LedgerTime?] = [nil] + Set(log.map(\.0.time)).flatMap { [$0, $0 + 1] }
        for subject in subjects {
            for kind: StatementKind? in [nil, .enrol, .deposit, .grant, .release, .revoke] {
                for since in times {
                    let query = EntryQuery(
                        subject: subject, kind: kind, since: since, until: times.randomElement()!)
                    let after: UInt64? = [nil, 0, 5, 13, .max].randomElement()!
                    let limit = Int.random(in: 0..<16)
                    let found = try ledger.positions(of: query, after: after, limit: limit)
                    let expected = log.filter { entry, statement in
                        (query.subject.map { statement.subjects.contains($0) } ?? true)
                            && (query.kind.map { $0 == statement.assertion.kind } ?? true)
                            && (query.since.map { entry.time >= $0 } ?? true)
                            && (query.until.map { entry.time < $0 } ?? true)
                            && (after.map { entry.position > $0 } ?? true)
                    }.map(\.0.position).prefix(limit)
                    #expect(found == Array(expected), "\(query) after \(String(describing: after))")
                }
            }
        }
    }

    @Test func theLedgersTimeNeverGoesBack() async throws {
        let clock = TestClock(TestNetwork.created - 100)
        var ledger = try await network.make(in: directory, clock: { clock.now })
        #expect(ledger.now() == TestNetwork.created)
        #expect(try LogEntry.decode(ledger.entries(from: 0, limit: 1)[0]).time == TestNetwork.created)
        clock.set(TestNetwork.created + 500)
        #expect(try await ledger.commit(network.deposit()).time == TestNetwork.created + 500)
        clock.set(TestNetwork.created + 5)
        #expect(try await ledger.commit(network.deposit()).time == TestNetwork.created + 500)
        ledger.close()
        ledger = try network.open(directory, clock: { clock.now })
        #expect(ledger.now() == TestNetwork.created + 500)
        #expect(try await ledger.commit(network.deposit()).time == TestNetwork.created + 500)
    }

    @Test func listenersHearOfEveryGrowth() async throws {
        let ledger = try await network.make(in: directory)
        var fromStart = ledger.committed(after: nil).makeAsyncIterator()
        var fromEnd = ledger.committed(after: 1).makeAsyncIterator()
        #expect(await fromStart.next() == 2)
        try await ledger.commit(network.deposit())
        #expect(await fromStart.next() == 3)
        #expect(await fromEnd.next() == 3)
        ledger.close()
        #expect(await fromStart.next() == nil)
        var afterClose = ledger.committed(after: nil).makeAsyncIterator()
        #expect(await afterClose.next() == nil)
    }

    @Test func aClosedLedgerSaysSo() async throws {
        let ledger = try await network.make(in: directory)
        ledger.close()
        #expect(ledger.state == .closed)
        await #expect(throws: LedgerError.closed) { try await ledger.submit(network.deposit()) }
        #expect(throws: LedgerError.closed) { try ledger.value(of: .clock(.random())) }
        #expect(throws: LedgerError.closed) { try ledger.checkpoint() }
        #expect(throws: LedgerError.closed) { try ledger.examine() }
        ledger.close()
    }

    @Test func commitsAreSynced() async throws {
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        let database = try LedgerDatabase(path: directory.path + "/ledger.sqlite")
        let (journalMode, synchronous) = try database.durability()
        #expect(journalMode == "wal")
        #expect(synchronous == 2)
        database.close()
    }

    @Test func openingSaysWhatIsWrong() async throws {
        #expect(throws: LedgerError.absent) { try network.open(directory) }
        #expect(throws: LedgerError.self) { try EmbeddedLedger.create(at: directory.path, genesis: [1]) }
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        #expect(throws: LedgerError.exists) {
            try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        }
        #expect(throws: LedgerError.otherNetwork) {
            try EmbeddedLedger(
                directory: directory.path, genesis: TestNetwork(origin: "medseal/other").file,
                key: network.ledgerKey)
        }
        #expect(throws: LedgerError.otherKey) {
            try EmbeddedLedger(directory: directory.path, genesis: network.file, key: network.hospitalRoot)
        }
        let ledger = try network.open(directory)
        #expect(throws: LedgerError.inUse) { try network.open(directory) }
        ledger.close()
        withExtendedLifetime(ledger) {}
    }
}
