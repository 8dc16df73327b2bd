public import Contract
import Identity
public import Ledger
public import Primitives
public import TransparencyLog

/// The ledger on one machine: SQLite, one sequencer, a signed Merkle log.
///
/// It is tamper-evident, not Byzantine fault tolerant: the operator, who holds its key, orders the
/// statements, and validators of other organisations, which execute the log again, refuse to cosign what does
/// not follow from it. In its directory lie `ledger.sqlite` and `checkpoint`, the anchor. One process may
/// have it open at a time.
public final class EmbeddedLedger: ConsentLedger {
    public let genesis: Genesis
    public let network: NetworkID
    private let directory: LedgerDirectory
    let database: LedgerDatabase
    let publisher: Publisher
    let sequencer: Sequencer
    private let cosigning: Cosigning
    let verifierKey: VerifierKey
    private let clock: @Sendable () -> UInt64

    /// Makes the ledger of the network of `genesis` (the file's bytes) in `directory`, which is made if it is
    /// missing.
    ///
    /// Throws `exists` where there is one already, and `malformedGenesis`.
    public static func create(at directory: String, genesis: [UInt8]) throws(LedgerError) {
        try LedgerFiles.create(in: directory, genesis: genesis)
    }

    /// Opens the ledger in `directory`. `genesis` is the file that every member of the network has, `key` the
    /// ledger's own, `clock` the seconds since 1970.
    ///
    /// A database that contradicts what was signed before opens read-only; `state` says why. Throws `absent`,
    /// `inUse`, `otherNetwork`, `otherKey`, `malformedGenesis`, `damaged` when SQLite cannot read the file at
    /// all, `storage`.
    public init(
        directory: String, genesis: [UInt8], key: SigningKey,
        clock: @escaping @Sendable () -> UInt64 = systemClock
    ) throws(LedgerError) {
        let decoded = try Genesis(file: genesis)
        let ledgerClock: @Sendable () -> LedgerTime = { decoded.time(at: clock()) }
        self.genesis = decoded
        self.network = Genesis.networkID(of: genesis)
        self.clock = ledgerClock
        guard key.key == self.genesis.ledgerKey, let signer = Self.signer(self.genesis, key) else {
            throw .otherKey
        }
        self.verifierKey = signer.verifierKey
        self.directory = try LedgerDirectory(directory)
        guard self.directory.hasDatabase else { throw .absent }
        self.database = try LedgerDatabase(path: self.directory.databasePath)
        guard try database.read({ try $0.genesis() }) == genesis else { throw .otherNetwork }
        let check = try StartupCheck(
            database, in: self.directory, genesis: self.genesis, network: network, signer: signer)
        let keys = try self.genesis.checkpointKeys()
        // Damaged, it is as good as none: with a quorum the validators say anew where the log ends.
        let written = try self.directory.readCosigned().flatMap { try? keys.open($0) }
        var reason = check.readOnlyReason
        if reason == nil, let written {
            reason = try Self.conflict(with: written, keys, check.head.tree.head, database)
        }
        if reason == nil, !self.genesis.quorum.rules.isEmpty { reason = .awaitingValidators }
        self.cosigning = Cosigning(keys: keys, written: written, directory: self.directory)
        self.publisher = Publisher(check, readOnlyReason: reason, directory: self.directory)
        self.sequencer = Sequencer(
            from: check.head, database: database, publisher: publisher, signer: signer, clock: ledgerClock)
    }

    /// Takes no more statements, answers those that wait, ends the streams and closes the files. Calls after
    /// this throw `closed`.
    public func close() {
        sequencer.close()
        publisher.close()
        cosigning.close()
        database.close()
        directory.unlock()
    }

    private static func signer(_ genesis: Genesis, _ key: SigningKey) -> NoteSigner? {
        try? NoteSigner(name: genesis.origin.description, kind: .note, key: key)
    }

    // MARK: Submitting

    public var state: LedgerState { publisher.present.state }

