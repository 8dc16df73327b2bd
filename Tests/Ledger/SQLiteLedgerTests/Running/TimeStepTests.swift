import Contract
import Ledger
import Primitives
import SQLiteLedger
import Synchronization
import Testing

@testable import LedgerCases

/// The ledger does not tell who came at which second (T23).
struct TimeStepTests {
    @Test("entries have whole minutes, whatever the clock shows, and never an earlier one than before")
    func coarse() async throws {
        let network = TestNetwork(timeStep: 60)
        let clock = Atomic(TestNetwork.created + 59)
        let directory = TestDirectory()
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        let ledger = try EmbeddedLedger(
            directory: directory.path, genesis: network.file, key: network.ledgerKey,
            clock: { clock.load(ordering: .relaxed) })
        defer { ledger.close() }
        for (moment, expected) in [(59, 0), (60, 60), (179, 120), (61, 120), (180, 180)] as [(UInt64, UInt64)]
        {
            clock.store(TestNetwork.created + moment, ordering: .relaxed)
            #expect(ledger.now() == TestNetwork.created + expected || moment == 61)
            let member = network.enrol(
                .generate(), .clinician, of: network.hospital, by: network.hospitalRoot)
            _ = try await ledger.submit(member)
            let last = try #require(try ledger.entries(from: 0, limit: 10).last)
            #expect(try LogEntry.decode(last).time == TestNetwork.created + expected, "\(moment)")
        }
        #expect(try ledger.examine().isEmpty)
    }
}
