import Contract
import Dispatch
import Identity
import Primitives
import Synchronization
import TransparencyLog

/// Compares everything that is stored with what the log, executed again from the genesis, says it must be.
///
/// Each table is judged by itself as far as that goes, so that one damaged row is one or two findings and not thousands.
struct Examination {
    /// More are not listed: the ledger is beyond repair row by row.
    static let findingsMax = 1000
    private static let chunkEntries: UInt64 = 512

    private(set) var findings: [Finding] = []
    private let tables: LedgerTables
    private let anchor: [UInt8]?
    private let key: VerifierKey
    private let network: NetworkID
    private let claims = ClaimsThatHold()
    private var replay: Replay
    /// Whether the replay has stopped at an entry that does not follow from those before.
    private var isReplayStopped = false
    /// Nil once an entry is missing: positions after it do not add up.
    private var tree: StoredTree? = StoredTree()
    private var subjectCount: UInt64 = 0

    init(
        of tables: LedgerTables, anchor: [UInt8]?, genesis: Genesis, network: NetworkID, key: VerifierKey
    ) {
        self.tables = tables
        self.anchor = anchor
        self.key = key
        self.network = network
        replay = Replay(
            genesis: genesis, network: network, hash: { SHA256.digest($0) },
            isValid: { [claims] claim in claims.contains(claim) })
    }

    /// Throws only when the database cannot be read on.
    mutating func run() throws {
        for problem in try tables.structuralProblems() { report(.database, problem) }
        let size = try tables.size()
        var position: UInt64 = 0
        while position < size, findings.count < Self.findingsMax {
            let end = min(size, position + Self.chunkEntries)
            try examineEntries(position..<end)
            position = end
        }
        guard findings.count < Self.findingsMax else { return }
        try examineNodeCount(size)
        try examineSubjectCount(size)
        try examineCheckpoints(size)
        if !isReplayStopped { try examineState() }
    }

    private mutating func report(_ place: Finding.Place, _ problem: String) {
        findings.append(Finding(place, problem))
    }

    // MARK: Entries

    private mutating func examineEntries(_ positions: Range<UInt64>) throws {
        let rows = try tables.rows(positions)
        claims.replace(with: validClaims(of: rows))
        var next = positions.lowerBound
        for row in rows {
            while next < row.position {
                report(.entry(next), "is missing")
                isReplayStopped = true
                tree = nil
                next += 1
            }
            try examine(row)
            next += 1
        }
    }

    private mutating func examine(_ row: EntryRow) throws {
        if Merkle.leafHash(row.entry) != row.leafHash { report(.entry(row.position), "differs from its leaf hash") }
        try tree?.append(row.leafHash) { level, position, hash in
            let stored = try tables.storedNode(level: level, position: position)
            if stored != hash {
                let problem = stored == nil ? "is missing" : "is not the hash of the nodes below it"
                findings.append(Finding(.node(level: level, position: position), problem))
            }
            return stored ?? hash
        }
        guard !isReplayStopped else { return }
        let statement: VerifiedStatement
        do throws(Replay.Fault) {
            statement = try replay.apply(row.entry).statement
        } catch {
            report(.entry(row.position), "\(error.reason); it and what follows from it was not executed again")
            isReplayStopped = true
            return
        }
        if statement.id.bytes != row.statementID {
            report(.entry(row.position), "is filed under \(lowercaseHex(row.statementID)), but is \(statement.id)")
        }
        try examineSubjects(of: statement, at: row.position)
    }

    private mutating func examineSubjects(of statement: VerifiedStatement, at position: UInt64) throws {
        for subject in statement.indexedSubjects {
            subjectCount += 1
            if try !tables.hasSubject(subject, kind: statement.assertion.kind, position: position) {
                report(.subject(subject, position: position), "is missing")
            }
        }
    }

    /// The signatures in `rows` that hold, checked on every core: most of the work of an examination.
    private func validClaims(of rows: [EntryRow]) -> [SignatureClaim] {
        let network = network
        let valid = Mutex([SignatureClaim]())
        DispatchQueue.concurrentPerform(iterations: rows.count) { index in
            guard let entry = try? LogEntry.decode(rows[index].entry),
                let statement = try? SignedStatement(entry.statement, network: network)
            else { return }
            let claims = statement.claims.filter(Signatures.isValid)
            valid.withLock { $0 += claims }
        }
        return valid.withLock { $0 }
    }

