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

/// What the ledger does when its files are not as it left them (SECURITY.md, T33, T34).
@Suite struct DamageTests {
    let network = TestNetwork()
    let directory = TestDirectory()

    // MARK: The anchor

    @Test func yesterdaysDatabaseOpensReadOnly() async throws {
        var ledger = try await network.make(in: directory)
        try await ledger.commit(network.deposit())
        ledger.close()
        let yesterday = directory.read("ledger.sqlite")
        ledger = try network.open(directory)
        for _ in 0..<2 { try await ledger.commit(network.deposit()) }
        ledger.close()
        directory.write(yesterday, to: "ledger.sqlite")

        ledger = try network.open(directory)
        let reason = ReadOnlyReason.behindAnchor(anchored: 5, present: 3)
        #expect(ledger.state == .readOnly(reason))
        await #expect(throws: LedgerError.readOnly(reason)) { try await ledger.submit(network.deposit()) }
        #expect(throws: LedgerError.readOnly(reason)) { try ledger.checkpoint() }
        #expect(try ledger.entries(from: 0, limit: 10).count == 3)
        #expect(try ledger.examine().map(\.place) == [.anchor])
    }

    @Test func anotherHistoryOpensReadOnly() async throws {
        let otherDirectory = TestDirectory()
        let ledgers = (try await network.make(in: directory), try await network.make(in: otherDirectory))
        try await ledgers.0.commit(network.deposit())
        for _ in 0..<2 { try await ledgers.1.commit(network.deposit()) }
        ledgers.0.close()
        ledgers.1.close()
        directory.write(otherDirectory.read("ledger.sqlite"), to: "ledger.sqlite")

        let ledger = try network.open(directory)
        let reason = ReadOnlyReason.differsFromAnchor(size: 3)
        #expect(ledger.state == .readOnly(reason))
        await #expect(throws: LedgerError.readOnly(reason)) { try await ledger.submit(network.deposit()) }
        #expect(try ledger.examine().map(\.place) == [.anchor])
    }

    @Test func aNewDatabaseUnderAnOldAnchorOpensReadOnly() async throws {
        try await network.make(in: directory).close()
        directory.remove("ledger.sqlite")
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        let ledger = try network.open(directory)
        #expect(ledger.state == .readOnly(.behindAnchor(anchored: 2, present: 0)))
    }

    @Test func withoutItsAnchorTheLedgerOpensReadOnly() async throws {
        try await network.make(in: directory).close()
        let note = directory.read("checkpoint")
        directory.remove("checkpoint")
        try expectReadOnly(.anchorMissing)
        directory.write([], to: "checkpoint")
        try expectReadOnly(.anchorDamaged)
        directory.write(Array(note.dropLast(10)), to: "checkpoint")
        try expectReadOnly(.anchorDamaged)
        let checkpoint = try Checkpoint(origin: "medseal/test", head: .empty)
        let stranger = try NoteSigner(name: "medseal/test", kind: .note, key: .generate())
        directory.write(try stranger.sign(checkpoint).encoded, to: "checkpoint")
        try expectReadOnly(.anchorDamaged)
    }

    private func expectReadOnly(
        _ reason: ReadOnlyReason, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let ledger = try network.open(directory)
        #expect(ledger.state == .readOnly(reason), sourceLocation: sourceLocation)
        #expect(try ledger.examine().map(\.place) == [.anchor], sourceLocation: sourceLocation)
        ledger.close()
    }

    @Test func anAnchorThatACrashLeftBehindIsBroughtUpToDate() async throws {
        var ledger = try await network.make(in: directory)
        let behind = directory.read("checkpoint")
        try await ledger.commit(network.deposit())
        ledger.close()
        let newest = directory.read("checkpoint")
        directory.write(behind, to: "checkpoint")
        ledger = try network.open(directory)
        #expect(ledger.state == .healthy)
        #expect(directory.read("checkpoint") == newest)
        try await ledger.commit(network.deposit())
        #expect(try ledger.examine() == [])
    }

