import Contract
import Identity
import Ledger
import Primitives
import TransparencyLog

/// Which part of a ledger is examined: the n-th of t, for a check a day that has seen everything after t days.
public struct ExaminedPart: Hashable, Sendable {
    /// More parts would not be smaller.
    public static let countMax: UInt64 = 1 << 16

    /// From 1 to `count`.
    public let number: UInt64
    public let count: UInt64

    /// Nil unless `count` is 1 to `countMax` and `number` is 1 to `count`.
    public init?(_ number: UInt64, of count: UInt64) {
        guard (1...Self.countMax).contains(count), (1...count).contains(number) else { return nil }
        self.number = number
        self.count = count
    }

    /// This part of that many things in a row; the parts meet without gap.
    func range(of total: UInt64) -> Range<UInt64> {
        total * (number - 1) / count..<total * number / count
    }

    /// This part of the places of marks, by the first two bytes of the ids that they begin with.
    var places: ClosedRange<UInt64> {
        let prefixes = range(of: 1 << 16)
        return prefixes.lowerBound << 47...(prefixes.upperBound << 47) - 1
    }

    /// This part of all blobs, by their first two bytes.
    var blobs: BlobRange {
        let prefixes = range(of: 1 << 16)
        func bytes(_ prefix: UInt64) -> [UInt8] { [UInt8(prefix >> 8), UInt8(prefix & 0xff)] }
        return BlobRange(
            lower: number == 1 ? [] : bytes(prefixes.lowerBound),
            upper: number == count ? nil : bytes(prefixes.upperBound))
    }
}

/// Looks at a part of what is stored, without executing the log.
struct PartialExamination {
    private static let chunkEntries = 512

    private(set) var findings: [Finding] = []
    private let part: ExaminedPart
    private let tables: LedgerTables
    private let genesis: Genesis
    private let network: NetworkID
    private let key: VerifierKey

    init(
        _ part: ExaminedPart, of tables: LedgerTables, genesis: Genesis, network: NetworkID, key: VerifierKey
    ) {
        self.part = part
        self.tables = tables
        self.genesis = genesis
        self.network = network
        self.key = key
    }

    /// Throws only when reading fails.
    mutating func run(progress: LedgerProgress) throws {
        let size = try tables.size()
        let entries = part.range(of: size)
        try examineEntries(entries, progress)
        try examineRoot(over: entries)
        try examineState()
        try examineSubjects(size)
        if part.number == part.count, try tables.nodeCount() != LedgerTables.nodeCount(of: size) {
            report(.tree, "has nodes that belong to no entries, or lacks some")
        }
    }

    private mutating func report(_ place: Finding.Place, _ problem: String) {
        findings.append(Finding(place, problem))
    }

    // MARK: Entries

    private mutating func examineEntries(_ range: Range<UInt64>, _ progress: LedgerProgress) throws {
        var before = try entry(before: range.lowerBound)
        var position = range.lowerBound
        while position < range.upperBound {
            let limit = min(Self.chunkEntries, Int(range.upperBound - position))
            let rows = try tables.rows(from: position, limit: limit).filter { $0.position < range.upperBound }
            var next = 0
            try EntryOpening.ahead(of: rows.map(\.entry), by: Self.chunkEntries / 4, network: network) {
                _, opened in
                let row = rows[next]
                next += 1
                if row.position != position { missing(position..<row.position) }
                position = row.position + 1
                before = try examine(row, after: before, opened)
            }
            if rows.count < limit {
                missing(position..<range.upperBound)
                position = range.upperBound
            }
            progress(position - range.lowerBound, UInt64(range.count))
        }
    }

    private mutating func missing(_ positions: Range<UInt64>) {
        guard let first = positions.first else { return }
        report(
            .entry(first), positions.count == 1 ? "is missing" : "is missing, up to \(positions.upperBound)")
    }

    /// The entry, or what stands before the first; nil where it cannot be read.
    private func entry(before position: UInt64) throws -> (time: LedgerTime, stateDigest: Digest)? {
        if position == 0 {
            let start = LogHead(beforeFirstOf: genesis, network: network)
            return (start.time, start.stateDigest)
        }
        guard let row = try tables.rows(from: position - 1, limit: 1).first, row.position == position - 1,
            let entry = try? LogEntry.decode(row.entry)
        else { return nil }
        return (entry.time, entry.stateDigest)
    }

