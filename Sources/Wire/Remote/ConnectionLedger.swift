public import API
public import Contract
public import Foundation
import Identity
public import Primitives
public import TransparencyLog

// The ledger's part of the API. What is read here is believed only as far as each function says.

extension Connection {
    /// Submits a statement, as the key that signed it, and waits until it is durable, or cosigned where the
    /// network has a quorum; the receipt's checkpoint is verified. The receipt says what was reached: not
    /// every validator may have cosigned in time.
    ///
    /// Throws `Problem` when the contract refuses. A statement that is on the ledger already gets its first
    /// receipt again.
    @discardableResult
    public func submit(_ statement: Statement, signedBy key: SigningKey) async throws -> Wire.Receipt {
        try await submit(statement.signed(by: key, network: network.id), signedBy: key)
    }

    /// Submits a statement that `key` has signed, to the server of the organisation that keeps what it points to. The same bytes
    /// again are harmless.
    package func submit(_ bytes: [UInt8], signedBy key: SigningKey) async throws -> Wire.Receipt {
        guard let statement = try? SignedStatement(bytes, network: network.id) else {
            preconditionFailure("a statement that was signed here")
        }
        try await relay(statement)
        let level: Wire.Acknowledged = network.genesis.quorum.rules.isEmpty ? .durable : .cosigned
        let body = try await calling(as: key).call(
            .post, Routes.statements, query: [("until", level.rawValue)],
            at: statement.statement.assertion.keeper?.organisation, .bytes(bytes, type: "application/cose"))
        let receipt: Wire.Receipt
        do {
            receipt = try JSON.decode(Wire.Receipt.self, body)
        } catch {
            throw PartyError.unverified("the server's receipt is malformed")
        }
        _ = try Receipt(verifying: body, of: bytes, network: network.id, keys: network.checkpointKeys)
        return receipt
    }

    /// The address of a validator that every statement of this task is handed to as well, so that the ledger's
    /// server cannot leave them out unnoticed. For the program to say; nil: to none.
    @TaskLocal public static var relay: URL?

    /// How long a statement that was handed to a validator may take to come onto the ledger.
    private static let relaySeconds = 90

    /// Hands a statement to a validator first, where one is named.
    package func relay(_ statement: SignedStatement) async throws {
        if let relay = Self.relay { try await hand(statement, to: relay) }
    }

    /// Hands a statement to a validator and waits until it is on the ledger.
    private func hand(_ statement: SignedStatement, to validator: URL) async throws {
        try await post(statement.bytes, to: validator.appending(path: "statements"))
        for _ in 0..<Self.relaySeconds {
            if try await state([.statement(statement.id)]).isEmpty == false { return }
            try await Task.sleep(for: .seconds(1))
        }
        throw PartyError.unavailable(
            "statement \(statement.id) was handed to \(validator) and did not come onto the ledger: its validator tells everybody"
        )
    }

    /// The newest checkpoint that may be believed: signed by the ledger's key that the genesis pins, and
    /// cosigned within the last hour by as many validators as the genesis asks for.
    public func checkpoint() async throws -> VerifiedCheckpoint {
        let checkpoint = try opened(try await call(.get, Routes.checkpoint))
        let keys = try await cosigners(under: checkpoint)
        guard keys.meetsQuorum(checkpoint) else {
            throw PartyError.unverified(
                "the checkpoint has not the cosignatures that the network asks for: the ledger shows something that its validators have not confirmed"
            )
        }
        let now = surroundings.now()
        guard keys.meetsQuorum(checkpoint, since: now - min(now, Self.cosignatureSecondsMax)) else {
            throw PartyError.unverified(
                "the checkpoint's cosignatures are more than an hour old: the ledger holds back what is newer, or its validators are not running"
            )
        }
        looking.note(checkpoint)
        return checkpoint
    }

    /// The keys whose cosignatures count for `checkpoint`: not those of an organisation that its own log has suspended.
    private func cosigners(under checkpoint: VerifiedCheckpoint) async throws -> CheckpointKeys {
        let keys = network.checkpointKeys
        guard !network.genesis.quorum.rules.isEmpty else { return keys }
        let suspended = try await governance(under: checkpoint).organisations.filter { $0.isSuspended }
        return keys.without(Set(suspended.map { $0.name }))
    }

    /// How old the cosignatures of a checkpoint may be.
    static let cosignatureSecondsMax: UInt64 = 3_600

    /// The checkpoint that validators shall cosign now, signed by the ledger. With `size`, the answer waits a
    /// while for one of more entries.
    public func candidate(beyond size: UInt64?) async throws -> VerifiedCheckpoint {
        let query = size.map { [("beyond", String($0))] } ?? []
        return try opened(try await call(.get, Routes.candidate, query: query))
    }

    /// Hands over a statement that another party has signed, as a validator may.
    public func submit(statement: [UInt8]) async throws {
        let signed = try? SignedStatement(statement, network: network.id)
        _ = try await call(
            .post, Routes.statements, at: signed?.statement.assertion.keeper?.organisation,
            .bytes(statement, type: "application/cose"))
    }