    // MARK: What lies beside the entries

    private mutating func examineNodeCount(_ size: UInt64) throws {
        let expected = (1..<64).reduce(UInt64(0)) { $0 + size >> UInt64($1) }
        guard try tables.count(of: "nodes") != expected else { return }
        try tables.eachNodePlace { level, position in
            if level >= 64 || position >= size >> UInt64(level) {
                findings.append(Finding(.node(level: level, position: position), "belongs to no entries"))
            }
        }
    }

    private mutating func examineSubjectCount(_ size: UInt64) throws {
        guard !isReplayStopped, try tables.count(of: "subjects") != subjectCount else { return }
        try tables.eachSubject { subject, kind, position in
            let statement = position < size ? try tables.statement(at: position, network: network) : nil
            let isRight = statement.map { statement in
                statement.assertion.kind.rawValue == kind && statement.indexedSubjects.contains(subject)
            }
            if isRight != true {
                findings.append(Finding(.subject(subject, position: position), "is not what the entry is about"))
            }
        }
    }

    private mutating func examineCheckpoints(_ size: UInt64) throws {
        let signed = signedHead(try tables.checkpoint())
        if let signed, let tree, signed != TreeHead(size: size, root: tree.root) {
            report(.checkpoint, "is of \(signed.size) entries and another root")
        } else if signed == nil {
            report(.checkpoint, "is missing or not signed by this ledger")
        }
        guard let anchored = signedHead(anchor) else { return report(.anchor, "is missing or not signed by this ledger") }
        if anchored.size > size { return report(.anchor, "covers \(anchored.size) entries, the database has \(size)") }
        if (try? TreeHead(size: anchored.size, reading: tables)) != anchored {
            report(.anchor, "has another root at size \(anchored.size)")
        }
    }

    private func signedHead(_ note: [UInt8]?) -> TreeHead? {
        note.flatMap { try? VerifiedCheckpoint(opening: $0, log: key).checkpoint.head }
    }

    /// Each value is looked up as the contract would look it up: a row that is there and cannot be found is lost.
    private mutating func examineState() throws {
        var problems = [Finding]()
        for (key, value) in replay.state {
            guard let stored = try tables.storedState(key) else {
                problems.append(Finding(.state(key), "is missing"))
                continue
            }
            if stored.value != value { problems.append(Finding(.state(key), "has another value than the log leads to")) }
            if stored.checkDigest != StateRow.checkDigest(key: key.bytes, value: stored.value) {
                problems.append(Finding(.state(key), "differs from its check digest"))
            }
        }
        if try tables.count(of: "state") != UInt64(replay.state.count) {
            try tables.eachStateKey { key in
                guard replay.state[key] == nil else { return }
                problems.append(Finding(.state(key), "is not in the state that the log leads to"))
            }
        }
        findings += problems.sorted { $0.description < $1.description }
    }
}

/// The right edge of the tree as it is stored: what each complete subtree's root is said to be, largest first.
private struct StoredTree {
    private var size: UInt64 = 0
    private var frontier: [[UInt8]] = []

    /// Adds a leaf; `stored` is given each node that this closes with the hash it must have, and returns the one that is stored, so
    /// that a wrong node is not blamed on those above it.
    mutating func append(
        _ leafHash: [UInt8], stored: (_ level: Int, _ position: UInt64, _ hash: [UInt8]) throws -> [UInt8]
    ) rethrows {
        var hash = leafHash
        var level = 0
        while size >> UInt64(level) & 1 == 1 {
            hash = Merkle.nodeHash(frontier.removeLast(), hash)
            level += 1
            hash = try stored(level, size >> UInt64(level), hash)
        }
        frontier.append(hash)
        size += 1
    }

    var root: [UInt8] {
        guard var root = frontier.last else { return Merkle.emptyRoot }
        for left in frontier.dropLast().reversed() { root = Merkle.nodeHash(left, root) }
        return root
    }
}

/// The signatures of the chunk at hand that were checked already, as the replay's rule of acceptance.
private final class ClaimsThatHold: Sendable {
    private let claims = Mutex(Set<SignatureClaim>())

    func replace(with valid: [SignatureClaim]) { claims.withLock { $0 = Set(valid) } }
    func contains(_ claim: SignatureClaim) -> Bool { claims.withLock { $0.contains(claim) } }
}
