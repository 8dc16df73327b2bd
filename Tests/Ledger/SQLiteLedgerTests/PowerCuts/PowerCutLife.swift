import Contract
import Dispatch
import Glibc
import Identity
import Ledger
import Primitives
import SQLiteLedger
import Synchronization
import TransparencyLog

@testable import LedgerCases

/// One process of a ledger and a validator's copy of it, from its start to its violent end.
final class PowerCutLife: Sendable {
    /// What the process is told in its environment.
    struct Plan {
        enum End: String {
            /// The power is cut, or the process killed.
            case cut, killed
            /// The power is cut as soon as a checkpoint was shown, before anything is written.
            case cutOnceShown
            /// Syncing fails, then the process is killed: what it has written last is in memory only.
            case failing
        }
        static let variable = "MEDSEAL_POWER_CUT"

        let end: End
        let mountPoint: String
        let notes: String
        /// Until the end comes, and from a cut until the process is gone.
        let microseconds: Int
        let lingering: Int
        let seed: Int

        static var ofThisProcess: Plan? {
            getenv(variable).map { Plan(String(cString: $0).split(separator: " ").map(String.init)) }
        }

        var text: String { "\(end) \(mountPoint) \(notes) \(microseconds) \(lingering) \(seed)" }
    }

    private let plan: Plan
    private let directory: String
    private let network = TestNetwork()
    private let notes: PowerCutNotes
    /// Whether things may fail by now.
    private let isOver: Atomic<Bool>

    init(_ plan: Plan) {
        self.plan = plan
        directory = Self.directory(on: plan.mountPoint)
        notes = PowerCutNotes(plan.notes)
        isOver = Atomic(plan.end == .failing)
    }

    /// Checks what the witness knows, then submits, closes and opens again, until the end comes.
    func run() async -> Never {
        DispatchQueue(label: "end").async { self.end() }
        do {
            try await live()
        } catch {
            // What fails then may fail. A wrong answer is never right.
            if !isOver.load(ordering: .acquiring) { notes.note("problem: \(error)") }
            if plan.end == .cutOnceShown { kill(getpid(), SIGKILL) }
        }
        while true { pause() }
    }

    private func end() {
        var dice = Dice(seed: UInt64(plan.seed))
        usleep(UInt32(plan.microseconds))
        if plan.end == .cut {
            if dice.flip() { PowerCutDisk.writeBack(directory, &dice) }
            cutPower()
        }
        if plan.end != .cutOnceShown { kill(getpid(), SIGKILL) }
    }

    private func cutPower() {
        isOver.store(true, ordering: .releasing)
        PowerCutDisk.cut(plan.mountPoint)
        usleep(UInt32(plan.lingering))
    }

    private func live() async throws {
        var dice = Dice(seed: UInt64(plan.seed) &+ 1)
        var witness = try witnessed()
        notes.note("phase creating")
        let isNew = try Self.makeLedger(in: directory, of: network)
        if isNew, !witness.roots.isEmpty { notes.note("problem: the ledger was gone") }
        while true {
            notes.note("phase opening")
            let ledger = try Self.openLedger(in: directory, of: network)
            let copy = try Self.openCopy(in: directory + ".copy", of: network)
            notes.note("phase checking")
            for problem in try witness.contradictions(in: ledger) { notes.note("problem: \(problem)") }
            for problem in try witness.contradictions(in: copy) { notes.note("problem: \(problem)") }
            notes.shown(try ledger.head())
            if plan.end == .cutOnceShown {
                cutPower()
                kill(getpid(), SIGKILL)
            }
            notes.note("phase submitting")
            for (id, bytes) in witness.pending { try await submit(bytes, id, to: ledger) }
            let deadline = ContinuousClock.now + .milliseconds(dice.roll(0..<60))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { while .now < deadline { try await self.story(in: ledger) } }
                }
                group.addTask { while .now < deadline { try await self.watch(ledger, copy) } }
                try await group.waitForAll()
            }
            notes.note("phase closing")
            ledger.close()
            copy.close()
            witness = try witnessed()
        }
    }

    static func directory(on mountPoint: String) -> String { mountPoint + "/ledger" }

    /// Makes the ledger if there is none, and says whether there was none.
    @discardableResult
    static func makeLedger(in directory: String, of network: TestNetwork) throws(LedgerError) -> Bool {
        do throws(LedgerError) {
            try EmbeddedLedger.create(at: directory, genesis: network.file)
            return true
        } catch {
            guard error == .exists else { throw error }
            return false
        }
    }

    static func openLedger(in directory: String, of network: TestNetwork) throws(LedgerError)
        -> EmbeddedLedger
    {
        try EmbeddedLedger(
            directory: directory, genesis: network.file, key: network.ledgerKey,
            clock: { TestNetwork.created + 10 })
    }

    /// Opens the copy, which is made if there is none.
    static func openCopy(in directory: String, of network: TestNetwork) throws(LedgerError) -> ValidatorCopy {
        do throws(LedgerError) {
            try ValidatorCopy.create(at: directory, genesis: network.file)
        } catch {
            guard error == .exists else { throw error }
        }
        return try ValidatorCopy(directory: directory, genesis: network.file)
    }

    private func witnessed() throws -> PowerCutWitness { PowerCutWitness(try contents(of: plan.notes)) }

    /// A deposit, a grant and a release: new rows and changed ones.
    private func story(in ledger: EmbeddedLedger) async throws {
        let (record, owner) = (RecordHandle.random(), SigningKey.generate())
        try await submit(network.deposit(record, owner: owner), to: ledger)
        let grant = network.grant(record, owner: owner)
        try await submit(grant, to: ledger)
        try await submit(network.release(record, under: network.id(of: grant)), to: ledger)
    }

    private func submit(_ statement: [UInt8], to ledger: EmbeddedLedger) async throws {
        let id = network.id(of: statement)
        notes.submitted(id, statement)
        try await submit(statement, id, to: ledger)
    }

    private func submit(_ statement: [UInt8], _ id: StatementID, to ledger: EmbeddedLedger) async throws {
        switch try await ledger.submit(statement) {
        case .committed(let receipt):
            notes.acknowledged(id, at: receipt.position)
            notes.shown(try EmbeddedLedger.head(of: receipt.checkpoint, ledger.genesis))
        case .rejected(let code): notes.note("problem: \(id) was refused: \(code.explanation)")
        }
    }

    /// Has the copy take what the ledger shows, and confirm it.
    private func watch(_ ledger: EmbeddedLedger, _ copy: ValidatorCopy) async throws {
        let checkpoint = try EmbeddedLedger.verified(ledger.checkpoint(), ledger.genesis)
        let (shown, size) = (checkpoint.checkpoint.head, copy.head.size)
        notes.shown(shown)
        let entries = try ledger.entries(from: size, limit: Int(shown.size - size))
        let clock = TestNetwork.created + 10
        try copy.extend(
            by: entries, to: checkpoint, consistency: ConsistencyProof(hashes: []), clock: clock)
        try copy.confirm(checkpoint, clock: clock)
        notes.confirmed(shown)
        try await Task.sleep(for: .milliseconds(1))
    }
}

extension PowerCutLife.Plan {
    fileprivate init(_ words: [String]) {
        self.init(
            end: End(rawValue: words[0])!, mountPoint: words[1], notes: words[2],
            microseconds: Int(words[3])!, lingering: Int(words[4])!, seed: Int(words[5])!)
    }
}

/// The bytes of a file, none where there is no such file.
func contents(of path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8]()
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return bytes
}
