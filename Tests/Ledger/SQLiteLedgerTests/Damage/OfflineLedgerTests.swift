import Contract
import GRDB
import Glibc
import Identity
import Ledger
import Primitives
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import SQLiteLedger

/// Checking and mending without the ledger's key.
@Suite struct OfflineLedgerTests {
    let network = TestNetwork()
    let directory = TestDirectory()

    /// A closed ledger of `deposits` and 2 entries.
    private func make(deposits: Int) async throws {
        let ledger = try await network.make(in: directory)
        for _ in 0..<deposits { try await ledger.commit(network.deposit()) }
        ledger.close()
    }

    private func open() throws -> OfflineLedger {
        try OfflineLedger(directory: directory.path, genesis: network.file)
    }

    private func withStored<Value>(_ body: (OfflineLedger) throws -> Value) throws -> Value {
        let stored = try open()
        defer { stored.close() }
        return try body(stored)
    }

    private func parts(_ count: UInt64, _ stored: OfflineLedger) throws -> [Finding] {
        try (1...count).flatMap { try stored.examine(ExaminedPart($0, of: count)!) }
    }

    @Test func aWholeLedgerHasNoFindings() async throws {
        try await make(deposits: 20)
        try withStored { stored throws in
            var told = [UInt64]()
            #expect(try stored.examine { done, total in told += [done, total] } == [])
            #expect(told == [22, 22])
            for count: UInt64 in [1, 2, 3, 7, 22, 100, ExaminedPart.countMax] {
                let numbers = count > 100 ? [1, 2, 999, count] : Array(1...count)
                for number in numbers {
                    #expect(try stored.examine(ExaminedPart(number, of: count)!) == [])
                }
            }
            #expect(throws: LedgerError.inUse) { try network.open(directory) }
        }
        #expect(try network.open(directory).state == .healthy)
    }

    @Test func aValidatorsCopyIsNoDamagedLedger() throws {
        var forge = Forge(network, deposits: 9)
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        func follow(_ body: (ValidatorCopy) throws -> Void) throws {
            let copy = try ValidatorCopy(directory: directory.path, genesis: network.file)
            defer { copy.close() }
            try body(copy)
        }
        func expectWhole(sourceLocation: SourceLocation = #_sourceLocation) throws {
            try withStored { stored throws in
                #expect(try stored.examine() == [], sourceLocation: sourceLocation)
                #expect(try parts(3, stored) == [], sourceLocation: sourceLocation)
            }
        }
        try expectWhole()
        try follow { try forge.extend($0) }
        try expectWhole()
        try follow { try $0.confirm(forge.checkpoint(size: 4), clock: ValidatorCopyTests.now) }
        try expectWhole()
        forge.append(network.deposit())
        try follow { copy in
            try forge.extend(copy)
            try copy.confirm(forge.checkpoint(), clock: ValidatorCopyTests.now)
        }
        try expectWhole()
        try directory.change("UPDATE confirmed SET moment = moment + 1")
        let finding = Finding(
            .checkpoint, "was confirmed at a time that differs from its check digest")
        #expect(try withStored { try $0.examine() } == [finding])
        try directory.change("DELETE FROM confirmed; DELETE FROM checkpoint")
        #expect(try withStored { try $0.examine() }.map(\.place) == [.checkpoint])
    }

