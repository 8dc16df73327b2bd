import API
import Contract
import Hummingbird
import Records

/// Who may call a route: what is said about it, and how it is decided.
///
/// A policy decides by the key that signed the call, the path and the contract's state, before any of the body
/// is read. What it admits is a `Caller`: a value that only its own check makes, so that no handler can be
/// written that was not given one.
struct Policy<Caller: Sendable>: Sendable {
    let terms: Terms
    /// The caller; nil refuses, with the terms' refusal.
    let admit: @Sendable (SignedCall, RecordKeeping) throws -> Caller?

    init(_ terms: Terms, admit: @escaping @Sendable (SignedCall, RecordKeeping) throws -> Caller?) {
        self.terms = terms
        self.admit = admit
    }
}

/// A policy that has to read the body: a statement says who signed it, a letter to whom it goes.
struct BodyPolicy<Body: Sendable, Caller: Sendable>: Sendable {
    let terms: Terms
    let admit: @Sendable (SignedCall, Body, RecordKeeping) throws -> Caller?

    init(_ terms: Terms, admit: @escaping @Sendable (SignedCall, Body, RecordKeeping) throws -> Caller?) {
        self.terms = terms
        self.admit = admit
    }
}

/// What a policy says of itself, for docs/reference/api.md, docs/reference/openapi.json and the test that plays every party.
struct Terms: Sendable {
    /// Who may call, in words.
    let who: String
    /// Which parties are admitted, by what they ask for; of most routes there is one case without a name.
    let cases: [Case]
    /// What other callers are told.
    let refusal: Problem

    struct Case: Sendable {
        let name: String
        let admitted: Set<Party>
    }

    /// Whether a stranger's key may be answered.
    var admitsStrangers: Bool { cases.contains { $0.admitted.contains(.stranger) } }

    init(_ who: String, _ admitted: Set<Party>, refusal: Problem) {
        self.init(who, cases: [Case(name: "", admitted: admitted)], refusal: refusal)
    }

    init(_ who: String, cases: [Case], refusal: Problem) {
        self.who = who
        self.cases = cases
        self.refusal = refusal
    }
}

/// A kind of caller, as the organisation in the path sees it.
enum Party: Hashable, Sendable {
    /// The call has no signature.
    case unsigned
    /// A key that the network does not know.
    case stranger
    case member(Role, Place)
    /// An auditor of another organisation, whose kind is to audit.
    case auditor
    /// A member of the organisation itself that is no more in force.
    case ended(Ending)
    case inbox(Standing)
    /// The owner of a record that the organisation keeps; a delegate who may read and grant for it.
    case owner
    case delegate
    case root(Place)
    case validator(Place)

    enum Place: CaseIterable, Sendable { case own, other, suspended }

    enum Ending: CaseIterable, Sendable { case suspended, retired, expired }

    enum Standing: CaseIterable, Sendable { case applying, admitted, elsewhere }
}

extension Set<Party> {
    static let everySigner: Set<Party> = .any(
        members(), inboxes, roots, validators, Set(Party.Ending.allCases.map { .ended($0) }),
        [.stranger, .owner, .delegate])

    /// Those whose key can have recorded a release: a root's and a validator's have another part in the network.
    static let releaseReaders = everySigner.subtracting(roots).subtracting(validators)

    /// Those who belong to the network.
    static let parties: Set<Party> = .any(
        members(), [.inbox(.admitted), .inbox(.elsewhere)], activeValidators, [.root(.own), .root(.other)])

    static let roots = Set(Party.Place.allCases.map { .root($0) })
    static let validators = Set(Party.Place.allCases.map { .validator($0) })
    static let activeValidators: Set<Party> = [.validator(.own), .validator(.other)]
    static let inboxes = Set(Party.Standing.allCases.map { .inbox($0) })
    static let inboxesHere: Set<Party> = [.inbox(.applying), .inbox(.admitted)]
    static let inboxAdmitted: Set<Party> = [.inbox(.admitted)]

    static func members(
        _ roles: [Role] = Role.allCases, of places: [Party.Place] = [.own, .other]
    ) -> Set<Party> {
        Set(places.flatMap { place in roles.map { .member($0, place) } })
            .union(roles.contains(.auditor) && places.contains(.other) ? [.auditor] : [])
    }

    static func staff(_ roles: [Role]) -> Set<Party> { members(roles, of: [.own]) }

    static func any(_ sets: Set<Party>...) -> Set<Party> { sets.reduce([]) { $0.union($1) } }
}