    public func now() -> LedgerTime { max(clock(), publisher.present.tip.time) }

    public func submit(
        _ statement: [UInt8], until level: Acknowledgement
    ) async throws(LedgerError) -> Outcome {
        let submitted = ContinuousClock.now
        guard let proposed = try? SignedStatement(statement, network: network) else {
            return .rejected(.malformed)
        }
        let proposedAt = ContinuousClock.now
        guard let endorsed = proposed.verified() else { return .rejected(.signatureInvalid) }
        let endorsedAt = ContinuousClock.now
        let outcome = try await sequencer.order(
            endorsed, until: level,
            passages: [
                .init(stage: .propose, duration: proposedAt - submitted),
                .init(stage: .endorse, duration: endorsedAt - proposedAt),
            ], since: endorsedAt)
        guard level == .cosigned, case .committed(let receipt) = outcome else { return outcome }
        return .committed(await cosigned(receipt))
    }

    // MARK: Cosignatures

    /// How long a statement that is durable waits for its cosignatures.
    static let cosigningDuration = Duration.seconds(10)

    /// The receipt under a cosigned checkpoint, or the same one where none came in time or the network asks
    /// for none.
    func cosigned(_ receipt: Receipt) async -> Receipt {
        guard !genesis.quorum.rules.isEmpty else { return receipt }
        let began = ContinuousClock.now
        let covering = cosigning.sizes(after: receipt.position == 0 ? nil : receipt.position - 1)
        let isCovered = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await size in covering where size > receipt.position { return true }
                return false
            }
            group.addTask {
                try? await Task.sleep(for: Self.cosigningDuration)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        guard isCovered, let note = cosigning.cosigned else { return receipt }
        return receipt.cosigned(under: note, after: .now - began)
    }

    public func cosignedCheckpoint() throws(LedgerError) -> [UInt8] {
        let newest = try checkpoint()
        if genesis.quorum.rules.isEmpty { return newest }
        guard let note = cosigning.cosigned else { throw .notCosigned }
        return note
    }

    public func candidate() throws(LedgerError) -> [UInt8] {
        let newest = try opened(try checkpoint())
        return cosigning.candidate(newest: newest).note.encoded
    }

    public func add(cosigned note: [UInt8], by organisation: OrganisationName) throws(LedgerError) {
        guard publisher.present.state != .closed else { throw .closed }
        let checkpoint = try opened(note)
        guard cosigning.keys.cosigned(checkpoint).contains(organisation) else {
            throw .invalidCosignature("the validator of \(organisation) has not cosigned it")
        }
        let head = publisher.present.tip.head
        if let reason = try Self.conflict(with: checkpoint, cosigning.keys, head, database) {
            publisher.stop(because: reason)
            throw .readOnly(reason)
        }
        if try cosigning.add(checkpoint) { publisher.resume() }
    }

    private func opened(_ note: [UInt8]) throws(LedgerError) -> VerifiedCheckpoint {
        do throws(NoteError) {
            return try cosigning.keys.open(note)
        } catch {
            throw .invalidCosignature("\(error)")
        }
    }

    /// What stands between the log that ends with `head` and one that was cosigned; nil when it begins with
    /// that.
    private static func conflict(
        with checkpoint: VerifiedCheckpoint, _ keys: CheckpointKeys, _ head: TreeHead,
        _ database: LedgerDatabase
    ) throws(LedgerError) -> ReadOnlyReason? {
        guard let cosigner = keys.cosigned(checkpoint).first else { return nil }
        let cosigned = checkpoint.checkpoint.head
        guard cosigned.size <= head.size else {
            return .behindCosigner(cosigner, cosigned: cosigned.size, present: head.size)
        }
        let own = try database.read { try TreeHead(size: cosigned.size, reading: $0) }
        return own == cosigned ? nil : .differsFromCosigner(cosigner, size: cosigned.size)
    }

    // MARK: Reading

    public func value(of key: StateKey) throws(LedgerError) -> [UInt8]? {
        try read { try $0.state(of: key)?.value }
    }

