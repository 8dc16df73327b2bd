import Contract
import GRDB
import Identity
import Ledger
import Primitives
import TransparencyLog

/// Compares everything that is stored with what the log, executed again from the genesis, says it must be.
///
/// Each table is judged by itself as far as that goes, so that one damaged row is one or two findings and not
/// thousands.
struct FullExamination {
    /// More are not listed: the ledger is beyond repair row by row.
    static let findingsMax = 1000
    private static let chunkEntries = 512

    private(set) var findings: [Finding] = []
    private let tables: LedgerTables
    private let anchor: [UInt8]?
    private let key: VerifierKey
    private let mayGoBeyondCheckpoint: Bool
    private let network: NetworkID
    private let structure: IntegrityCheck
    private var replay: Replay
    /// Whether the replay has stopped at an entry that does not follow from those before.
    private var isReplayStopped = false
    /// Nil once an entry is missing: positions after it do not add up.
    private var tree: StoredTree? = StoredTree()
    private var size: UInt64 = 0
    private let nodes: NodeRows
    /// The statement of each entry that was executed.
    private var statements: [StatementID] = []
    private var subjects = SubjectSum()

    /// `mayGoBeyondCheckpoint` for a validator's copy, which executes entries before it confirms a checkpoint
    /// over them.
    ///
    /// `structure` is the check of the same file by SQLite itself, which goes on beside this one.
    init(
        of tables: LedgerTables, structure: IntegrityCheck, anchor: [UInt8]?, genesis: Genesis,
        network: NetworkID, key: VerifierKey, mayGoBeyondCheckpoint: Bool = false
    ) {
        self.tables = tables
        self.structure = structure
        self.anchor = anchor
        self.key = key
        self.network = network
        self.mayGoBeyondCheckpoint = mayGoBeyondCheckpoint
        replay = Replay(genesis: genesis, network: network)
        nodes = NodeRows(of: tables)
    }