    private mutating func examine(
        _ row: EntryRow, after before: (time: LedgerTime, stateDigest: Digest)?,
        _ opened: OpenedEntry
    ) throws -> (time: LedgerTime, stateDigest: Digest)? {
        if Merkle.leafHash(row.entry) != row.leafHash {
            report(.entry(row.position), "differs from its leaf hash")
        }
        try examineNodes(closedBy: row.position)
        // What lies before it is looked at in another part.
        let log = ExecutedLog(
            network: network, timeStep: genesis.timeStep, size: row.position, time: before?.time ?? 0,
            stateDigest: before?.stateDigest ?? Digest(hashing: []))
        let (entry, statement): (LogEntry, VerifiedStatement)
        do throws(ReplayError) {
            (entry, statement) = try log.next(opened)
        } catch {
            report(.entry(row.position), error.reason)
            return nil
        }
        if let before,
            Replay.advance(before.stateDigest, by: entry.writesDigest, hash: SHA256.digest)
                != entry.stateDigest
        {
            report(.entry(row.position), "the state digest differs")
        }
        let mark = StateKey.statement(statement.id)
        if try tables.storedState(of: mark)?.position != row.position {
            report(.state(mark), "is not at \(row.position), where the statement is")
        }
        for subject in statement.indexedSubjects
        where try !tables.hasSubject(subject, kind: statement.assertion.kind, position: row.position) {
            report(.subject(subject, position: row.position), "is missing")
        }
        return (entry.time, entry.stateDigest)
    }

    // MARK: The tree

    /// Each subtree that the entry completes has the hash of its halves.
    private mutating func examineNodes(closedBy position: UInt64) throws {
        var level = 1
        while (position + 1) & (1 << UInt64(level) - 1) == 0 {
            let place = position >> UInt64(level)
            let stored = try tables.storedNode(level: level, position: place)
            let left = try tables.storedHash(level: level - 1, position: 2 * place)
            let right = try tables.storedHash(level: level - 1, position: 2 * place + 1)
            if stored == nil {
                report(.node(level: level, position: place), "is missing")
            } else if let left, let right, Merkle.nodeHash(left, right) != stored {
                report(.node(level: level, position: place), "is not the hash of the nodes below it")
            }
            level += 1
        }
    }

    /// The checkpoint is of the stored tree, and the part's entries are in it: the subtrees between the first
    /// and the last stand on their ways to the root.
    private mutating func examineRoot(over range: Range<UInt64>) throws {
        do {
            guard let (_, signed) = try tables.signedCheckpoint(by: key) else { return }
            guard try TreeHead(size: signed.size, reading: tables) == signed else {
                return report(.checkpoint, "is of \(signed.size) entries and another root")
            }
            for position in [range.lowerBound, range.upperBound - min(1, range.upperBound)]
            where range.contains(position) && position < signed.size {
                _ = try tables.inclusionProof(position: position, size: signed.size, under: signed)
            }
        } catch let LedgerError.damaged(finding) {
            if !findings.contains(finding) { findings.append(finding) }
        }
    }

    // MARK: State and index

    private mutating func examineState() throws {
        try tables.eachMark(in: part.places) { key, row, _ in examine(key, row) }
        try tables.eachStateRow(in: part.blobs) { key, row in
            if key.markedStatement != nil {
                report(.state(key), "is a mark and lies with the rest of the state")
            }
            examine(key, row)
        }
    }

    private mutating func examine(_ key: StateKey, _ row: StateRow) {
        if row.checkDigest != StateRow.checkDigest(key: key, value: row.value, position: row.position) {
            report(.state(key), "differs from its check digest")
        }
    }

    private mutating func examineSubjects(_ size: UInt64) throws {
        try tables.eachSubject(in: part.blobs) { row in
            let statement =
                row.position < size ? try tables.storedStatement(at: row.position, network: network) : nil
            if statement.map(row.holds) != true {
                findings.append(
                    Finding(.subject(row.subject, position: row.position), "is not what the entry is about"))
            }
        }
    }
}