    public func values(of keys: [StateKey]) throws(LedgerError) -> [StateKey: [UInt8]] {
        try read { try $0.values(of: keys) }
    }

    public func keys(beginning prefix: [UInt8], limit: Int) throws(LedgerError) -> [StateKey] {
        try read { try $0.keys(beginning: prefix, limit: limit) }
    }

    public func entries(from position: UInt64, limit: Int) throws(LedgerError) -> [[UInt8]] {
        let size = publisher.present.tip.head.size
        guard position < size, limit > 0 else { return [] }
        let end = position + min(UInt64(limit), size - position)
        return try read { try $0.entries(in: position..<end) }
    }

    public func position(of id: StatementID) throws(LedgerError) -> UInt64? {
        try read { try $0.state(of: .statement(id))?.position }
    }

    public func positions(
        of query: EntryQuery, after position: UInt64?, limit: Int
    ) throws(LedgerError) -> [UInt64] {
        let size = publisher.present.tip.head.size
        return try read { try $0.positions(of: query, after: position, size: size, limit: limit) }
    }

    public func committed(after position: UInt64?) -> AsyncStream<UInt64> { publisher.sizes(after: position) }

    func read<Result>(_ body: (LedgerTables) throws -> Result) throws(LedgerError) -> Result {
        guard publisher.present.state != .closed else { throw .closed }
        return try database.read(body)
    }

    // MARK: Proving

    public func checkpoint() throws(LedgerError) -> [UInt8] {
        let present = publisher.present
        if present.state == .closed { throw .closed }
        if case .readOnly(let reason) = present.state, present.tip.checkpoint.isEmpty {
            throw .readOnly(reason)
        }
        return present.tip.checkpoint
    }

    public func inclusionProof(position: UInt64, size: UInt64) throws(LedgerError) -> [[UInt8]] {
        let signed = publisher.present.tip.head
        guard position < size, size <= signed.size else { throw .outOfRange }
        return try read { try $0.inclusionProof(position: position, size: size, under: signed) }
    }

    public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws(LedgerError) -> [[UInt8]] {
        let signed = publisher.present.tip.head
        guard oldSize <= newSize, newSize <= signed.size else { throw .outOfRange }
        return try read { try $0.consistencyProof(from: oldSize, to: newSize, under: signed) }
    }

    /// The bytes of a tile (c2sp.org/tlog-tiles) of the log up to its newest checkpoint, or nil where there
    /// is none. Throws `damaged`.
    public func tile(_ path: TilePath) throws(LedgerError) -> [UInt8]? {
        let size = publisher.present.tip.head.size
        return try read { try $0.tile(path, size: size) }
    }

    // MARK: Examining

    /// Checks everything that is stored: the file's structure, every entry against its leaf hash, the tree,
    /// the checkpoint and the anchor, and, by executing the log again from its genesis, every signature,
    /// decision, row of the state and of the index.
    ///
    /// Empty when all of it is as it was written. Submitting and reading go on meanwhile. Takes memory for
    /// the whole state.
    public func examine() throws(LedgerError) -> [Finding] {
        if publisher.present.state == .closed { throw .closed }
        // The anchor first: it is never ahead of a database that is read after it.
        let anchor = try directory.readAnchor()
        return try database.readAtLength { tables in
            var examination = FullExamination(
                of: tables, structure: IntegrityCheck(of: database), anchor: anchor, genesis: genesis,
                network: network, key: verifierKey)
            try examination.run()
            return examination.findings
        }
    }

    // MARK: Archiving

    /// Writes the log up to its newest checkpoint into `folder` (`Archive`); submitting and reading go on.
    /// Throws `damaged`, `diskFull`, `storage`.
    public func export(to folder: String, progress: LedgerProgress = { _, _ in }) throws(LedgerError) {
        let note = try checkpoint()
        try database.readAtLength { tables in
            try tables.export(note, log: verifierKey, to: folder, progress: progress)
        }
    }
}