    /// Hands a checkpoint with one's own cosignature to the ledger.
    public func deliver(cosigned note: [UInt8]) async throws {
        _ = try await call(.post, Routes.cosignatures, .bytes(note, type: "text/plain; charset=utf-8"))
    }

    private func opened(_ note: [UInt8]) throws -> VerifiedCheckpoint {
        do {
            return try network.checkpointKeys.open(note)
        } catch {
            throw PartyError.unverified(
                "the checkpoint is not signed by this network's ledger", cause: error)
        }
    }

    /// Values of the contract's state as the server tells them; absent ones are left out.
    public func state(_ keys: [StateKey]) async throws -> [StateKey: [UInt8]] {
        var values = [StateKey: [UInt8]]()
        for start in stride(from: 0, to: keys.count, by: 1_000) {
            let page = keys[start..<min(start + 1_000, keys.count)]
            let answer: Wire.StateAnswer = try await call(
                .post, Routes.state, json: Wire.StateQuery(keys: page.map { lowercaseHex($0.bytes) }))
            for key in page {
                if let value = answer.values[lowercaseHex(key.bytes)] { values[key] = [UInt8](value) }
            }
        }
        return values
    }

    /// One value of the contract's state as the server tells it; nil when absent.
    public func state<Value: StateValue>(_ key: StateKey, as type: Value.Type = Value.self) async throws
        -> Value?
    {
        guard let bytes = try await state([key])[key] else { return nil }
        guard let value = Value(bytes: bytes) else {
            throw PartyError.unverified("the server tells a malformed value of the ledger's state")
        }
        return value
    }

    /// What statements are looked for; what is nil does not matter.
    public struct Query: Sendable {
        /// A handle, id, key or name that they are about.
        public var subject: [UInt8]?
        public var kind: StatementKind?
        /// From this ledger time on.
        public var since: LedgerTime?
        /// Before this ledger time.
        public var until: LedgerTime?

        public init(
            subject: [UInt8]? = nil, kind: StatementKind? = nil, since: LedgerTime? = nil,
            until: LedgerTime? = nil
        ) {
            self.subject = subject
            self.kind = kind
            self.since = since
            self.until = until
        }
    }

    /// How many positions are gathered at once: more than there are of anything one party looks for.
    private static let positionsMax = 10_000_000

    /// Positions of the statements of one kind about a handle, id, key or name (nil: of all), in rising order.
    public func positions(about subject: [UInt8]?, kind: StatementKind) async throws -> [UInt64] {
        let limit = 1_000
        var positions = [UInt64]()
        while true {
            let page = try await self.positions(
                of: Query(subject: subject, kind: kind), after: positions.last, limit: limit)
            positions += page
            if page.count < limit { return positions }
            guard positions.count < Self.positionsMax else {
                throw PartyError.unverified(
                    "the server lists more than \(Self.positionsMax) statements about one thing")
            }
        }
    }

    /// Up to `limit` (at most 1,000) positions of the statements that `query` looks for, after `position`, in
    /// rising order. That none is left out is the server's word: an audit reads them all.
    public func positions(
        of query: Query, after position: UInt64? = nil, limit: Int
    ) async throws -> [UInt64] {
        var fields = [("limit", String(limit))]
        if let subject = query.subject { fields.append(("subject", lowercaseHex(subject))) }
        if let kind = query.kind { fields.append(("kind", String(kind.rawValue))) }
        if let since = query.since { fields.append(("since", String(since))) }
        if let until = query.until { fields.append(("until", String(until))) }
        if let position { fields.append(("after", String(position))) }
        let page: Wire.Positions = try await call(.get, Routes.positions, query: fields)
        guard page.positions.count <= limit else {
            throw PartyError.unverified("the server lists more positions than were asked for")
        }
        var last = position
        for next in page.positions {
            guard last.map({ $0 < next }) ?? true else {
                throw PartyError.unverified("the server's list of positions does not rise")
            }
            last = next
        }
        return page.positions
    }

    /// Hands every statement after `position` to `receive` as it is committed, until the task is cancelled.
    /// That they are on the ledger is the server's word.
    public func follow(
        after position: UInt64?, _ receive: (Wire.Event) async throws -> Void
    ) async throws {
        var last = position
        while !Task.isCancelled {
            var lines = EventLines()
            // A server that ends the stream at once is asked no oftener than this.
            let earliest = ContinuousClock.now + .seconds(1)
            try await stream(Routes.events, query: last.map { [("after", String($0))] } ?? []) { piece in
                for data in try lines.add(piece) {
                    let event = try JSON.decode(Wire.Event.self, data)
                    guard last.map({ event.position > $0 }) ?? true else {
                        throw PartyError.unverified("the server's events do not rise")
                    }
                    last = event.position
                    try await receive(event)
                }
            }
            try await Task.sleep(until: earliest)
        }
    }

