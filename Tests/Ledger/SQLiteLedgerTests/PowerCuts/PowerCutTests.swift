import Contract
import Glibc
import Ledger
import Primitives
import SQLiteLedger
import Testing

@testable import LedgerCases
@testable import Surroundings

/// The power is cut at any moment: what was acknowledged is there, and what anybody was shown is a prefix of
/// what is there (T33). `tools/torture` does it a thousand times.
@Suite(
    .serialized,
    .enabled(if: PowerCutDisk.isAvailable, "cutting the power needs root, a loop device and mkfs.ext4"))
struct PowerCutTests {
    /// The process whose power is cut; runs only where another test starts it.
    @Test(.enabled(if: PowerCutLife.Plan.ofThisProcess != nil, "runs inside the other tests"))
    func life() async throws {
        await PowerCutLife(try #require(.ofThisProcess)).run()
    }

    @Test func whatWasAcknowledgedSurvivesEveryCut() async throws {
        guard PowerCutLife.Plan.ofThisProcess == nil else { return }
        let cuts = getenv("MEDSEAL_CUTS").flatMap { Int(String(cString: $0)) } ?? 25
        let seed = getenv("MEDSEAL_SEED").flatMap { Int(String(cString: $0)) } ?? .random(in: 0..<1 << 32)
        print("\(cuts) power cuts, MEDSEAL_SEED=\(seed)")
        var torture = PowerCutTorture(seed: seed)
        while torture.cuts < cuts {
            let endings = torture.rolledEndings(cutsMax: cuts - torture.cuts)
            let problems = try await torture.oneLedger(endings)
            #expect(problems == [])
            if !problems.isEmpty { break }
        }
        print(torture)
    }

    /// A block that is in the page cache only, because syncing it failed, is not built upon by the next process:
    /// what that one shows is there after a cut. The first syncs are those of making and opening.
    @Test(
        .enabled(if: FaultProcess.preload != nil, "needs clang"),
        arguments: Array(stride(from: 1, through: 46, by: 3)))
    func whatCouldNotBeSyncedIsNotBuiltUpon(sync: Int) async throws {
        guard PowerCutLife.Plan.ofThisProcess == nil else { return }
        var torture = PowerCutTorture(seed: sync)
        let problems = try await torture.oneLedger([
            Ending(.failing, after: 80_000, failingSync: sync), Ending(.cutOnceShown, after: 0),
        ])
        #expect(problems == [])
    }

    @Test("of a line that a kill has cut off the witness believes nothing, of those before it all")
    func witness() {
        let (first, second) = (String(repeating: "01", count: 32), String(repeating: "02", count: 32))
        let lines = "submitted \(first) aabb\nacknowledged \(first) 7\nsubmitted \(second) aabb\n"
        let whole = PowerCutWitness(Array(lines.utf8))
        #expect(whole.acknowledged.values.sorted() == [7] && whole.pending.map(\.bytes) == [[0xaa, 0xbb]])
        for cut in 1...7 {
            let witness = PowerCutWitness(Array(lines.utf8.dropLast(cut)))
            #expect(witness.acknowledged.values.sorted() == [7] && witness.pending.isEmpty)
            #expect(witness.problems.isEmpty)
        }
    }

    /// The control: where the disk lies about syncing the database, something is lost, and the witness sees it.
    @Test(.enabled(if: FaultProcess.preload != nil, "needs clang"))
    func aDiskThatDoesNotSyncIsFoundOut() async throws {
        guard PowerCutLife.Plan.ofThisProcess == nil else { return }
        var torture = PowerCutTorture(
            seed: .random(in: 0..<1 << 32), lie: .init(.dataSync, number: 1, error: 0, isLasting: true))
        var problems = [String]()
        while problems.isEmpty, torture.cuts < 200 {
            problems = try await torture.oneLedger(torture.rolledEndings(cutsMax: 20))
        }
        #expect(!problems.isEmpty)
        print("Without syncing, cut \(torture.cuts + 1): \(problems.first ?? "nothing lost")")
    }
}

/// How one process of a ledger ends.
struct Ending {
    let end: PowerCutLife.Plan.End
    let microseconds: Int
    let fault: FaultProcess.Fault?

    /// `failingSync` is the first of the database's that fails, where one is to fail.
    init(_ end: PowerCutLife.Plan.End, after microseconds: Int, failingSync: Int = 1) {
        self.end = end
        self.microseconds = microseconds
        fault =
            end == .failing ? .init(.dataSync, number: failingSync, error: EIO, isLasting: true) : nil
    }
}

/// Ledger after ledger, each through some cuts, in processes that die.
struct PowerCutTorture: CustomStringConvertible {
    private(set) var cuts = 0
    private var kills = 0
    private var failures = 0
    private var ledgers = 0
    private var acknowledged = 0
    private var shown = 0
    private var resubmitted = 0
    /// What was going on when the end came, and how often.
    private var phases: [String: Int] = [:]
    private var dice: Dice
    private let lie: FaultProcess.Fault?
    private let network = TestNetwork()