    /// Throws only when reading fails; where SQLite itself meets damage, that is a finding, and the end.
    mutating func run(progress: LedgerProgress = { _, _ in }) throws {
        do {
            replay.reserve(entries: try tables.size())
            try examineEntries(progress)
            if findings.count < Self.findingsMax {
                try examineNodeCount()
                try examineSubjects()
                try examineCheckpoints()
                if !isReplayStopped { try examineState() }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            report(.database, error.message ?? "cannot be read on")
        }
        findings = try structure.problems().map { Finding(.database, $0) } + findings
    }

    private mutating func report(_ place: Finding.Place, _ problem: String) {
        findings.append(Finding(place, problem))
    }

    // MARK: Entries

    /// While one chunk is executed, the next is opened.
    private mutating func examineEntries(_ progress: LedgerProgress) throws {
        let total = try tables.size()
        var rows = try tables.rows(from: 0, limit: Self.chunkEntries)
        var opening = EntryOpening(of: rows.map(\.entry), network: network)
        while let last = rows.last?.position, findings.count < Self.findingsMax {
            let opened = opening.opened()
            let next = try tables.rows(from: last + 1, limit: Self.chunkEntries)
            opening = EntryOpening(of: next.map(\.entry), network: network)
            for (row, opened) in zip(rows, opened) {
                if row.position != size {
                    report(.entry(size), "is missing, up to entry \(row.position)")
                    isReplayStopped = true
                    tree = nil
                }
                try examine(row, opened)
                size = row.position + 1
            }
            rows = next
            progress(size, max(size, total))
        }
    }

    private mutating func examine(_ row: EntryRow, _ opened: OpenedEntry) throws {
        let leafHash = Merkle.leafHash(row.entry)
        if leafHash != row.leafHash { report(.entry(row.position), "differs from its leaf hash") }
        try tree?.append(row.leafHash.isHash ? row.leafHash : leafHash) { level, position, hash in
            let stored = try nodes.stored(NodePlace(level: level, position: position))
            if stored != hash {
                let problem = stored == nil ? "is missing" : "is not the hash of the nodes below it"
                findings.append(Finding(.node(level: level, position: position), problem))
            }
            return stored.flatMap { $0.isHash ? $0 : nil } ?? hash
        }
        guard !isReplayStopped else { return }
        let statement: VerifiedStatement
        do throws(ReplayError) {
            statement = try replay.apply(opened).statement
        } catch {
            report(
                .entry(row.position), "\(error.reason); it and what follows from it was not executed again")
            isReplayStopped = true
            return
        }
        statements.append(statement.id)
        for subject in statement.indexedSubjects {
            subjects.add(SubjectRow(subject, kind: statement.assertion.kind, position: row.position))
        }
    }

    // MARK: What lies beside the entries

    private mutating func examineNodeCount() throws {
        guard try tables.nodeCount() != LedgerTables.nodeCount(of: size) else { return }
        try tables.eachNode { place in
            guard let place else { return report(.tree, "has a node where none belongs") }
            if !place.belongs(toLogOf: size) {
                report(.node(level: place.level, position: place.position), "belongs to no entries")
            }
        }
    }

    /// A look-up finds rows that ascend. Only if they are not those that the entries lead to, they are
    /// compared one by one.
    private mutating func examineSubjects() throws {
        guard !isReplayStopped else { return }
        var stored = SubjectSum()
        var previous: SubjectRow?
        try tables.eachSubject { row in
            stored.add(row)
            if let previous, !previous.precedes(row) {
                findings.append(Finding(.subject(row.subject, position: row.position), "is not in its place"))
            }
            previous = row
        }
        if stored != subjects { try compareSubjects() }
    }

    private mutating func compareSubjects() throws {
        for position in 0..<UInt64(statements.count) where findings.count < Self.findingsMax {
            guard let statement = try tables.statement(at: position, network: network) else { continue }
            for subject in statement.indexedSubjects
            where try !tables.hasSubject(subject, kind: statement.assertion.kind, position: position) {
                report(.subject(subject, position: position), "is missing")
            }
        }
        try tables.eachSubject { row in
            let statement =
                row.position < size ? try tables.statement(at: row.position, network: network) : nil
            if statement.map(row.holds) != true {
                findings.append(
                    Finding(.subject(row.subject, position: row.position), "is not what the entry is about"))
            }
        }
    }

    private mutating func examineCheckpoints() throws {
        var isConfirmed = false
        do {
            isConfirmed = try tables.confirmed() != nil
        } catch let LedgerError.damaged(finding) { findings.append(finding) }
        let stored = try tables.checkpoint()
        if let signed = signedHead(stored) {
            let isWhole = signed.size == size || mayGoBeyondCheckpoint && signed.size < size
            if let tree, !isWhole || signed != (try? head(at: signed.size, tree)) {
                report(.checkpoint, "is of \(signed.size) entries and another root")
            }
        } else if stored != nil || !mayGoBeyondCheckpoint {
            report(.checkpoint, "is missing or not signed by this ledger")
        }
        // A validator's copy that has confirmed nothing yet has no anchor.
        if anchor == nil, mayGoBeyondCheckpoint, !isConfirmed { return }
        guard let anchored = signedHead(anchor) else {
            return report(.anchor, "is missing or not signed by this ledger")
        }
        if anchored.size > size {
            return report(.anchor, "covers \(anchored.size) entries, the database has \(size)")
        }
        if (try? TreeHead(size: anchored.size, reading: tables)) != anchored {
            report(.anchor, "has another root at size \(anchored.size)")
        }
    }

    private func head(at size: UInt64, _ tree: StoredTree) throws -> TreeHead {
        if size == self.size { return TreeHead(size: size, root: tree.root) }
        return try TreeHead(size: size, reading: tables)
    }

    private func signedHead(_ note: [UInt8]?) -> TreeHead? {
        note.flatMap { try? VerifiedCheckpoint(opening: $0, log: key).checkpoint.head }
    }

    /// That the index of the rest leads to its rows is for the structure's check.
    private mutating func examineState() throws {
        var problems = [Finding]()
        var found = 0
        try tables.eachMark { key, stored, isInPlace in
            if !isInPlace { problems.append(Finding(.state(key), "is not in its place")) }
            found += compare(key, stored, &problems)
        }
        try tables.eachStateRow { key, stored in found += compare(key, stored, &problems) }
        if found != replay.state.count {
            for key in replay.state.keys where try tables.storedState(of: key) == nil {
                problems.append(Finding(.state(key), "is missing"))
            }
        }
        findings += problems.sorted { $0.description < $1.description }
    }

    /// 1 when there is such a key, whatever is wrong with its row, or else 0.
    private func compare(_ key: StateKey, _ stored: StateRow, _ problems: inout [Finding]) -> Int {
        guard let value = replay.state[key] else {
            problems.append(Finding(.state(key), "is not in the state that the log leads to"))
            return 0
        }
        if stored.value != value {
            problems.append(Finding(.state(key), "has another value than the log leads to"))
        }
        if let problem = positionProblem(of: key, stored.position) {
            problems.append(Finding(.state(key), problem))
        }
        if stored.checkDigest
            != StateRow.checkDigest(key: key, value: stored.value, position: stored.position)
        {
            problems.append(Finding(.state(key), "differs from its check digest"))
        }
        return 1
    }

    /// The mark of a statement has its place in the log.
    private func positionProblem(of key: StateKey, _ position: UInt64?) -> String? {
        guard let id = key.markedStatement else { return nil }
        if let position, position < UInt64(statements.count), statements[Int(position)] == id { return nil }
        return statements.firstIndex(of: id).map { "is not at \($0), where the statement is" }
    }
}

extension [UInt8] {
    /// Whether it has a hash's length, as a damaged one may not.
    fileprivate var isHash: Bool { count == Merkle.hashBytes }
}

/// What a table of subjects holds, whatever its order, in one number: two that differ have the same one with
/// a chance of one in 2^64. An attacker cannot aim at it, because every process keys the hash anew.
private struct SubjectSum: Equatable {
    private var sum: UInt64 = 0

    mutating func add(_ row: SubjectRow) {
        var hasher = Hasher()
        row.subject.withUnsafeBytes { hasher.combine(bytes: $0) }
        hasher.combine(row.kind)
        hasher.combine(row.position)
        hasher.combine(row.span)
        sum &+= UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

/// The right edge of the tree as it is stored: what each complete subtree's root is said to be, largest
/// first.
private struct StoredTree {
    private var size: UInt64 = 0
    private var frontier: [[UInt8]] = []

    /// Adds a leaf; `stored` is given each node that this closes with the hash it must have, and returns the
    /// one that is stored, so that a wrong node is not blamed on those above it.
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
