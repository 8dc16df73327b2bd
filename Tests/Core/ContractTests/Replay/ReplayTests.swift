import Contract
import Testing

@testable import ContractCases

@Suite("Replay") struct ReplayTests {
    /// A short life: deposit, request, route, grant, answer, release, revoke.
    private static let world: World = {
        var world = World.toy
        let story = DecisionTable(
            "life",
            """
            ## life
            100 | clinician@hospital1 | deposit r1 permit=p1@hospital1              | ok
            101 | officer@insurer     | request q1                                  | ok
            102 | registrar@hospital1 | route q1 permit=a1@hospital1                | ok
            103 | p1                  | grant g1 on=r1 to=officer@insurer request=q1 | ok
            103 | a1                  | answer q1                                   | ok
            104 | officer@insurer     | release x1 on=r1 grant=g1                   | ok
            105 | p1                  | revoke g1 on=r1                             | ok
            """)
        for case .line(let line) in story.stories[0].steps { precondition(world.play(line).result == "ok") }
        return world
    }()
    private static let log = WorldLog(world)

    private var entries: [LogEntry] { Self.log.entries }
    private var bytes: [[UInt8]] { entries.map { $0.encoded() } }

    private func entry(
        _ index: Int, position: UInt64? = nil, time: LedgerTime? = nil, statement: [UInt8]? = nil,
        writesDigest: Digest? = nil, stateDigest: Digest? = nil
    ) -> [UInt8] {
        let entry = entries[index]
        return LogEntry(
            position: position ?? entry.position, time: time ?? entry.time,
            statement: statement ?? entry.statement,
            writesDigest: writesDigest ?? entry.writesDigest, stateDigest: stateDigest ?? entry.stateDigest
        ).encoded()
    }

    /// The log with another entry in one place.
    private func with(_ index: Int, _ entry: [UInt8]) -> [[UInt8]] {
        var all = bytes
        all[index] = entry
        return all
    }

