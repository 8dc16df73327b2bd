import Contract
import Synchronization

/// Keeps apart, record by record, those who bring a record's bytes or have a statement ordered that names them, and
/// those who take bytes away: without it a blob could leave between the look that finds it there and the commit of the
/// statement that names it (SECURITY.md, T58).
///
/// One process serves an organisation's vault, so this is one for each `Custodian`.
public final class RecordTurns: Sendable {
    private struct Turn {
        var sharing = 0
        var isTakenAlone = false
        /// In the order in which they came, so that none waits for ever.
        var waiting: [(alone: Bool, ready: CheckedContinuation<Void, Never>)] = []

        func admits(alone: Bool) -> Bool { !isTakenAlone && (!alone || sharing == 0) }

        mutating func enter(alone: Bool) {
            if alone { isTakenAlone = true } else { sharing += 1 }
        }

        mutating func leave(alone: Bool) {
            if alone { isTakenAlone = false } else { sharing -= 1 }
        }
    }

    private let turns = Mutex<[RecordHandle: Turn]>([:])

    public init() {}

    /// Runs `body` while nothing is taken away from the record.
    func sharing<Result>(
        _ record: RecordHandle, _ body: () async throws -> Result
    ) async rethrows -> Result {
        try await run(record, alone: false, body)
    }

    /// Runs `body` while no other is at the record.
    func alone<Result>(
        _ record: RecordHandle, _ body: () async throws -> Result
    ) async rethrows -> Result {
        try await run(record, alone: true, body)
    }

    private func run<Result>(
        _ record: RecordHandle, alone: Bool, _ body: () async throws -> Result
    ) async rethrows -> Result {
        await enter(record, alone: alone)
        defer { leave(record, alone: alone) }
        return try await body()
    }

    private func enter(_ record: RecordHandle, alone: Bool) async {
        await withCheckedContinuation { ready in
            let isAdmitted = turns.withLock { turns in
                var turn = turns[record] ?? Turn()
                let isAdmitted = turn.waiting.isEmpty && turn.admits(alone: alone)
                if isAdmitted { turn.enter(alone: alone) } else { turn.waiting.append((alone, ready)) }
                turns[record] = turn
                return isAdmitted
            }
            if isAdmitted { ready.resume() }
        }
    }

    private func leave(_ record: RecordHandle, alone: Bool) {
        let next = turns.withLock { turns -> [CheckedContinuation<Void, Never>] in
            guard var turn = turns[record] else { preconditionFailure("no turn was taken at the record") }
            turn.leave(alone: alone)
            var next = [CheckedContinuation<Void, Never>]()
            while let first = turn.waiting.first, turn.admits(alone: first.alone) {
                turn.enter(alone: first.alone)
                next.append(turn.waiting.removeFirst().ready)
            }
            turns[record] = turn.sharing == 0 && !turn.isTakenAlone ? nil : turn
            return next
        }
        for ready in next { ready.resume() }
    }
}