    /// A checkpoint that the ledger has signed, but not over this.
    @Test func aCheckpointOfSomethingElseIsFound() async throws {
        let forge = Forge(network, deposits: 9)
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        let copy = try ValidatorCopy(directory: directory.path, genesis: network.file)
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(), clock: ValidatorCopyTests.now)
        copy.close()
        let whole = directory.snapshot()
        let fork = Forge(network, deposits: 9)
        func expect(
            _ note: VerifiedCheckpoint, _ places: [Finding.Place],
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            directory.restore(whole)
            try directory.change("UPDATE checkpoint SET note = \(note.note.encoded.sql)")
            let found = try withStored { try $0.examine() }.map(\.place)
            #expect(found == places, sourceLocation: sourceLocation)
        }
        try expect(forge.checkpoint(size: 7), [])
        try expect(fork.checkpoint(size: 7), [.checkpoint])
        try expect(fork.checkpoint(), [.checkpoint])
        var longer = Forge(network, repeating: forge.entries)
        longer.append(network.deposit())
        try expect(longer.checkpoint(), [.checkpoint])
        // In a ledger it has to cover everything.
        directory.restore(whole)
        try directory.change(
            """
            DELETE FROM confirmed;
            UPDATE checkpoint SET note = \(forge.checkpoint(size: 7).note.encoded.sql)
            """)
        #expect(try withStored { try $0.examine() }.map(\.place) == [.checkpoint])
        // And what was confirmed has an anchor.
        directory.restore(whole)
        directory.remove("checkpoint")
        #expect(try withStored { try $0.examine() }.map(\.place) == [.anchor])
    }

    /// One line a change, and where the parts together find it, each once, whatever their number.
    @Test func everyChangedRowIsInOnePart() async throws {
        try await make(deposits: 20)
        let whole = directory.snapshot()
        let random = "randomblob(32)"
        let lines: [(String, Finding.Place)] = [
            ("UPDATE entries SET leaf_hash = \(random) WHERE position = 20", .entry(20)),
            ("DELETE FROM entries WHERE position = 5", .entry(5)),
            ("DELETE FROM entries WHERE position = 10 OR position = 11", .entry(10)),
            (changeNode(2, 3), .node(level: 2, position: 3)),
            (cutNode(1, 7), .node(level: 1, position: 7)),
            ("INSERT INTO nodes VALUES (\(NodePlace(level: 6, position: 0).row), \(random))", .tree),
            ("UPDATE checkpoint SET note = x'00'", .checkpoint),
        ]
        for (sql, place) in lines {
            for count: UInt64 in [1, 4, 22] {
                directory.restore(whole)
                try directory.change(sql)
                let found = Set(try withStored { try parts(count, $0) }.map(\.place))
                #expect(found.contains(place), "\(sql) in \(count): \(found)")
            }
        }
        // Of one row of a table there is one finding.
        for (sql, problem) in [
            ("UPDATE marks SET value = x'00' WHERE position = 9", "differs from its check digest"),
            (
                "INSERT INTO subjects VALUES (0, x'0102', 3, 4)", "is not what the entry is about"
            ),
            (
                """
                DELETE FROM subjects WHERE (subject, position) =
                    (SELECT subject, position FROM subjects WHERE position = 9)
                """, "is missing"
            ),
        ] {
            directory.restore(whole)
            try directory.change(sql)
            for count: UInt64 in [1, 5] {
                #expect(try withStored { try parts(count, $0) }.map(\.problem) == [problem], "\(sql)")
            }
        }
        // A mark that agrees with itself and points elsewhere.
        directory.restore(whole)
        let first = try await firstEntry()
        let mark = StateKey.statement(network.id(of: first.statement))
        let value = StatementState(kind: .enrol, time: first.time).encoded()
        let checkDigest = StateRow.checkDigest(key: mark, value: value, position: 7)
        try directory.change(
            "UPDATE marks SET position = 7, check_digest = \(checkDigest.sql) WHERE position = 0")
        #expect(
            try withStored { try parts(4, $0) }
                == [Finding(.state(mark), "is not at 0, where the statement is")])
        // An entry that says that it led to another state.
        directory.restore(whole)
        let other = first.with(stateDigest: digest(1)).encoded()
        try directory.change(
            "UPDATE entries SET entry = \(other.sql), leaf_hash = \(Merkle.leafHash(other).sql) WHERE position = 0"
        )
        #expect(
            try withStored { try parts(4, $0) }.contains(
                Finding(.entry(0), "the state digest differs")))
        // A statement that nobody signed, in a row that agrees with itself.
        directory.restore(whole)
        let entry = try await firstEntry()
        var statement = entry.statement
        statement[statement.count - 1] ^= 1
        let forged = entry.with(statement: statement).encoded()
        try directory.change(
            "UPDATE entries SET entry = \(forged.sql), leaf_hash = \(Merkle.leafHash(forged).sql) WHERE position = 0"
        )
        let found = try withStored { try parts(4, $0) }
        #expect(found.contains(Finding(.entry(0), "a signature of the statement does not hold")))
        #expect(found.contains { $0.place == .node(level: 1, position: 0) })
    }

    private func firstEntry() async throws -> LogEntry {
        let ledger = try network.open(directory)
        defer { ledger.close() }
        return try LogEntry.decode(ledger.entries(from: 0, limit: 1)[0])
    }

    @Test func partsMeetWithoutGap() {
        for count: UInt64 in [1, 2, 3, 7, 1000] {
            for total: UInt64 in [0, 1, 5, 1_000_000_000_000] {
                var end: UInt64 = 0
                for number in 1...count {
                    let range = ExaminedPart(number, of: count)!.range(of: total)
                    #expect(range.lowerBound == end)
                    end = range.upperBound
                }
                #expect(end == total)
            }
        }
        #expect(ExaminedPart(0, of: 3) == nil)
        #expect(ExaminedPart(4, of: 3) == nil)
        #expect(ExaminedPart(1, of: ExaminedPart.countMax + 1) == nil)
    }

    /// A log of writes beside no database would come back into the next one.
    @Test func aWALThatWasLeftBehindIsNotTakenOver() throws {
        directory.write([1], to: "ledger.sqlite-wal")
        let refusal = LedgerError.storage("ledger.sqlite-wal was not folded into its database")
        #expect(throws: refusal) { try EmbeddedLedger.create(at: directory.path, genesis: network.file) }
        #expect(directory.files == ["ledger.sqlite-wal"])
    }

    // MARK: Rebuilding

    @Test func whatIsDerivedIsMadeAnew() async throws {
        try await make(deposits: 20)
        let whole = directory.read("ledger.sqlite")
        let content = try directory.content()
        try directory.change(
            """
            DELETE FROM state; DELETE FROM marks; UPDATE nodes SET hashes = randomblob(32); DELETE FROM subjects;
            UPDATE checkpoint SET note = x'00'
            """)
        let rebuilt = try open().rebuild(now: 1_800_000_000)
        #expect(
            rebuilt
                == .init(size: 22, leftOut: 0, previous: "ledger.sqlite.replaced-20270115T080000Z"))
        #expect(directory.files == ["checkpoint", "ledger.sqlite", rebuilt.previous])
        #expect(directory.read(rebuilt.previous).count == whole.count)
        #expect(try directory.content() == content)
        let ledger = try network.open(directory)
        #expect(ledger.state == .healthy)
        #expect(try ledger.examine() == [])
        try await ledger.commit(network.deposit())
    }

    /// A validator's copy remembers when it confirmed, and may have to fetch again what nobody has signed here.
    @Test func aValidatorsCopyIsMadeAnew() throws {
        let forge = Forge(network, deposits: 9)
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        var copy = try ValidatorCopy(directory: directory.path, genesis: network.file)
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(size: 7), clock: ValidatorCopyTests.now + 1000)
        copy.close()
        let rebuilt = try open().rebuild(now: 0)
        #expect(rebuilt.size == 7 && rebuilt.leftOut == 4)
        copy = try ValidatorCopy(directory: directory.path, genesis: network.file)
        #expect(copy.head.size == 7)
        #expect(
            throws: CopyError.clock(
                position: 7, time: ValidatorCopyTests.now, now: ValidatorCopyTests.now + 1000)
        ) { try forge.extend(copy, clock: ValidatorCopyTests.now + 1000) }
    }

    /// One line a change, and what cannot be made good again.
    @Test func whatCannotBeRebuiltIsNamed() async throws {
        try await make(deposits: 20)
        let whole = directory.snapshot()
        let other = Forge(network, deposits: 20)
        let lines: [(String, RestoreError)] = [
            (
                "DELETE FROM entries WHERE position = 5",
                .fault(.init(position: 5, reason: "the entry is missing"))
            ),
            (
                "DELETE FROM entries WHERE position = 21",
                .fault(.init(position: 21, reason: "the entry is missing"))
            ),
            (
                "UPDATE entries SET entry = x'00' WHERE position = 5",
                .fault(.init(position: 5, reason: "the entry is malformed: not a log entry"))
            ),
            (
                (0..<22).map { "UPDATE entries SET entry = \(other.entries[$0].sql) WHERE position = \($0)" }
                    .joined(separator: ";"), .otherRoot(size: 22)
            ),
        ]
        for (sql, refusal) in lines {
            directory.restore(whole)
            try directory.change(sql)
            let before = try directory.content()
            let stored = try open()
            #expect(throws: refusal) { try stored.rebuild(now: 0) }
            stored.close()
            let isUntouched = try directory.content() == before
            #expect(isUntouched && !directory.files.contains { $0.contains(".new") })
        }
        directory.restore(whole)
        try directory.change("DELETE FROM checkpoint")
        directory.remove("checkpoint")
        let stored = try open()
        #expect(throws: RestoreError.unsigned) { try stored.rebuild(now: 0) }
    }
}