    private func expect(
        _ entries: [[UInt8]], stopsAt position: Int, _ reason: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        let fault = ToyReplay.fault(in: entries)
        #expect(fault?.position == UInt64(position), sourceLocation: location)
        #expect(
            fault?.reason.contains(reason) == true, "\(fault?.reason ?? "no fault")",
            sourceLocation: location)
    }

    @Test("a time between the network's steps is refused (T23)")
    func timeStep() throws {
        var genesis = Cast.toy.genesis
        (genesis.created, genesis.timeStep) = (0, 60)
        let entries = WorldLog(Self.world).entries
        for (time, isRight) in [(60, true), (61, false), (119, false), (120, true)] as [(LedgerTime, Bool)] {
            var entry = entries[0]
            entry = LogEntry(
                position: 0, time: time, statement: entry.statement, writesDigest: entry.writesDigest,
                stateDigest: entry.stateDigest)
            var replay = Replay(
                genesis: genesis, network: Cast.toy.network, hash: Toy.hash, isValid: Toy.isValid)
            var reason: String?
            do throws(ReplayError) { try replay.apply(entry.encoded()) } catch { reason = error.reason }
            // Its writes were recorded at another time: that is what is wrong with the others.
            #expect((reason == "the ledger's time is no multiple of 60 seconds") == !isRight, "\(time)")
        }
    }

    @Test("a good log replays to the state in which it was written")
    func good() throws {
        #expect(entries.count == World.members.count + 7)
        #expect(ToyReplay.fault(in: bytes) == nil)
        var replay = ToyReplay.from()
        #expect(replay.time == Cast.toy.genesis.created)
        for (index, entry) in bytes.enumerated() {
            let (decoded, statement) = try replay.apply(entry)
            #expect(decoded == entries[index])
            #expect(statement.bytes == entries[index].statement)
            #expect(replay.size == UInt64(index + 1))
            #expect(replay.stateDigest == entries[index].stateDigest)
        }
        #expect(replay.state == Self.world.state)
        #expect(replay.time == 105)
    }

    @Test("an entry is refused at another position")
    func position() {
        expect(with(22, entry(22, position: 23)), stopsAt: 22, "position is 23")
        expect(with(22, entry(22, position: 0)), stopsAt: 22, "position is 0")
    }

    @Test("entries dropped, doubled or reordered are refused where it begins")
    func order() {
        var all = bytes
        all.remove(at: 22)
        expect(all, stopsAt: 22, "position is 23")
        all = bytes
        all.insert(all[22], at: 22)
        expect(all, stopsAt: 23, "position is 22")
        all = bytes
        all.swapAt(22, 23)
        expect(all, stopsAt: 22, "position is 23")
        // Reordered with numbers that fit: the grant stands before the deposit.
        all = bytes
        all[20] = entry(23, position: 20)
        expect(all, stopsAt: 20, "there is no such record")
        // Said twice with numbers that fit.
        expect(with(21, entry(20, position: 21)), stopsAt: 21, "on the ledger already")
        // Left out with numbers that fit: what needs it fails.
        all = bytes
        all[20] = entry(21, position: 20)
        expect(all, stopsAt: 20, "the state digest differs")
    }

    @Test("time does not go back")
    func time() {
        expect(with(22, entry(22, time: 100)), stopsAt: 22, "time goes back")
        expect(with(20, entry(20, time: 49)), stopsAt: 20, "time goes back")
    }

    @Test("another time is other writes")
    func otherTime() {
        expect(with(26, entry(26, time: 106)), stopsAt: 26, "other writes")
        expect(with(26, entry(26, time: 705)), stopsAt: 26, "validity has ended")
    }

    @Test("other writes and digests are refused")
    func digests() {
        expect(with(23, entry(23, writesDigest: Toy.named("x"))), stopsAt: 23, "other writes")
        expect(with(23, entry(23, stateDigest: Toy.named("x"))), stopsAt: 23, "the state digest differs")
        let both = entry(23, writesDigest: entries[22].writesDigest, stateDigest: entries[22].stateDigest)
        expect(with(23, both), stopsAt: 23, "other writes")
    }

    @Test("a statement that is altered, forged, foreign or refused is refused here")
    func statements() throws {
        var forged = entries[23].statement
        forged[forged.count - 1] ^= 1
        expect(
            with(23, entry(23, statement: forged)), stopsAt: 23, "a signature of the statement does not hold")
        expect(with(23, entry(23, statement: forged + [0])), stopsAt: 23, "the entry is malformed")
        expect(with(23, entry(23, statement: [])), stopsAt: 23, "the entry is malformed")
        // A statement of the grantee's where only the owner may speak, well signed.
        let grant = try SignedStatement(entries[23].statement, network: Cast.toy.network)
        let stolen = Toy.message(
            grant.statement.encoded(), by: Toy.named("officer@insurer"), network: Cast.toy.network)
        expect(with(23, entry(23, statement: stolen)), stopsAt: 23, "only the record's owner may say this")
        var replay = ToyReplay.from(Toy.named("another network"))
        #expect(throws: ReplayError.self) { try replay.apply(bytes[0]) }
    }

    @Test("bytes that are no entry are refused")
    func malformed() {
        for wrong in [[], [0], bytes[23] + [0], Array(bytes[23].dropLast()), entries[23].statement] {
            expect(with(23, wrong), stopsAt: 23, "the entry is malformed")
        }
    }

    @Test("no bit of an entry can be changed")
    func everyBit() {
        let good = WorldLog(Self.world)
        var replay = ToyReplay.from()
        for entry in good.entries.dropLast(1) {
            guard (try? replay.apply(entry.encoded())) != nil else { return }
        }
        let last = bytes[bytes.count - 1]
        for index in last.indices {
            for bit in 0..<8 {
                var changed = last
                changed[index] ^= 1 << bit
                #expect(throws: ReplayError.self, "byte \(index), bit \(bit)") { try replay.apply(changed) }
            }
        }
        #expect(throws: Never.self) { try replay.apply(last) }
    }

    @Test("the digest that chains states is the hash of the one before and of the writes")
    func chain() {
        let first = Toy.hash(Write.encoded(Cast.toy.genesis.writes))
        let next = Replay.advance(Digest(first)!, by: entries[0].writesDigest, hash: Toy.hash)
        #expect(ToyReplay.from().stateDigest.bytes == first)
        #expect(next == entries[0].stateDigest)
    }
}
