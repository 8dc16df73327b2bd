import Contract
import Foundation
import Glibc
import Ledger
import SQLiteLedger
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import Surroundings

/// Each system call of a small life of a ledger fails in its turn: nothing that was acknowledged is lost, the
/// error has a name, and once the disk is well all goes on.
@Suite struct FaultTests {
    private static let variable = "MEDSEAL_FAULTS_OF"

    @Test(
        .enabled(if: FaultProcess.preload != nil, "needs clang"),
        arguments: FaultProcess.Call.allCases)
    func aFailingCallIsOutlived(call: FaultProcess.Call) async throws {
        guard getenv(Self.variable) == nil else { return }
        let run = try await FaultProcess.run(
            test: "FaultTests/everyCallInTurn", environment: [Self.variable: "\(call.rawValue)"],
            fault: .init(call, number: 0, error: 0, isLasting: false), below: TestDirectory.prefix)
        let text = run.output
        #expect(run.status == 0, "\(text)")
        guard getenv("MEDSEAL_EVERY_FAULT") != nil else { return }
        for line in text.split(separator: "\n") where line.hasPrefix("\(call)") { print(line) }
    }

    /// Runs where tools/faults.c is preloaded. In `tools/test` some of the calls fail, in `tools/torture` all.
    @Test(.enabled(if: getenv(variable) != nil, "runs inside the other test"))
    func everyCallInTurn() async throws {
        let number = try #require(getenv(Self.variable).flatMap { Int32(String(cString: $0)) })
        let call = try #require(FaultProcess.Call(rawValue: number))
        let step = getenv("MEDSEAL_EVERY_FAULT") != nil ? 1 : call == .write ? 47 : 5
        let errors = call == .read || call == .sync ? [EIO] : [EIO, ENOSPC] + (call == .open ? [EMFILE] : [])
        for error in errors {
            for isLasting in [false, true] {
                var summary = FaultSummary()
                var number = Int.random(in: 1...step)
                while try await outlives(
                    .init(call, number: number, error: error, isLasting: isLasting), &summary)
                {
                    number += step
                }
                let what = "\(String(cString: strerror(error)))\(isLasting ? " from then on" : "")"
                print("\(call), \(what): \(summary)")
                #expect(summary.faults > 0)
            }
        }
    }

    /// Whether the fault happened at all.
    private func outlives(_ fault: FaultProcess.Fault, _ summary: inout FaultSummary) async throws -> Bool {
        let directory = TestDirectory()
        let life = FaultyLife(in: directory)
        FaultProcess.arm(fault)
        await life.run()
        let faults = FaultProcess.disarm()
        let comment = Comment(rawValue: "\(fault)")
        #expect(life.contradictions == [], comment)

        // The disk is well again.
        let ledger = try life.open()
        #expect(ledger.state == .healthy, comment)
        let head = try ledger.head()
        for shown in life.shown {
            let proof = ConsistencyProof(hashes: try ledger.consistencyProof(from: shown.size, to: head.size))
            #expect(proof.verify(from: shown, to: head), comment)
        }
        for (id, position) in life.acknowledged { #expect(try ledger.position(of: id) == position, comment) }
        for statement in life.statements { try await ledger.commit(statement) }
        #expect(try ledger.examine() == [], comment)
        ledger.close()
        if faults > 0 { summary.add(life) }
        return faults > 0
    }
}

/// What the faults of one kind came to.
private struct FaultSummary: CustomStringConvertible {
    private(set) var faults = 0
    private var acknowledged = 0
    private var errors: [String: Int] = [:]

    mutating func add(_ life: FaultyLife) {
        faults += 1
        acknowledged += life.acknowledged.count
        for error in Set(life.errors.map(\.name)) { errors[error, default: 0] += 1 }
    }

    var description: String {
        let named = errors.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "\(faults) faults, \(acknowledged) acknowledged; \(named)"
    }
}

extension LedgerError {
    fileprivate var name: String { String("\(self)".prefix { $0 != "(" && $0 != ":" }) }
}

/// A ledger is made, opened, takes twenty statements, is closed and opened again; and what became of it.
private final class FaultyLife {
    private static let network = TestNetwork()
    private static let statements = network.enrolments + (0..<18).map { _ in network.deposit() }

    let statements = FaultyLife.statements
    private(set) var acknowledged: [StatementID: UInt64] = [:]
    private(set) var shown: [TreeHead] = []
    private(set) var errors: [LedgerError] = []
    /// Wrong answers, and states that do not say what has happened.
    private(set) var contradictions: [String] = []
    private let directory: TestDirectory

    init(in directory: TestDirectory) { self.directory = directory }

    func open() throws(LedgerError) -> EmbeddedLedger {
        let isNew = try PowerCutLife.makeLedger(in: directory.path, of: Self.network)
        if isNew, !shown.isEmpty { contradictions.append("the ledger was gone") }
        return try PowerCutLife.openLedger(in: directory.path, of: Self.network)
    }

    func run() async {
        for isFirst in [true, false] {
            do throws(LedgerError) {
                let ledger = try open()
                defer { ledger.close() }
                if isFirst { await submit(to: ledger) }
                check(ledger)
            } catch {
                errors.append(error)
            }
        }
    }

    /// The first half one by one, the others at once.
    private func submit(to ledger: EmbeddedLedger) async {
        let half = statements.count / 2
        for statement in statements[..<half] { note(await Self.outcome(of: statement, in: ledger), ledger) }
        let outcomes = await withTaskGroup(of: Result<Outcome, LedgerError>.self) { group in
            for statement in statements[half...] {
                group.addTask { await Self.outcome(of: statement, in: ledger) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for outcome in outcomes { note(outcome, ledger) }
    }

    private static func outcome(
        of statement: [UInt8], in ledger: EmbeddedLedger
    ) async -> Result<Outcome, LedgerError> {
        do throws(LedgerError) {
            return .success(try await ledger.submit(statement))
        } catch {
            return .failure(error)
        }
    }

    private func note(_ outcome: Result<Outcome, LedgerError>, _ ledger: EmbeddedLedger) {
        switch outcome {
        case .success(.committed(let receipt)):
            acknowledged[receipt.statement] = receipt.position
            if let head = try? EmbeddedLedger.head(of: receipt.checkpoint, ledger.genesis) {
                shown.append(head)
            } else {
                contradictions.append("a receipt without a checkpoint")
            }
        // A member that could not be enrolled cannot deposit either.
        case .success(.rejected(let code)):
            if errors.isEmpty { contradictions.append("refused: \(code.explanation)") }
        case .failure(let error):
            // What passes by itself is no reason to take nothing more (T69).
            if error.isPassing, !errors.contains(where: { !$0.isPassing }), ledger.state != .healthy {
                contradictions.append("\(ledger.state) after \(error)")
            }
            errors.append(error)
            if case .storage = error, ledger.state == .healthy {
                contradictions.append("healthy after \(error)")
            }
        }
    }

    /// What can be read is right; what cannot says why.
    private func check(_ ledger: EmbeddedLedger) {
        do throws(LedgerError) {
            let note = try ledger.checkpoint()
            guard let head = try? EmbeddedLedger.head(of: note, ledger.genesis) else {
                return contradictions.append("the checkpoint is none")
            }
            shown.append(head)
            for (id, position) in acknowledged where try ledger.position(of: id) != position {
                contradictions.append("\(id) is not at \(position)")
            }
            let count = try ledger.entries(from: 0, limit: 100).count
            if count != Int(head.size) { contradictions.append("\(count) entries, \(head.size) signed") }
        } catch {
            errors.append(error)
        }
    }
}
