public import Contract
public import Evidence
import Primitives
import Sealing
public import TransparencyLog

/// A ledger as a server shows it, under one checkpoint: every answer so far, and what was found to hold of it.
public struct LedgerView {
    public let network: KnownNetwork
    /// Nil where nothing of it has to be proven: then it shows its state and letters, and no statements.
    public let checkpoint: VerifiedCheckpoint?
    public let now: LedgerTime
    /// The newest revocation list (DER) that was seen of each authority, before and by now: whoever shows an older
    /// one, or none, is found out.
    public internal(set) var lists: [OrganisationName: [UInt8]]

    private var answers: [Call: CallOutcome] = [:]
    /// Found to be in the log.
    private var proven: [UInt64: LoggedStatement] = [:]
    // Found once, since to find them again takes signatures.
    var governance: Governance?
    var members: [PublicKey: Swift.Result<VerifiedMember, PartyError>] = [:]
    var answeringKeys: [OrganisationName: [PublicKey: UInt64]] = [:]

    public init(
        _ network: KnownNetwork, under checkpoint: VerifiedCheckpoint?, now: LedgerTime,
        lists: [OrganisationName: [UInt8]] = [:]
    ) {
        self.network = network
        self.checkpoint = checkpoint
        self.now = now
        self.lists = lists
    }

    mutating func take(_ answer: CallOutcome, to call: Call) { answers[call] = answer }

    // MARK: Answers

    /// Stops unless all of these were answered.
    func require(_ calls: [Call]) throws(Pause) {
        var missing = [Call]()
        for call in calls where answers[call] == nil && !missing.contains(call) { missing.append(call) }
        guard missing.isEmpty else { throw .calls(missing) }
    }

    /// Nil where there is nothing of the kind.
    func optionalBody(of call: Call) throws(Pause) -> [UInt8]? {
        guard let answer = answers[call] else { throw .calls([call]) }
        do throws(PartyError) {
            return try answer.optionalBody()
        } catch { throw .failure(error) }
    }

    func body(of call: Call) throws(Pause) -> [UInt8] {
        guard let body = try optionalBody(of: call) else {
            throw .failure(.refused("the server has nothing of this kind"))
        }
        return body
    }

    /// What `read` makes of a JSON answer.
    func json<Value>(
        of call: Call, _ read: (inout JSONFields) throws(JSONValue.Malformed) -> Value
    ) throws(Pause) -> Value {
        let body = try body(of: call)
        do throws(JSONValue.Malformed) {
            var fields = try JSONFields(JSONValue(decoding: body))
            return try read(&fields)
        } catch {
            throw .failure(.unverified("the server's answer to \(call.form.path.prefix(40)) is malformed"))
        }
    }

    // MARK: The state

    /// Values of the contract's state as the server tells them; absent ones are left out.
    public mutating func state(_ keys: [StateKey]) throws(Pause) -> [StateKey: [UInt8]] {
        var pages = [(call: Call, keys: ArraySlice<StateKey>)]()
        for start in stride(from: 0, to: keys.count, by: Call.stateKeysMax) {
            let page = keys[start..<min(start + Call.stateKeysMax, keys.count)]
            pages.append((.state(Array(page)), page))
        }
        try require(pages.map { $0.call })
        var values = [StateKey: [UInt8]]()
        for page in pages {
            let found = try json(of: page.call) { fields throws(JSONValue.Malformed) in
                try fields.stateValues(of: page.keys)
            }
            for (key, value) in found { values[key] = value }
        }
        return values
    }

    /// One value of the contract's state as the server tells it; nil when absent.
    public mutating func state<Value: StateValue>(
        _ key: StateKey, as type: Value.Type = Value.self
    ) throws(Pause) -> Value? {
        guard let bytes = try state([key])[key] else { return nil }
        guard let value = Value(bytes: bytes) else {
            throw .failure(.unverified("the server tells a malformed value of the ledger's state"))
        }
        return value
    }

    // MARK: Statements

    private func head() throws(Pause) -> TreeHead {
        guard let checkpoint else {
            throw .failure(.unverified("nothing can be proven without a checkpoint"))
        }
        return checkpoint.checkpoint.head
    }