    /// One entry of the log as its leaf's bytes.
    package func leaf(at position: UInt64) async throws -> [UInt8] {
        let page = try await call(
            .get, Routes.entries, query: [("from", String(position)), ("limit", "1")],
            answerBytesMax: 2 * Limits.statementBytesMax)
        guard page.count > 4, page[0..<4].reduce(0, { $0 << 8 | Int($1) }) == page.count - 4 else {
            throw PartyError.unverified("the server gives no entry at position \(position)")
        }
        return Array(page[4...])
    }

    /// Consecutive entries of the log as leaf bytes, at most `limit`; empty at its end.
    public func leaves(from position: UInt64, limit: Int) async throws -> [[UInt8]] {
        let page = try await call(
            .get, Routes.entries, query: [("from", String(position)), ("limit", String(limit))],
            answerBytesMax: limit * (Limits.statementBytesMax + 1_024))
        var leaves = [[UInt8]]()
        var start = 0
        while start < page.count {
            guard page.count - start >= 4 else {
                throw PartyError.unverified("the server's page of entries is malformed")
            }
            let count = page[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            guard count <= page.count - start - 4 else {
                throw PartyError.unverified("the server's page of entries is malformed")
            }
            leaves.append(Array(page[start + 4..<start + 4 + count]))
            start += 4 + count
            guard leaves.count <= limit else {
                throw PartyError.unverified("the server gives more entries than were asked for")
            }
        }
        return leaves
    }

    /// The statement at a position: its signatures hold. That the log holds it is the server's word (see
    /// `provenStatement`).
    public func statement(at position: UInt64) async throws -> VerifiedStatement {
        try await logEntry(at: position).statement
    }

    /// The same with its entry.
    public func logEntry(
        at position: UInt64
    ) async throws -> (entry: LogEntry, statement: VerifiedStatement) {
        let logged = try LoggedStatement(try await leaf(at: position), at: position, network: network.id)
        return (logged.entry, logged.statement)
    }

    /// The statement at a position of the log that `checkpoint` commits to, proven to be there; its
    /// signatures hold.
    public func provenStatement(
        at position: UInt64, under checkpoint: VerifiedCheckpoint
    ) async throws -> (entry: LogEntry, statement: VerifiedStatement) {
        let head = checkpoint.checkpoint.head
        let leaf = try await leaf(at: position)
        let proof = try await inclusion(of: position, in: head.size)
        let logged = try LoggedStatement(leaf, at: position, proof, in: head, network: network.id)
        return (logged.entry, logged.statement)
    }

    /// The statement of that id and kind. Nil when the server finds none.
    public func statement(_ id: StatementID, kind: StatementKind) async throws -> VerifiedStatement? {
        for position in try await positions(about: id.bytes, kind: kind) {
            let statement = try await statement(at: position)
            if statement.id == id, statement.assertion.kind == kind { return statement }
        }
        return nil
    }

    /// That the log of `new` continues the one of `old`: nothing of it was changed or dropped.
    package func verifyContinuation(of old: TreeHead, by new: TreeHead) async throws {
        guard old.size > 0 else { return }
        guard old.size <= new.size else {
            throw PartyError.unverified("the server shows an older log than it did before")
        }
        guard try await consistency(from: old.size, to: new.size).verify(from: old, to: new) else {
            throw PartyError.unverified(
                "the server shows another log than it did before: it has two histories")
        }
    }
}

extension Connection {
    /// What is to prove that the entry is in the tree of `size` entries; nothing is checked yet.
    func inclusion(of position: UInt64, in size: UInt64) async throws -> InclusionProof {
        let answer: Wire.Proof = try await call(
            .get, Routes.inclusion, query: [("position", String(position)), ("size", String(size))])
        return InclusionProof(hashes: answer.hashes.map { [UInt8]($0) })
    }

    /// What is to prove that the log of `newSize` entries continues that of `oldSize`; nothing is checked
    /// yet.
    public func consistency(from oldSize: UInt64, to newSize: UInt64) async throws -> ConsistencyProof {
        let answer: Wire.Proof = try await call(
            .get, Routes.consistency, query: [("from", String(oldSize)), ("to", String(newSize))])
        return ConsistencyProof(hashes: answer.hashes.map { [UInt8]($0) })
    }
}

/// The clock of this machine, as the ledger counts.
@Sendable public func machineTime() -> LedgerTime { UInt64(max(0, Date().timeIntervalSince1970)) }

/// Cuts a stream of server-sent events into what stands after `data: `.
private struct EventLines {
    /// Longer than any event.
    private static let lineBytesMax = 64 << 10
    private var rest = [UInt8]()

    mutating func add(_ piece: [UInt8]) throws(PartyError) -> [[UInt8]] {
        rest += piece
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else {
            guard rest.count <= Self.lineBytesMax else {
                throw .unverified("the server's stream of events has a line without end")
            }
            return []
        }
        let lines = rest[...end].split(separator: UInt8(ascii: "\n"))
        defer { rest.removeFirst(end + 1) }
        let mark = Array("data: ".utf8)
        return lines.filter { $0.starts(with: mark) }.map { Array($0.dropFirst(mark.count)) }
    }
}
