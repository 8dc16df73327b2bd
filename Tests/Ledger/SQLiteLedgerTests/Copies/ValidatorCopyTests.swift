import Contract
import Glibc
import Identity
import Ledger
import Primitives
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import SQLiteLedger

/// A validator's copy takes nothing from a lying operator, and forgets nothing that it has confirmed (SECURITY.md, T31,
/// T32).
@Suite struct ValidatorCopyTests {
    static let now = TestNetwork.created + 10
    let network = TestNetwork()
    let directory = TestDirectory()

    private func make(_ forge: Forge) throws -> ValidatorCopy {
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        let copy = try open()
        try follow(forge, copy)
        return copy
    }

    private func open() throws -> ValidatorCopy {
        try ValidatorCopy(directory: directory.path, genesis: network.file)
    }

    private func follow(_ forge: Forge, _ copy: ValidatorCopy) throws {
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(), clock: Self.now)
    }

    @Test func itFollowsAnHonestLog() throws {
        let record = RecordHandle.random()
        var forge = Forge(network, deposits: 600)
        forge.append(network.deposit(record))
        let copy = try make(forge)
        #expect(copy.head == forge.checkpoint().checkpoint.head)
        #expect(copy.time == Self.now)
        #expect(copy.checkpoint == forge.checkpoint().note.encoded)
        #expect(directory.read("checkpoint") == copy.checkpoint)
        #expect(try copy.entries(from: 0, limit: 1000) == forge.entries)
        #expect(try copy.entries(from: 602, limit: 1000) == [forge.entries[602]])
        #expect(try copy.entries(from: 603, limit: 1000) == [])
        #expect(try copy.value(of: .record(record)) != nil)
        #expect(
            try copy.consistencyProof(from: 5, to: 600) == forge.consistency(from: 5, to: 600).hashes)
        #expect(throws: LedgerError.outOfRange) { try copy.consistencyProof(from: 0, to: 604) }
        copy.close()
        #expect(throws: LedgerError.closed) { try copy.value(of: .record(record)) }
        #expect(throws: CopyError.ledger(.closed)) {
            try copy.confirm(forge.checkpoint(), clock: Self.now)
        }
    }

    /// Total loss of the ledger: the copy goes on as one, under the ledger's key.
    @Test func itsDirectoryOpensAsALedger() async throws {
        let forge = Forge(network, deposits: 3)
        try make(forge).close()
        let ledger = try network.open(directory)
        #expect(ledger.state == .healthy)
        #expect(try ledger.examine() == [])
        #expect(try await ledger.commit(network.deposit()).position == 5)
        ledger.close()
        let copy = try open()
        #expect(copy.head.size == 6)
    }

    // MARK: Lies

    /// One line a lie that the log tells and signs, and what it is refused with.
    @Test func everyLieIsRefusedByName() throws {
        let honest = Forge(network, deposits: 3)
        let copy = try make(honest)
        let before = (copy.head, copy.checkpoint, try directory.content())
        let next = network.deposit()
        let owner = SigningKey.generate()
        let record = RecordHandle.random()
        var other = honest
        other.append(network.deposit(record, owner: owner))

        var lies: [(name: String, forge: Forge, refusal: CopyError)] = []
        func lie(
            _ name: String, after base: Forge? = nil, _ reason: String, at position: UInt64 = 5,
            _ leaf: (Forge) -> [UInt8]
        ) {
            var forge = base ?? honest
            forge.append(leaf: leaf(forge))
            // The lie is one of many that came at once.
            forge.append(leaf: leaf(forge))
            lies.append((name, forge, .fault(.init(position: position, reason: reason))))
        }
        lie("malformed", "the entry is malformed: the item is cut short") { _ in [] }
        lie("forged signature", "a signature of the statement does not hold") {
            var statement = next
            statement[statement.count - 1] ^= 1
            return $0.entry(statement).encoded()
        }
        lie("forged permit", "a signature of the statement does not hold") {
            $0.entry(Forge.depositUnderAForgedPermit(network)).encoded()
        }
        lie("another network's", "a signature of the statement does not hold") {
            $0.entry(TestNetwork(origin: "medseal/other").deposit()).encoded()
        }
        let theft = network.grant(record, owner: .generate())
        lie(
            "skipped check", after: other,
            "the contract refuses statement \(network.id(of: theft)): \(RejectionCode.notTheOwner.explanation)",
            at: 6
        ) { $0.entry(theft).encoded() }
        let repeated = try LogEntry.decode(honest.entries[4]).statement
        lie(
            "duplicate",
            "the contract refuses statement \(network.id(of: repeated)): \(RejectionCode.replayed.explanation)"
        ) { $0.entry(repeated).encoded() }
        lie("writes digest", "statement \(network.id(of: next)) was recorded with other writes") {
            $0.entry(next).with(writesDigest: digest(1)).encoded()
        }
        lie("state digest", "the state digest differs") {
            $0.entry(next).with(stateDigest: digest(1)).encoded()
        }
        lie("dropped", "the entry says that its position is 6") {
            $0.entry(next).with(position: 6).encoded()
        }
        lie("dropped and renumbered", "the state digest differs") { _ in
            other.entry(next).with(position: 5).encoded()
        }
        lie("time goes back", "the ledger's time goes back") {
            $0.entry(next, at: Self.now - 1).encoded()
        }
        var reordered = honest
        for _ in 0..<2 { other.append(network.deposit()) }
        for place in [6, 5, 7] { reordered.append(leaf: other.entries[place]) }
        lies.append(
            (
                "reordered", reordered,
                .fault(.init(position: 5, reason: "the entry says that its position is 6"))
            ))
        var late = honest
        late.append(network.deposit(now: Self.now + 301), at: Self.now + 301)
        lies.append(
            ("time jumps ahead", late, .clock(position: 5, time: Self.now + 301, now: Self.now)))

        for (name, forge, refusal) in lies {
            #expect(throws: refusal, "\(name)") { try forge.extend(copy) }
            #expect(copy.head == before.0, "\(name)")
            #expect(copy.checkpoint == before.1, "\(name)")
            #expect(try directory.content() == before.2, "\(name)")
            #expect(throws: CopyError.incomplete(executed: 5, checkpoint: forge.size), "\(name)") {
                try copy.confirm(forge.checkpoint(), clock: Self.now)
            }
        }
        // The honest log goes on.
        try follow(other, copy)
        #expect(copy.head.size == 8)
    }

    @Test func timeThatIsHeldBackIsRefused() throws {
        var forge = Forge(network, deposits: 3)
        let copy = try make(forge)
        // A day later nothing has happened; this copy has seen that.
        let day = Self.now + 86_400
        try copy.confirm(forge.checkpoint(), clock: day)
        var held = forge
        held.append(network.deposit(now: day - 301), at: day - 301)
        let refusal = CopyError.clock(position: 5, time: day - 301, now: day)
        #expect(throws: refusal) { try held.extend(copy, clock: day + 100) }
        // It remembers that over a restart.
        copy.close()
        let again = try open()
        #expect(throws: refusal) { try held.extend(again, clock: day + 100) }
        #expect(again.head.size == 5)

        forge.append(network.deposit(now: day - 300), at: day - 300)
        forge.append(network.deposit(now: day + 400), at: day + 400)
        try forge.extend(again, clock: day + 100)
        #expect(again.time == day + 400)
    }

    /// What lies before the first confirmation may be as old as it is.
    @Test func aNewMirrorCatchesUpWithOldEntries() throws {
        let forge = Forge(network, deposits: 3)
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        let copy = try open()
        #expect(copy.head == .empty)
        #expect(copy.time == TestNetwork.created)
        #expect(copy.checkpoint == nil)
        try forge.extend(copy, clock: Self.now + 10_000_000)
        try copy.confirm(forge.checkpoint(), clock: Self.now + 10_000_000)
    }

    @Test func whatIsNotTheLogsIsRefused() throws {
        var forge = Forge(network, deposits: 3)
        let copy = try make(forge)
        let stranger = try NoteSigner(name: "medseal/test", kind: .note, key: .generate())
        let note = try stranger.sign(forge.checkpoint().checkpoint)
        let foreign = try VerifiedCheckpoint(opening: note, log: stranger.verifierKey)
        #expect(throws: CopyError.otherLog) { try copy.confirm(foreign, clock: Self.now) }
        #expect(throws: CopyError.otherLog) {
            try copy.extend(
                by: [], to: foreign, consistency: forge.consistency(from: 5), clock: Self.now)
        }

        let honest = forge
        for _ in 0..<4 { forge.append(network.deposit()) }
        let served = Array(forge.entries[5..<8])
        func extend(_ entries: [[UInt8]], proof: ConsistencyProof) throws {
            try copy.extend(by: entries, to: forge.checkpoint(), consistency: proof, clock: Self.now)
        }
        let unproven = CopyError.unproven(size: 8, checkpoint: 9)
        #expect(throws: unproven) { try extend(served, proof: forge.consistency(from: 7)) }
        #expect(throws: unproven) { try extend(served.reversed(), proof: forge.consistency(from: 8)) }
        #expect(throws: CopyError.unproven(size: 7, checkpoint: 9)) {
            try extend(Array(served.dropLast()), proof: forge.consistency(from: 8))
        }
        #expect(throws: CopyError.unproven(size: 8, checkpoint: 5)) {
            try copy.extend(
                by: served, to: honest.checkpoint(), consistency: honest.consistency(from: 5),
                clock: Self.now)
        }
        #expect(copy.head.size == 5)
        // In pieces, on the way to one checkpoint.
        try extend(served, proof: forge.consistency(from: 8))
        #expect(copy.head.size == 8)
        try follow(forge, copy)
        #expect(copy.head.size == 9)
    }

    // MARK: Other histories

    @Test func aForkIsRefusedAfterConfirmation() throws {
        let common = Forge(network, deposits: 3)
        var (honest, fork) = (common, common)
        for _ in 0..<3 { honest.append(network.deposit()) }
        for _ in 0..<5 { fork.append(network.deposit()) }
        let copy = try make(honest)
        for size: UInt64 in 6...8 {
            #expect(throws: CopyError.fork(size: size)) {
                try copy.confirm(fork.checkpoint(size: size), clock: Self.now)
            }
            #expect(throws: CopyError.fork(size: size)) {
                try copy.extend(
                    by: [], to: fork.checkpoint(size: size), consistency: fork.consistency(from: 8),
                    clock: Self.now)
            }
        }
        #expect(throws: CopyError.unproven(size: 10, checkpoint: 10)) { try fork.extend(copy) }
        #expect(copy.checkpoint == honest.checkpoint().note.encoded)
        honest.append(network.deposit())
        try follow(honest, copy)
    }

    @Test func yesterdaysLogIsRefused() throws {
        let forge = Forge(network, deposits: 3)
        let copy = try make(forge)
        let refusal = CopyError.goesBack(confirmed: 5, shown: 4)
        #expect(throws: refusal) { try copy.confirm(forge.checkpoint(size: 4), clock: Self.now) }
        #expect(throws: refusal) {
            try copy.extend(
                by: [], to: forge.checkpoint(size: 4), consistency: forge.consistency(from: 4),
                clock: Self.now)
        }
        #expect(copy.checkpoint == forge.checkpoint().note.encoded)
        try copy.confirm(forge.checkpoint(), clock: Self.now)
    }

    /// A copy that its own disk has changed accuses nobody.
    @Test func aDamagedCopyAccusesNobody() throws {
        var forge = Forge(network, deposits: 7)
        let copy = try make(forge)
        for _ in 0..<3 { forge.append(network.deposit()) }
        try directory.change(changeNode(1, 2))
        #expect(throws: CopyError.ledger(.damaged(Finding(.tree, "is not that of the entries")))) {
            try copy.confirm(forge.checkpoint(size: 6), clock: Self.now)
        }
        try directory.change(changeNode(3, 0))
        let finding = Finding(.tree, "has another root than what was executed")
        #expect(throws: CopyError.ledger(.damaged(finding))) {
            try copy.confirm(forge.checkpoint(size: 9), clock: Self.now)
        }
        #expect(throws: CopyError.self) { try forge.extend(copy) }
        #expect(copy.head.size == 9)
    }

    // MARK: Restarts

    @Test func anOldDatabaseIsNotOpened() throws {
        var forge = Forge(network, deposits: 3)
        try make(forge).close()
        let yesterday = directory.read("ledger.sqlite")
        forge.append(network.deposit())
        var copy = try open()
        try forge.extend(copy)
        copy.close()
        let executed = directory.read("ledger.sqlite")
        copy = try open()
        #expect(copy.head.size == 6, "executed, not confirmed")
        try follow(forge, copy)
        copy.close()
        let newest = directory.snapshot()
        for database in [yesterday, executed] {
            directory.restore(newest)
            directory.write(database, to: "ledger.sqlite")
            #expect(throws: LedgerError.self) { try open() }
        }
        directory.write(yesterday, to: "ledger.sqlite")
        #expect(throws: LedgerError.readOnly(.behindAnchor(anchored: 6, present: 5))) { try open() }
        directory.restore(newest)
        directory.remove("checkpoint")
        #expect(throws: LedgerError.readOnly(.anchorMissing)) { try open() }
        directory.write([], to: "checkpoint")
        #expect(throws: LedgerError.readOnly(.anchorDamaged)) { try open() }

        // Another history under this anchor.
        directory.restore(newest)
        var fork = Forge(network, deposits: 3)
        fork.append(network.deposit())
        directory.write(fork.checkpoint().note.encoded, to: "checkpoint")
        #expect(throws: LedgerError.readOnly(.differsFromAnchor(size: 6))) { try open() }
        directory.restore(newest)
        #expect(try open().head.size == 6)
    }

    @Test func aCrashWhileConfirmingIsMadeGood() throws {
        var forge = Forge(network, deposits: 3)
        // The first time: there is no anchor yet, and nothing was confirmed.
        try make(forge).close()
        try directory.change("DELETE FROM confirmed")
        directory.remove("checkpoint")
        var copy = try open()
        #expect(directory.read("checkpoint") == forge.checkpoint().note.encoded)
        try copy.confirm(forge.checkpoint(), clock: Self.now)
        // Later: the anchor is behind.
        let anchor = directory.read("checkpoint")
        forge.append(network.deposit())
        try follow(forge, copy)
        copy.close()
        directory.write(anchor, to: "checkpoint")
        copy = try open()
        #expect(directory.read("checkpoint") == forge.checkpoint().note.encoded)
        #expect(copy.checkpoint == forge.checkpoint().note.encoded)
    }

    @Test func aCheckpointThatIsNotOfTheTreeIsNotOpened() throws {
        let forge = Forge(network, deposits: 3)
        try make(forge).close()
        let whole = directory.snapshot()
        let damaged = LedgerError.damaged(Finding(.tree, "has another root than the checkpoint"))
        try directory.change("DELETE FROM entries WHERE position = 4")
        #expect(throws: damaged) { try open() }
        // Another history's, under an anchor that a crash has left behind.
        directory.restore(whole)
        let fork = Forge(network, deposits: 3).checkpoint().note.encoded
        try directory.change("UPDATE checkpoint SET note = \(fork.sql)")
        directory.write(forge.checkpoint(size: 3).note.encoded, to: "checkpoint")
        #expect(throws: damaged) { try open() }
    }

    /// Nothing is confirmed that could not be anchored, and a disk that fails is not believed again.
    @Test func withoutAnAnchorNothingIsConfirmed() throws {
        var forge = Forge(network, deposits: 3)
        let copy = try make(forge)
        let before = copy.checkpoint
        forge.append(network.deposit())
        try forge.extend(copy)
        mkdir(directory.path + "/checkpoint.new", 0o700)
        #expect(throws: CopyError.self) { try copy.confirm(forge.checkpoint(), clock: Self.now) }
        rmdir(directory.path + "/checkpoint.new")
        #expect(copy.checkpoint == before)
        #expect(throws: CopyError.self) { try copy.confirm(forge.checkpoint(), clock: Self.now) }
        copy.close()
        try open().confirm(forge.checkpoint(), clock: Self.now)
    }

    /// A thousand at once, of every size: what was confirmed only ever grows (T32).
    @Test func concurrentConfirmationsNeverGoBack() async throws {
        let forge = Forge(network, deposits: 48)
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        let copy = try open()
        try forge.extend(copy)
        let checkpoints = (1...forge.size).map { forge.checkpoint(size: $0) }
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<1000 {
                let checkpoint = checkpoints[index * 7 % checkpoints.count]
                group.addTask {
                    let size = checkpoint.checkpoint.head.size
                    let before = confirmedSize(of: copy)
                    do throws(CopyError) {
                        try copy.confirm(checkpoint, clock: Self.now)
                        #expect(size >= before)
                        #expect(confirmedSize(of: copy) >= size)
                    } catch {
                        guard case .goesBack(_, size) = error else {
                            Issue.record("\(error)")
                            return
                        }
                    }
                }
            }
        }
        #expect(copy.checkpoint == forge.checkpoint().note.encoded)
        copy.close()
        #expect(try open().checkpoint == forge.checkpoint().note.encoded)
    }

    /// Each round a process of its own follows the log and is killed in the midst of it.
    @Test func whatAKilledProcessConfirmedIsThere() async throws {
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        var confirmed: UInt64 = 0
        for round in 0..<6 {
            let path = directory.path
            let killed = await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                try followUntilKilled(in: path)
            }
            #expect(killed != nil)
            let copy = try open()
            let lines = directory.read("confirmed").split(separator: 0x0a)
            let told = lines.last.flatMap { UInt64(String(decoding: $0, as: UTF8.self)) } ?? 0
            #expect(told >= confirmed)
            confirmed = told
            let size = confirmedSize(of: copy)
            #expect(size >= confirmed, "round \(round)")
            #expect(copy.head.size >= size)
            copy.close()
            let ledger = try LedgerDatabase(path: directory.path + "/ledger.sqlite")
            #expect(try ledger.read { try $0.structuralProblems() } == [])
            ledger.close()
        }
        #expect(confirmed > 0, "no process came to confirm anything")
    }
}

/// The size of the newest checkpoint that the copy has confirmed, 0 without one.
private func confirmedSize(of copy: ValidatorCopy) -> UInt64 {
    guard let note = copy.checkpoint else { return 0 }
    // A note that the copy has confirmed.
    return try! Checkpoint(decoding: SignedNote(decoding: note).text).head.size
}

/// Goes on from where the copy in `path` stands, writes each size that it has confirmed to the file
/// `confirmed`, and is killed by its own hand within a few hundredths of a second.
private func followUntilKilled(in path: String) throws {
    let network = TestNetwork()
    let copy = try ValidatorCopy(directory: path, genesis: network.file)
    var forge = Forge(network, repeating: try copy.entries(from: 0, limit: 1_000_000))
    let log = open(path + "/confirmed", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    killSoon(within: 1_000..<60_000)
    while true {
        forge.append(network.deposit())
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(), clock: ValidatorCopyTests.now)
        let line = Array("\(forge.size)\n".utf8)
        write(log, line, line.count)
    }
}
