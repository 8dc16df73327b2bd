import API
import Contract
import Synchronization

/// How many of some costly kind of call run at once: so many of one key, of one organisation, in all. Who finds no place is told to
/// wait: there is no queue that others could lengthen.
final class CallerPlaces: Sendable {
    private struct State {
        var perCaller: [PublicKey: Int] = [:]
        var perOrganisation: [OrganisationName: Int] = [:]
        var all = 0
    }

    private let perCallerMax: Int
    private let perOrganisationMax: Int
    private let allMax: Int
    private let state = Mutex(State())

    init(perCaller: Int, perOrganisation: Int, all: Int) {
        perCallerMax = perCaller
        perOrganisationMax = perOrganisation
        allMax = all
    }

    private static let tooMany = Problem(
        .tooMany, "such calls run already, as many as may at once: wait for them and try again", retryAfter: 5
    )

    /// Takes a place until `leave`, or until the value is gone. Throws `tooMany`.
    func enter(_ caller: PublicKey, of organisation: OrganisationName) throws(Problem) -> Place {
        let isTaken = state.withLock { state in
            guard state.all < allMax, state.perCaller[caller, default: 0] < perCallerMax,
                state.perOrganisation[organisation, default: 0] < perOrganisationMax
            else { return false }
            state.all += 1
            state.perCaller[caller, default: 0] += 1
            state.perOrganisation[organisation, default: 0] += 1
            return true
        }
        guard isTaken else { throw Self.tooMany }
        return Place(caller, organisation, in: self)
    }

    private func leave(_ caller: PublicKey, of organisation: OrganisationName) {
        func decrease<Key>(_ counts: inout [Key: Int], _ key: Key) {
            let count = counts[key, default: 1] - 1
            counts[key] = count > 0 ? count : nil
        }
        state.withLock { state in
            state.all -= 1
            decrease(&state.perCaller, caller)
            decrease(&state.perOrganisation, organisation)
        }
    }

    final class Place: Sendable {
        private let caller: PublicKey
        private let organisation: OrganisationName
        private let places: Mutex<CallerPlaces?>

        fileprivate init(
            _ caller: PublicKey, _ organisation: OrganisationName, in places: CallerPlaces
        ) {
            self.caller = caller
            self.organisation = organisation
            self.places = Mutex(places)
        }

        deinit { leave() }

        func leave() {
            places.withLock { places in
                places?.leave(caller, of: organisation)
                places = nil
            }
        }
    }
}