    init(seed: Int, lie: FaultProcess.Fault? = nil) {
        dice = Dice(seed: UInt64(seed))
        self.lie = lie
    }

    var description: String {
        """
        \(cuts) power cuts, \(kills) kills and \(failures) failing disks, \(ledgers) ledgers, during \
        \(phases.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")); \
        \(acknowledged) statements acknowledged, \(resubmitted) of them when submitted again, and \
        \(shown) checkpoints shown: all there
        """
    }

    /// Up to `cutsMax` cuts of one ledger, and other ends among them, each at the beginning or later.
    mutating func rolledEndings(cutsMax: Int) -> [Ending] {
        let canFail = lie == nil && FaultProcess.preload != nil
        let ends: [PowerCutLife.Plan.End] =
            [.cut, .cut, .cut, .cutOnceShown, .killed] + (canFail ? [.failing] : [])
        var left = min(cutsMax, dice.roll(1..<25))
        var endings = [Ending]()
        while left > 0 {
            let end = ends.randomElement(using: &dice)!
            let microseconds = dice.roll(0..<(dice.flip() ? 30_000 : 300_000))
            endings.append(Ending(end, after: microseconds, failingSync: dice.roll(1..<20)))
            if end == .cut || end == .cutOnceShown { left -= 1 }
        }
        return endings
    }

    /// One ledger's life, on a disk of its own. Returns what does not hold.
    mutating func oneLedger(_ endings: [Ending]) async throws -> [String] {
        let disk = try PowerCutDisk()
        defer { disk.unmount() }
        let outside = TestDirectory()
        let notes = outside.path + "/notes"
        let file = PowerCutNotes(notes)
        for statement in network.enrolments { file.submitted(network.id(of: statement), statement) }
        ledgers += 1
        for ending in endings {
            try await endOneProcess(ending, disk, notes)
            let witness = PowerCutWitness(outside.read("notes"))
            phases[witness.phase, default: 0] += 1
            guard witness.problems.isEmpty else { return witness.problems }
            outside.write(witness.notes, to: "notes")
            resubmitted += witness.pending.count
            switch ending.end {
            case .killed: kills += 1
            case .failing: failures += 1
            case .cut, .cutOnceShown:
                cuts += 1
                try disk.remount()
                if cuts % 100 == 0 { print("\(cuts) power cuts, \(ledgers) ledgers") }
            }
        }
        do {
            return try await finalContradictions(PowerCutWitness(outside.read("notes")), disk)
        } catch let error as LedgerError {
            return ["\(error)"]
        }
    }

    /// Starts a process and has it end.
    private mutating func endOneProcess(
        _ ending: Ending, _ disk: PowerCutDisk, _ notes: String
    ) async throws {
        let plan = PowerCutLife.Plan(
            end: ending.end, mountPoint: disk.mountPoint.path, notes: notes,
            microseconds: ending.microseconds, lingering: dice.roll(0..<10_000), seed: dice.roll(0..<1 << 32))
        let status = try await FaultProcess.run(
            test: "PowerCutTests/life", environment: [PowerCutLife.Plan.variable: plan.text],
            fault: ending.fault ?? lie, below: plan.mountPoint
        ).status
        guard status == -SIGKILL || status == -SIGBUS else {
            throw PowerCutDisk.Failure(description: "the process ended with \(status)")
        }
    }

    /// Everything at the end, the examination too.
    private mutating func finalContradictions(
        _ witness: PowerCutWitness, _ disk: PowerCutDisk
    ) async throws -> [String] {
        let directory = PowerCutLife.directory(on: disk.mountPoint.path)
        try PowerCutLife.makeLedger(in: directory, of: network)
        let ledger = try PowerCutLife.openLedger(in: directory, of: network)
        defer { ledger.close() }
        let copy = try PowerCutLife.openCopy(in: directory + ".copy", of: network)
        defer { copy.close() }
        var found = try witness.contradictions(in: ledger) + witness.contradictions(in: copy)
        for (id, position) in witness.acknowledged {
            let entry = try ledger.entries(from: position, limit: 1)[0]
            let statement = try LogEntry.decode(entry).statement
            if network.id(of: statement) != id { found.append("\(id) is not what entry \(position) holds") }
        }
        for (id, bytes) in witness.pending {
            if case .rejected(let code) = try await ledger.submit(bytes) {
                found.append("\(id) was refused: \(code.explanation)")
            }
        }
        found += try ledger.examine().map(\.description)
        acknowledged += witness.acknowledged.count
        shown += witness.roots.count
        return found
    }
}