    @Test func aCrashWhileBeingMadeIsMadeGood() async throws {
        directory.write([1, 2, 3], to: "ledger.sqlite.new")
        directory.write([1, 2, 3], to: "ledger.sqlite.new-wal")
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        #expect(directory.files == ["ledger.sqlite"])
        try network.open(directory).close()
        // As if the first opening had signed the empty log and stopped before anchoring it.
        directory.remove("checkpoint")
        let ledger = try network.open(directory)
        #expect(ledger.state == .healthy)
        try await ledger.commit(network.enrolments[0])
    }

    // MARK: Rows

    /// One line a change: what is done to the closed database, and where the examination finds it.
    @Test func everyChangedRowIsFoundAndNamed() async throws {
        let record = RecordHandle.random()
        let owner = SigningKey.generate()
        let ledger = try await network.make(in: directory)
        try await ledger.commit(network.deposit(record, owner: owner))
        let grant = network.grant(record, owner: owner)
        try await ledger.commit(grant)
        for _ in 0..<4 { try await ledger.commit(network.deposit()) }
        let key = StateKey.grant(network.id(of: grant))
        let mark = StateKey.statement(network.id(of: grant))
        let markValue = try #require(try ledger.value(of: mark))
        var flippedID = network.id(of: grant).bytes
        flippedID[16] = flippedID[16] == 0x41 ? 0x42 : 0x41
        let flippedMark = StateKey.statement(StatementID(flippedID)!)
        ledger.close()
        let whole = directory.snapshot()

        let subject = record.bytes
        let lines: [(String, Set<Finding.Place>)] = [
            ("UPDATE entries SET entry = \(flipped("entry")) WHERE position = 3", [.entry(3)]),
            (
                "UPDATE entries SET leaf_hash = \(flipped("leaf_hash")) WHERE position = 3",
                [.entry(3), .node(level: 1, position: 1)]
            ),
            (
                "\(unchecked) UPDATE entries SET leaf_hash = x'00' WHERE position = 3",
                [.entry(3)]
            ),
            (
                "\(unchecked) UPDATE nodes SET hashes = substr(hashes, 1, length(hashes) - 1)",
                [.node(level: 3, position: 0)]
            ),
            ("UPDATE marks SET position = 4 WHERE position = 3", [.state(mark)]),
            ("UPDATE marks SET value = \(flipped("value")) WHERE position = 3", [.state(mark)]),
            ("DELETE FROM marks WHERE position = 3", [.state(mark)]),
            (
                "UPDATE marks SET statement = \(flipped("statement")) WHERE position = 3",
                [.state(mark), .state(flippedMark)]
            ),
            (forged(network.id(of: grant), value: markValue, position: 4), [.state(mark)]),
            (forged(key, value: [0x80]), [.state(key)]),
            (
                """
                INSERT INTO state (key, value, check_digest)
                    SELECT \(StateRow.stored(mark).sql), value, check_digest FROM marks WHERE position = 3
                """, [.state(mark)]
            ),
            ("DELETE FROM entries WHERE position = 3", [.entry(3)]),
            ("UPDATE entries SET position = 1000000000000 WHERE position = 7", [.entry(7)]),
            (changeNode(1, 2), [.node(level: 1, position: 2), .node(level: 2, position: 1)]),
            (cutNode(2, 1), [.node(level: 2, position: 1), .node(level: 3, position: 0)]),
            (
                "UPDATE nodes SET hashes = CAST(hashes || randomblob(32) AS BLOB)",
                [.node(level: 1, position: 4)]
            ),
            (
                "INSERT INTO nodes VALUES (\(NodePlace(level: 6, position: 0).row), randomblob(64))",
                [.node(level: 6, position: 0), .node(level: 6, position: 1)]
            ),
            (
                "INSERT INTO nodes VALUES (\(NodePlace(level: 63, position: 0).row + 2), randomblob(32))",
                [.tree]
            ),
            (
                "UPDATE state SET value = \(flipped("value")) WHERE key = \(StateRow.stored(key).sql)",
                [.state(key)]
            ),
            (
                "UPDATE state SET check_digest = \(flipped("check_digest")) WHERE key = \(StateRow.stored(key).sql)",
                [.state(key)]
            ),
            ("DELETE FROM state WHERE key = \(StateRow.stored(key).sql)", [.state(key)]),
            (
                "INSERT INTO state (key, value, check_digest) VALUES (x'0105', x'00', randomblob(16))",
                [.state(StateKey(bytes: [5, 1]))]
            ),
            (
                "DELETE FROM subjects WHERE subject = \(subject.sql) AND position = 3",
                [.subject(subject, position: 3)]
            ),
            ("INSERT INTO subjects VALUES (0, \(subject.sql), 7, 4)", [.subject(subject, position: 4)]),
            (
                "UPDATE subjects SET kind = 13 WHERE subject = \(subject.sql) AND position = 3",
                [.subject(subject, position: 3)]
            ),
            (
                """
                PRAGMA ignore_check_constraints = ON;
                UPDATE subjects SET span = 1 WHERE subject = \(subject.sql) AND position = 3
                """, [.subject(subject, position: 3)]
            ),
            ("UPDATE checkpoint SET note = \(flipped("note"))", [.checkpoint]),
            ("DELETE FROM checkpoint", [.checkpoint]),
            ("DROP TABLE subjects; CREATE TABLE subjects (span, subject, kind, position)", [.database]),
        ]
        for (sql, places) in lines {
            directory.restore(whole)
            let database = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
            try await database.writeWithoutTransaction { try $0.execute(sql: sql) }
            try database.close()
            let ledger = try network.open(directory)
            let found = Set(try ledger.examine().map(\.place))
            #expect(places.isSubset(of: found), "\(sql): \(found)")
            // A damaged row is not blamed on others: but a table that is gone concerns all of it.
            if places != [.database] {
                let others = found.subtracting(places).subtracting([.tree, .checkpoint, .anchor])
                #expect(others.isEmpty, "\(sql): \(others)")
            }
            ledger.close()
        }
    }

