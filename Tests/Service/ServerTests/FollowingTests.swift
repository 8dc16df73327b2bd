import API
import Contract
import Foundation
import HTTPTypes
import Identity
import Ledger
import Logging
import Primitives
import Records
import SQLiteLedger
import Synchronization
import Testing
import TransparencyLog

@testable import Server

/// A server whose ledger is a copy answers no call from an older log than its caller was shown elsewhere.
@Suite struct FollowingTests {
    @Test func aCallWaitsForWhatItsCallerHasSeen() async throws {
        let world = try World()
        let member = try await world.enrol(world.hospital1, .clinician)
        let copy = CopiedLedger(world.ledger, shown: 1)
        let server = APIServer(
            records: RecordKeeping(ledger: copy, custodians: world.records.custodians),
            authorities: [World.authority], connections: .test, seen: SeenRequests(),
            clock: { world.time.now }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        /// The size that the answer tells, and how often the copy was asked for its size.
        func call(seen: String?) async throws -> (size: String?, asked: Int) {
            let before = copy.asked
            let answer = try await world.send(
                .get, Routes.checkpoint, by: member, headers: seen.map { [.logSize: $0] } ?? [:], to: server)
            #expect(answer.status == 200)
            return (answer.headers[.logSize], copy.asked - before)
        }
        // Once for what the answer tells; once more to see that nothing is to be waited for.
        #expect(try await call(seen: nil) == ("1", 1))
        #expect(try await call(seen: "1") == ("1", 2))
        #expect(try await call(seen: "many") == ("1", 1))
        copy.shows(2, whenAsked: copy.asked + 3)
        let waited = try await call(seen: "2")
        #expect(waited.size == "2" && waited.asked >= 3)
        // What never comes is waited for a while.
        let began = ContinuousClock.now
        #expect(try await call(seen: "3").size == "2")
        #expect(.now - began >= .seconds(5))
        // Where the ledger orders itself there is nothing to wait for, and nothing to say.
        let own = try await world.send(
            .get, Routes.checkpoint, by: member, headers: [.logSize: "1000"])
        #expect(own.status == 200 && own.headers[.logSize] == nil)
    }
}

/// A ledger that says to be a copy which shows so many entries.
private final class CopiedLedger: ConsentLedger {
    private let ledger: EmbeddedLedger
    private struct Shown {
        var size: UInt64
        var asked = 0
        /// The size that it shows from the so-manieth question on.
        var later: (size: UInt64, asked: Int)?
    }
    private let shown: Mutex<Shown>

    init(_ ledger: EmbeddedLedger, shown: UInt64) {
        self.ledger = ledger
        self.shown = Mutex(Shown(size: shown))
    }

    var asked: Int { shown.withLock { $0.asked } }
    func shows(_ size: UInt64, whenAsked count: Int) { shown.withLock { $0.later = (size, count) } }

    var followedSize: UInt64? {
        shown.withLock { shown in
            shown.asked += 1
            if let later = shown.later, shown.asked >= later.asked { shown.size = later.size }
            return shown.size
        }
    }
    var genesis: Genesis { ledger.genesis }
    var network: NetworkID { ledger.network }
    var state: LedgerState { ledger.state }
    func submit(
        _ statement: [UInt8], until level: Acknowledgement
    ) async throws(LedgerError) -> Outcome { try await ledger.submit(statement, until: level) }
    func value(of key: StateKey) throws(LedgerError) -> [UInt8]? { try ledger.value(of: key) }
    func values(of keys: [StateKey]) throws(LedgerError) -> [StateKey: [UInt8]] {
        try ledger.values(of: keys)
    }
    func keys(beginning prefix: [UInt8], limit: Int) throws(LedgerError) -> [StateKey] {
        try ledger.keys(beginning: prefix, limit: limit)
    }
    func entries(from position: UInt64, limit: Int) throws(LedgerError) -> [[UInt8]] {
        try ledger.entries(from: position, limit: limit)
    }
    func position(of id: StatementID) throws(LedgerError) -> UInt64? { try ledger.position(of: id) }
    func positions(
        of query: EntryQuery, after position: UInt64?, limit: Int
    ) throws(LedgerError) -> [UInt64] { try ledger.positions(of: query, after: position, limit: limit) }
    func checkpoint() throws(LedgerError) -> [UInt8] { try ledger.checkpoint() }
    func cosignedCheckpoint() throws(LedgerError) -> [UInt8] { try ledger.cosignedCheckpoint() }
    func candidate() throws(LedgerError) -> [UInt8] { try ledger.candidate() }
    func add(cosigned note: [UInt8], by organisation: OrganisationName) throws(LedgerError) {
        try ledger.add(cosigned: note, by: organisation)
    }
    func inclusionProof(position: UInt64, size: UInt64) throws(LedgerError) -> [[UInt8]] {
        try ledger.inclusionProof(position: position, size: size)
    }
    func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws(LedgerError) -> [[UInt8]] {
        try ledger.consistencyProof(from: oldSize, to: newSize)
    }
    func tile(_ path: TilePath) throws(LedgerError) -> [UInt8]? { try ledger.tile(path) }
    func committed(after position: UInt64?) -> AsyncStream<UInt64> { ledger.committed(after: position) }
    func examine() throws(LedgerError) -> [Finding] { try ledger.examine() }
    func close() {}
    func now() -> LedgerTime { ledger.now() }
}
