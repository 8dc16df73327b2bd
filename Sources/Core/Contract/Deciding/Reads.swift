/// The present values of the keys that a statement's decision may look at, and of no others.
///
/// Looking at another key stops the process: it would be a decision that no two executions need agree on.
public struct Reads: Sendable {
    private var keys: [StateKey] = []
    private var values: [[UInt8]?] = []

    /// Asks `value` for each of `statement.readKeys`; nil where a key has none.
    public init<Failure: Error>(
        of statement: VerifiedStatement, value: (StateKey) throws(Failure) -> [UInt8]?
    ) throws(Failure) {
        for key in statement.readKeys {
            keys.append(key)
            values.append(try value(key))
        }
    }

    subscript(key: StateKey) -> [UInt8]? {
        guard let index = keys.firstIndex(of: key) else {
            preconditionFailure("a decision looks at a key that the statement does not announce")
        }
        return values[index]
    }
}

extension VerifiedStatement {
    /// Every key of the state that the decision may look at; computed from the statement alone.
    public var readKeys: [StateKey] {
        var keys = ReadKeys(caller: caller, carried: permit)
        return [.statement(id)] + assertion.open(&keys)
    }
}

/// What the reads of a kind are made of, besides what it says itself.
struct ReadKeys: ContentVisitor {
    let caller: PublicKey
    let carried: Permit?

    func visit<Content: StatementContent>(_ it: Content) -> [StateKey] { it.reads(self) }

    /// The caller as a member of `organisation`.
    func member(of organisation: OrganisationName) -> [StateKey] {
        [.organisation(organisation), .member(caller)]
    }

    /// The one-time key of the permit that is carried.
    var permit: [StateKey] { carried.map { parts(of: $0.key) } ?? [] }

    /// Whatever part in the network the key may have.
    func parts(of key: PublicKey) -> [StateKey] { [.member(key), .permit(key), .networkKey(key)] }

    func record(_ handle: RecordHandle) -> [StateKey] { [.record(handle), .clock(handle)] }

    /// The record, and what `custodian` keeps of it.
    func copy(_ handle: RecordHandle, of custodian: OrganisationName) -> [StateKey] {
        record(handle) + [.custody(handle, custodian)]
    }
}
