import API
import Contract
import Synchronization

/// How many of some costly kind of call run at once: so many of one key, so many in all. Who finds no place is told to
/// wait: there is no queue that others could lengthen.
final class CallerPlaces: Sendable {
    private struct State {
        var perCaller: [PublicKey: Int] = [:]
        var all = 0
    }

    private let perCallerMax: Int
    private let allMax: Int
    private let state = Mutex(State())

    init(perCaller: Int, all: Int) {
        perCallerMax = perCaller
        allMax = all
    }

    private static let tooMany = Problem(
        .tooMany, "such calls run already, as many as may at once: wait for them and try again", retryAfter: 5
    )

    /// Takes a place until `leave`, or until the value is gone. Throws `tooMany`.
    func enter(_ caller: PublicKey) throws(Problem) -> Place {
        let isTaken = state.withLock { state in
            guard state.all < allMax, state.perCaller[caller, default: 0] < perCallerMax else { return false }
            state.all += 1
            state.perCaller[caller, default: 0] += 1
            return true
        }
        guard isTaken else { throw Self.tooMany }
        return Place(caller, of: self)
    }

    private func leave(_ caller: PublicKey) {
        state.withLock { state in
            state.all -= 1
            let count = state.perCaller[caller, default: 1] - 1
            state.perCaller[caller] = count > 0 ? count : nil
        }
    }

    final class Place: Sendable {
        private let caller: PublicKey
        private let places: Mutex<CallerPlaces?>

        fileprivate init(_ caller: PublicKey, of places: CallerPlaces) {
            self.caller = caller
            self.places = Mutex(places)
        }

        deinit { leave() }

        func leave() {
            places.withLock { places in
                places?.leave(caller)
                places = nil
            }
        }
    }
}