extension TestDirectory {
    /// Changes the closed database.
    func change(_ sql: String) throws {
        let database = try DatabaseQueue(path: path + "/ledger.sqlite")
        try database.writeWithoutTransaction { try $0.execute(sql: sql) }
        try database.close()
    }

    /// Every row of every table.
    func content() throws -> [[Row]] {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path + "/ledger.sqlite", configuration: configuration)
        defer { try? database.close() }
        return try database.read { connection in
            try ["network", "entries", "nodes", "marks", "state", "subjects", "checkpoint", "confirmed"].map {
                try Row.fetchAll(connection, sql: "SELECT * FROM \($0)")
            }
        }
    }
}

/// SQL that puts another hash in the place of a stored node.
func changeNode(_ level: Int, _ position: UInt64) -> String {
    let place = NodePlace(level: level, position: position)
    let start = 32 * place.index
    return """
        UPDATE nodes SET hashes = CAST(substr(hashes, 1, \(start)) || randomblob(32)
            || substr(hashes, \(start + 33)) AS BLOB)
        WHERE place = \(place.row) AND length(hashes) > \(start)
        """
}

/// SQL that cuts a stored node off, and what was made after it of its row.
func cutNode(_ level: Int, _ position: UInt64) -> String {
    let place = NodePlace(level: level, position: position)
    return place.index == 0
        ? "DELETE FROM nodes WHERE place = \(place.row)"
        : "UPDATE nodes SET hashes = substr(hashes, 1, \(32 * place.index)) WHERE place = \(place.row)"
}

/// Has this process killed by its own hand within some microseconds.
func killSoon(within microseconds: Range<UInt32>) {
    let delay = UInt32.random(in: microseconds)
    let context = UnsafeMutablePointer<UInt32>.allocate(capacity: 1)
    context.initialize(to: delay)
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            usleep(context!.load(as: UInt32.self))
            kill(getpid(), SIGKILL)
            return nil
        }, context)
}