    private let unchecked = "PRAGMA ignore_check_constraints = ON;"

    /// SQL that changes a row of the state together with its check digest.
    private func forged(_ key: StateKey, value: [UInt8]) -> String {
        let checkDigest = StateRow.checkDigest(key: key, value: value, position: nil)
        return """
            UPDATE state SET value = \(value.sql), check_digest = \(checkDigest.sql)
            WHERE key = \(StateRow.stored(key).sql)
            """
    }

    private func forged(_ marked: StatementID, value: [UInt8], position: UInt64) -> String {
        let checkDigest = StateRow.checkDigest(key: .statement(marked), value: value, position: position)
        return """
            UPDATE marks SET value = \(value.sql), position = \(position), check_digest = \(checkDigest.sql)
            WHERE statement = \(marked.bytes.sql)
            """
    }

    /// SQL that flips a bit in the middle of a blob.
    private func flipped(_ column: String) -> String {
        """
        CAST(substr(\(column), 1, length(\(column)) / 2)
            || CASE hex(substr(\(column), length(\(column)) / 2 + 1, 1)) WHEN '41' THEN x'42' ELSE x'41' END
            || substr(\(column), length(\(column)) / 2 + 2) AS BLOB)
        """
    }

    @Test func aDamagedRowIsNeverAnswered() async throws {
        let record = RecordHandle.random()
        let owner = SigningKey.generate()
        let whole = try await network.make(in: directory)
        try await whole.commit(network.deposit(record, owner: owner))
        for _ in 0..<5 { try await whole.commit(network.deposit()) }
        whole.close()
        let database = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
        let key = StateKey.record(record)
        try await database.writeWithoutTransaction { [self] connection in
            try connection.execute(
                sql: "UPDATE state SET value = \(flipped("value")) WHERE key = \(StateRow.stored(key).sql)")
            try connection.execute(sql: "UPDATE entries SET entry = \(flipped("entry")) WHERE position = 4")
            try connection.execute(sql: changeNode(1, 0))
        }
        try database.close()

        let ledger = try network.open(directory)
        #expect(ledger.state == .healthy)
        let damagedState = LedgerError.damaged(Finding(.state(key), "differs from its check digest"))
        #expect(throws: damagedState) { try ledger.value(of: key) }
        #expect(throws: damagedState) { try ledger.values(of: [.clock(record), key]) }
        #expect(String(describing: damagedState).contains("04" + record.hex))
        let damagedEntry = LedgerError.damaged(Finding(.entry(4), "differs from its leaf hash"))
        #expect(throws: damagedEntry) { try ledger.entries(from: 0, limit: 10) }
        #expect(try ledger.entries(from: 0, limit: 4).count == 4)
        #expect(throws: LedgerError.self) { try ledger.inclusionProof(position: 4, size: 8) }
        #expect(throws: LedgerError.self) { try ledger.inclusionProof(position: 2, size: 8) }
        #expect(throws: LedgerError.self) { try ledger.inclusionProof(position: 2, size: 3) }
        #expect(throws: LedgerError.self) { try ledger.consistencyProof(from: 2, to: 8) }
        #expect(throws: LedgerError.self) { try ledger.consistencyProof(from: 2, to: 3) }

        // Who needs the damaged row is told; the others of the same block go on.
        let statements = [network.deposit(), network.grant(record, owner: owner), network.deposit()]
        let outcomes = await withTaskGroup(of: (Int, LedgerError?).self) { group in
            for (index, statement) in statements.enumerated() {
                group.addTask {
                    do throws(LedgerError) {
                        _ = try await ledger.submit(statement)
                        return (index, nil)
                    } catch { return (index, error) }
                }
            }
            return await group.reduce(into: [Int: LedgerError]()) { $0[$1.0] = $1.1 }
        }
        #expect(outcomes == [1: damagedState])
        #expect(ledger.state == .healthy)
    }

