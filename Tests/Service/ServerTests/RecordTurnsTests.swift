import Contract
import Primitives
import Synchronization
import Testing

@testable import Records

/// Who is alone at a record is alone there, and at no other.
@Suite struct RecordTurnsTests {
    private let record = RecordHandle(Random.bytes(32))!

    /// How many are at the record in either way, as they see it themselves.
    private final class Presence: Sendable {
        let state = Mutex((sharing: 0, alone: 0, most: 0, harm: 0))

        func stay(alone: Bool) async {
            state.withLock { state in
                if alone { state.alone += 1 } else { state.sharing += 1 }
                state.most = max(state.most, state.sharing)
                if state.alone > 1 || state.alone == 1 && state.sharing > 0 { state.harm += 1 }
            }
            for _ in 0..<20 { await Task.yield() }
            state.withLock { state in
                if alone { state.alone -= 1 } else { state.sharing -= 1 }
            }
        }
    }

    @Test func manyComeAndGoAndEachHasItsTurn() async {
        let (turns, presence) = (RecordTurns(), Presence())
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<400 {
                group.addTask {
                    if number % 5 == 0 {
                        await turns.alone(record) { await presence.stay(alone: true) }
                    } else {
                        await turns.sharing(record) { await presence.stay(alone: false) }
                    }
                }
            }
        }
        let state = presence.state.withLock { $0 }
        #expect(state.harm == 0 && state.sharing == 0 && state.alone == 0)
        #expect(state.most > 1, "those who share do not wait for each other")
    }

    @Test func anotherRecordIsNotWaitedFor() async {
        let turns = RecordTurns()
        let other = RecordHandle(Random.bytes(32))!
        let isReached = await turns.alone(record) {
            await turns.alone(other) { await turns.sharing(RecordHandle(Random.bytes(32))!) { true } }
        }
        #expect(isReached)
    }

    @Test func aFailureGivesTheTurnBack() async throws {
        struct Failure: Error {}
        let turns = RecordTurns()
        for alone in [true, false] {
            await #expect(throws: Failure.self) {
                if alone {
                    try await turns.alone(record) { throw Failure() }
                } else {
                    try await turns.sharing(record) { throw Failure() }
                }
            }
        }
        #expect(await turns.alone(record) { true })
    }
}
