import Contract
import Foundation
import Testing

@testable import ContractCases

/// How often what was reached.
struct HistoryCoverage {
    private(set) var counts: [StatementKind: [RejectionCode?: Int]] = [:]

    mutating func count(_ kind: StatementKind, _ code: RejectionCode?) {
        counts[kind, default: [:]][code, default: 0] += 1
    }

    mutating func add(_ other: HistoryCoverage) {
        for (kind, codes) in other.counts { counts[kind, default: [:]].merge(codes, uniquingKeysWith: +) }
    }

    var steps: Int { counts.values.reduce(0) { $0 + $1.values.reduce(0, +) } }
    /// How many kinds were refused for how many reasons each.
    var refusals: Int { counts.values.reduce(0) { $0 + $1.keys.count { $0 != nil } } }
    func accepted(_ kind: StatementKind) -> Int { counts[kind]?[nil] ?? 0 }

    var table: String {
        let rows = StatementKind.allCases.compactMap { kind in
            counts[kind].map { codes in
                let refused = codes.compactMap { code, count in code.map { ($0, count) } }
                    .sorted { $0.0.rawValue < $1.0.rawValue }.map { "\($0.0) \($0.1)" }
                return "\(kind): ok \(codes[nil] ?? 0)" + refused.map { ", " + $0 }.joined()
            }
        }
        return rows.joined(separator: "\n")
    }
}

/// One history: the contract and the model side by side.
struct HistoryRun {
    struct Difference: Error, CustomStringConvertible { let description: String }

    private(set) var maker: HistoryMaker
    private(set) var watch = HistoryWatch()
    private(set) var coverage = HistoryCoverage()
    private(set) var state: [StateKey: [UInt8]] = [:]
    private(set) var log: [(time: LedgerTime, said: VerifiedStatement, writes: [Write])] = []

    init(seed: UInt64, hasUnsteadyClock: Bool = true) {
        maker = HistoryMaker(seed: seed, hasUnsteadyClock: hasUnsteadyClock)
        for write in HistoryCast.genesis.writes { state[write.key] = write.value }
    }

    /// Returns what came of one more statement: the writes, or the code.
    @discardableResult
    mutating func step() throws -> Decision {
        let attempt = maker.next()
        guard let signed = try? SignedStatement(attempt.bytes, network: HistoryCast.network) else {
            return try broken(.malformed, attempt)
        }
        guard let said = signed.verified(hash: Toy.hash, isValid: Toy.isValid) else {
            coverage.count(signed.statement.assertion.kind, .signatureInvalid)
            return try broken(.signatureInvalid, attempt)
        }
        let time = attempt.time
        let expected = ModelHearing.objection(to: said, at: time, in: maker.history)
        let decision = decide(said, at: time, reads: Reads(of: said) { state[$0] })
        switch decision {
        case .rejected(let code):
            try agree(said, time, contract: code, model: expected)
        case .accepted(let writes):
            try agree(said, time, contract: nil, model: expected)
            let before = said.assertion.record.flatMap { state[.record($0)] }.flatMap {
                RecordState(bytes: $0)
            }
            watch.accepted(said, at: time, owner: before?.owner(at: time), writes: writes)
            if let broken = watch.broken.first { throw difference(said, time, "broken: \(broken)") }
            for write in writes { state[write.key] = write.value }
            log.append((time, said, writes))
            maker.accepted(said, at: time)
        }
        return decision
    }

    /// As the state says; the record's clock never goes back.
    private func owner(of handle: RecordHandle?, at time: LedgerTime) -> PublicKey? {
        guard let handle, let record = state[.record(handle)].flatMap({ RecordState(bytes: $0) }) else {
            return nil
        }
        let seen = state[.clock(handle)].flatMap { ClockState(bytes: $0) }?.seen ?? 0
        return record.owner(at: max(seen, time))
    }

    private func broken(_ code: RejectionCode, _ attempt: HistoryMaker.Attempt) throws -> Decision {
        guard attempt.flaw == code else {
            throw Difference(description: "\(code), but \(attempt.flaw as Any)")
        }
        return .rejected(code)
    }

    private mutating func agree(
        _ said: VerifiedStatement, _ time: LedgerTime, contract: RejectionCode?, model: RejectionCode?
    ) throws {
        coverage.count(said.assertion.kind, contract)
        func name(_ code: RejectionCode?) -> String { code.map { "\($0)" } ?? "ok" }
        if contract != model {
            throw difference(said, time, "the contract says \(name(contract)), the model \(name(model))")
        }
    }

    /// What differs, and all that was accepted about the same things.
    private func difference(_ said: VerifiedStatement, _ time: LedgerTime, _ what: String) -> Difference {
        let subjects = Set(said.subjects.filter { $0.count == 32 })
        let story = log.filter { !subjects.isDisjoint(with: $0.said.subjects) }
            .map {
                "\($0.time) \($0.said.caller.hex.prefix(6)) \($0.said.id.hex.prefix(6)) \($0.said.assertion)"
            }
        return Difference(
            description: "\(what)\n\(time) \(said.caller.hex.prefix(6)) \(said.assertion)\nafter:\n"
                + story.joined(separator: "\n"))
    }
}

@Suite("Histories") struct HistoriesTests {
    /// A history is short, so that looking through all of it stays cheap.
    static let length = 400

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test("contract and model agree on random histories, and what must hold holds")
    func agreement() async throws {
        let seed = Self.setting("MEDSEAL_SEED") ?? UInt64.random(in: 0..<1 << 32)
        let steps = Int(Self.setting("MEDSEAL_STEPS") ?? 101_000)
        print("histories: MEDSEAL_SEED=\(seed) MEDSEAL_STEPS=\(steps)")
        let count = (steps + Self.length - 1) / Self.length
        var coverage = HistoryCoverage()
        try await withThrowingTaskGroup(of: HistoryCoverage.self) { group in
            for index in 0..<count {
                group.addTask { try Self.history(seed: seed &+ UInt64(index)) }
            }
            for try await one in group { coverage.add(one) }
        }
        print(coverage.table)
        print("histories: \(coverage.steps) steps, \(coverage.refusals) refusals of a kind for a reason")
        // The maker must not come to say only what is refused.
        guard steps >= 20_000 else { return }
        for kind in StatementKind.allCases where kind != .genesis && kind != .permit {
            #expect(coverage.accepted(kind) > 0, "no \(kind) was ever accepted")
        }
        if steps >= 100_000 { #expect(coverage.refusals > 360) }
    }

    private static func history(seed: UInt64) throws -> HistoryCoverage {
        var run = HistoryRun(seed: seed)
        for _ in 0..<length {
            do {
                try run.step()
            } catch {
                Issue.record("MEDSEAL_SEED=\(seed) MEDSEAL_STEPS=\(length): \(error)")
                return run.coverage
            }
        }
        return run.coverage
    }
}