    /// One line a change to the closed database, and what the ledger then opens with.
    @Test func aDamagedEndOpensReadOnly() async throws {
        try await network.make(in: directory).close()
        let whole = directory.snapshot()
        let lines: [(String, Finding)] = [
            (
                "UPDATE entries SET entry = \(flipped("entry")) WHERE position = 1",
                Finding(.entry(1), "differs from its leaf hash")
            ),
            (
                "UPDATE nodes SET hashes = \(flipped("hashes"))",
                Finding(.tree, "has another root than the checkpoint")
            ),
            ("DELETE FROM nodes", Finding(.node(level: 1, position: 0), "is missing")),
            ("DELETE FROM checkpoint", Finding(.checkpoint, "is missing")),
            (
                "\(unchecked) UPDATE checkpoint SET only_row = 2",
                Finding(.checkpoint, "is missing")
            ),
            (
                "UPDATE checkpoint SET note = \(flipped("note"))",
                Finding(.checkpoint, "is not signed by this ledger")
            ),
            (
                "DELETE FROM entries WHERE position = 1",
                Finding(.checkpoint, "covers 2 entries, but the database has 1")
            ),
        ]
        for (sql, finding) in lines {
            directory.restore(whole)
            let database = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
            try await database.writeWithoutTransaction { try $0.execute(sql: sql) }
            try database.close()
            let ledger = try network.open(directory)
            #expect(ledger.state == .readOnly(.damaged(finding)), "\(sql)")
            ledger.close()
        }
    }

    @Test func aDamagedGenesisDoesNotOpen() async throws {
        try await network.make(in: directory).close()
        let whole = directory.snapshot()
        for sql in [
            "UPDATE network SET genesis = \(flipped("genesis"))", "DELETE FROM network",
            "\(unchecked) UPDATE network SET only_row = 2",
        ] {
            directory.restore(whole)
            let database = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
            try await database.writeWithoutTransaction { try $0.execute(sql: sql) }
            try database.close()
            #expect(throws: LedgerError.otherNetwork, "\(sql)") { try network.open(directory) }
        }
    }

    /// The root that is signed is computed from what is stored, not from what was meant to be stored.
    @Test func aTreeThatWasChangedUnderneathIsNotSigned() async throws {
        let ledger = try await network.make(in: directory)
        for _ in 0..<6 { try await ledger.commit(network.deposit()) }
        let checkpoint = try ledger.checkpoint()
        let database = try DatabaseQueue(path: directory.path + "/ledger.sqlite")
        try await database.writeWithoutTransaction { connection in
            try connection.execute(sql: changeNode(3, 0))
        }
        try database.close()

        let finding = Finding(.tree, "as stored has another root than what was appended")
        await #expect(throws: LedgerError.damaged(finding)) { try await ledger.submit(network.deposit()) }
        #expect(ledger.state == .readOnly(.damaged(finding)))
        #expect(try ledger.checkpoint() == checkpoint)
        #expect(try ledger.entries(from: 0, limit: 10).count == 8)
    }