    /// Every position that `query` looks for, rising; below the checkpoint's size, where there is one. That none is
    /// left out is the server's word.
    public mutating func positions(_ query: PositionQuery) throws(Pause) -> [UInt64] {
        let size = checkpoint?.checkpoint.head.size ?? .max
        var query = query
        var all = [UInt64]()
        while true {
            let page = try json(of: .positions(query)) { fields throws(JSONValue.Malformed) in
                var page = [UInt64]()
                for value in try fields.array("positions") {
                    guard case .number(let position) = value else {
                        throw JSONValue.Malformed("a position is no number")
                    }
                    page.append(position)
                }
                return page
            }
            guard page.count <= Call.positionsMax else {
                throw .failure(.unverified("the server lists more positions than were asked for"))
            }
            for position in page {
                guard query.after.map({ $0 < position }) ?? true else {
                    throw .failure(.unverified("the server's list of positions does not rise"))
                }
                query.after = position
                if position < size { all.append(position) }
            }
            if page.count < Call.positionsMax { return all }
        }
    }

    /// The statements at these positions, proven to be in the log of the checkpoint.
    public mutating func statements(at positions: [UInt64]) throws(Pause) -> [LoggedStatement] {
        let head = try head()
        let unknown = positions.filter { proven[$0] == nil }
        // All at once: a driver may make many calls together.
        try require(unknown.flatMap { [.entry($0), .inclusion(of: $0, size: head.size)] })
        for position in unknown { proven[position] = try statement(at: position, in: head) }
        return positions.compactMap { proven[$0] }
    }

    /// The statements that `query` looks for, as the server shows them: their signatures hold, that the log has them is
    /// the server's word.
    public mutating func shownStatements(_ query: PositionQuery) throws(Pause) -> [LoggedStatement] {
        let positions = try positions(query)
        try require(positions.map { .entry($0) })
        var shown = [LoggedStatement]()
        for position in positions {
            let leaf = try leaf(at: position)
            do throws(PartyError) {
                shown.append(try LoggedStatement(leaf, at: position, network: network.id))
            } catch { throw .failure(error) }
        }
        return shown
    }

    private func leaf(at position: UInt64) throws(Pause) -> [UInt8] {
        let page = try body(of: .entry(position))
        guard page.count > 4, page[0..<4].reduce(0, { $0 << 8 | UInt64($1) }) == UInt64(page.count - 4) else {
            throw .failure(.unverified("the server gives no entry at position \(position)"))
        }
        return Array(page[4...])
    }

    private func statement(at position: UInt64, in head: TreeHead) throws(Pause) -> LoggedStatement {
        let leaf = try leaf(at: position)
        let hashes = try json(of: .inclusion(of: position, size: head.size)) {
            fields throws(JSONValue.Malformed) in
            var hashes = [[UInt8]]()
            for value in try fields.array("hashes") { hashes.append(try value.base64()) }
            return hashes
        }
        do throws(PartyError) {
            return try LoggedStatement(
                leaf, at: position, InclusionProof(hashes: hashes), in: head, network: network.id)
        } catch { throw .failure(error) }
    }

    /// Every statement that `query` looks for, proven, in its order.
    public mutating func statements(_ query: PositionQuery) throws(Pause) -> [LoggedStatement] {
        try statements(at: try positions(query))
    }
}

extension StateKey {
    /// The values that a server tells of `keys` in answer to `Call.state`, for the contract to decide by; absent ones are
    /// left out. Throws `unverified` for what is none.
    static func values(
        of keys: some Sequence<StateKey>, in answer: [UInt8]
    ) throws(PartyError) -> [StateKey: [UInt8]] {
        let values: [StateKey: [UInt8]]
        do throws(JSONValue.Malformed) {
            var fields = try JSONFields(JSONValue(decoding: answer))
            values = try fields.stateValues(of: keys)
        } catch { throw .unverified("the server's answer about the ledger's state is malformed") }
        for (key, value) in values where !key.isValue(value) {
            throw .unverified("the server tells a malformed value of the ledger's state")
        }
        return values
    }
}

extension JSONFields {
    /// Values of the contract's state in the answer to `Call.state`; absent ones are left out.
    mutating func stateValues(
        of keys: some Sequence<StateKey>
    ) throws(JSONValue.Malformed) -> [StateKey: [UInt8]] {
        var answered = try JSONFields(try value("values"))
        var found = [StateKey: [UInt8]]()
        for key in keys {
            let name = lowercaseHex(key.bytes)
            if answered.has(name) { found[key] = try answered.base64(name) }
        }
        return found
    }
}