    // MARK: Bytes

    /// Flips bits over the whole closed database file. `EVERY_BYTE=1` flips one of each byte, which takes long;
    /// `EVERY_BYTE=0-99,4096-8191` all of them in some ranges.
    @Test func everyFlippedByteIsFoundOrChangesNothing() async throws {
        let ledger = try await network.make(in: directory)
        for _ in 0..<3 { try await ledger.commit(network.deposit()) }
        ledger.close()
        let content = try directory.content()
        let counts = try await flip("ledger.sqlite", content)
        #expect(counts.found > 0)
    }

    /// The same over the WAL that a killed process leaves behind.
    @Test func everyFlippedByteOfTheWALIsFoundOrChangesNothing() async throws {
        let ledger = try await network.make(in: directory)
        for _ in 0..<3 { try await ledger.commit(network.deposit()) }
        let running = directory.snapshot()
        ledger.close()
        let content = try directory.content()
        directory.restore(running)
        #expect(directory.files.contains("ledger.sqlite-wal"))
        #expect(try await flip("ledger.sqlite-wal", content).found > 0)
    }

    /// And over the anchor.
    @Test func everyFlippedByteOfTheAnchorIsFound() async throws {
        try await network.make(in: directory).close()
        #expect(try await flip("checkpoint", directory.content()).harmless == 0)
    }

    /// And over a validator's copy's database, which remembers when it confirmed.
    @Test func everyFlippedByteOfAValidatorsCopyIsFoundOrChangesNothing() async throws {
        let forge = Forge(network, deposits: 3)
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        let copy = try ValidatorCopy(directory: directory.path, genesis: network.file)
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(size: 4), clock: ValidatorCopyTests.now)
        copy.close()
        let counts = try await flip("ledger.sqlite", directory.content()) { directory in
            try ValidatorCopy(directory: directory.path, genesis: network.file).close()
            let stored = try OfflineLedger(directory: directory.path, genesis: network.file)
            defer { stored.close() }
            return try !stored.examine().isEmpty
        }
        #expect(counts.found > 0)
    }

    private func flip(_ name: String, _ content: [[Row]]) async throws -> (found: Int, harmless: Int) {
        try await flip(name, content) { directory in
            let ledger = try network.open(directory)
            defer { ledger.close() }
            return try ledger.state != .healthy || !ledger.examine().isEmpty
        }
    }

    /// Whatever `isFound` throws has found it too.
    private func flip(
        _ name: String, _ content: [[Row]], isFound: (TestDirectory) throws -> Bool
    ) async throws -> (found: Int, harmless: Int) {
        let whole = directory.snapshot()
        let bytes = try #require(whole[name])
        var counts = (found: 0, harmless: 0)
        for (offset, bits) in flips(in: bytes.count) {
            var files = whole
            files[name]![offset] ^= bits
            directory.restore(files)
            if (try? isFound(directory)) ?? true {
                counts.found += 1
            } else {
                counts.harmless += 1
                #expect(try directory.content() == content, "byte \(offset) of \(name), bits \(bits)")
            }
        }
        return counts
    }
}

/// What to flip of so many bytes: a random bit here and there, or as `EVERY_BYTE` says.
func flips(in count: Int) -> [(offset: Int, bits: UInt8)] {
    let chosen = getenv("EVERY_BYTE").map { String(cString: $0) }
    let ranges = (chosen ?? "").split(separator: ",").compactMap { range -> ClosedRange<Int>? in
        let ends = range.split(separator: "-").compactMap { Int($0) }
        return ends.count == 2 ? ends[0]...ends[1] : nil
    }
    guard ranges.isEmpty else {
        return (0..<count).filter { offset in ranges.contains { $0.contains(offset) } }
            .flatMap { offset in (0..<8).map { (offset, 1 << UInt8($0)) } }
    }
    return stride(from: 0, to: count, by: chosen == nil ? max(1, count / 120) | 1 : 1).map {
        ($0, 1 << UInt8.random(in: 0..<8))
    }
}

extension [UInt8] {
    /// The bytes as an SQL literal.
    var sql: String { "x'\(lowercaseHex(self))'" }
}
