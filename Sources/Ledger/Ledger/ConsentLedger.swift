public import Contract
public import TransparencyLog

/// The promise that every ledger of MedSeal keeps, whether one machine or a Fabric network orders its
/// statements.
///
/// What `submit` acknowledged survives a power cut; what is read was checked against the hash it was stored
/// under.
public protocol ConsentLedger: Sendable {
    /// The first page of the network: its organisations and the ledger's key.
    var genesis: Genesis { get }
    /// SHA-256 of the genesis file: what every signature in this network is bound to.
    var network: NetworkID { get }
    /// Whether statements are taken, and if not, why.
    var state: LedgerState { get }

    /// Submits the bytes of a signed statement (COSE_Sign1) and waits until it is refused or as far as
    /// `level` says; the receipt says how far it came.
    ///
    /// Bytes that are no statement are `.rejected(.malformed)`, a signature that does not hold
    /// `.rejected(.signatureInvalid)`. A statement that is on the ledger already is answered with its first
    /// position and time: a retry is harmless. When it throws, the statement may or may not have been
    /// recorded: submit the same bytes again.
    func submit(_ statement: [UInt8], until level: Acknowledgement) async throws(LedgerError) -> Outcome

    /// The contract's value of `key`, or nil where there is none. Throws `damaged` when the stored row is not
    /// what was written.
    func value(of key: StateKey) throws(LedgerError) -> [UInt8]?
    /// The values of those of `keys` that have one, all of one moment. Throws like `value(of:)`.
    func values(of keys: [StateKey]) throws(LedgerError) -> [StateKey: [UInt8]]

    /// Keys of the contract's state that begin with `prefix`, up to `limit` of them: for completing an id of which
    /// a person has typed the first digits. Empty where `prefix` is shorter than a kind's byte and
    /// `StateKey.idPrefixBytesMin` bytes of an id.
    func keys(beginning prefix: [UInt8], limit: Int) throws(LedgerError) -> [StateKey]

    /// Up to `limit` entries (`LogEntry.encoded`, the leaves of the log) from `position` on, in order; empty
    /// at the log's end. Throws `damaged` when one differs from its leaf hash.
    func entries(from position: UInt64, limit: Int) throws(LedgerError) -> [[UInt8]]
    /// Where the statement stands in the log, or nil when it does not.
    func position(of id: StatementID) throws(LedgerError) -> UInt64?

    /// Positions of the entries that `query` looks for, in rising order: up to `limit` of those after
    /// `position`, or from the first on. Takes as long as the answer, not as the log.
    ///
    /// An index for finding, not for deciding: read the entries, which are checked.
    func positions(
        of query: EntryQuery, after position: UInt64?, limit: Int
    ) throws(LedgerError) -> [UInt64]

    /// The newest signed checkpoint: a note (c2sp.org/tlog-checkpoint) that covers all that was acknowledged.
    func checkpoint() throws(LedgerError) -> [UInt8]
    /// The newest checkpoint with as many cosignatures as the genesis asks for: what its readers may believe.
    /// Throws `notCosigned` before the first.
    func cosignedCheckpoint() throws(LedgerError) -> [UInt8]
    /// The checkpoint that validators shall cosign now.
    func candidate() throws(LedgerError) -> [UInt8]
    /// Takes a checkpoint of this ledger that the validator of `organisation` has cosigned just now. The
    /// caller has authenticated that validator.
    ///
    /// Throws `invalidCosignature`; and `readOnly` when it shows that this ledger has lost or changed
    /// something, which from then on takes no more statements.
    func add(cosigned note: [UInt8], by organisation: OrganisationName) throws(LedgerError)
    /// The hashes that prove that the entry at `position` is in the tree of `size` entries (RFC 6962, section
    /// 2.1.1), 32 bytes each. Throws `outOfRange` unless `position < size` and the log has `size` entries.
    func inclusionProof(position: UInt64, size: UInt64) throws(LedgerError) -> [[UInt8]]
    /// The hashes that prove that the tree of `oldSize` entries is a prefix of that of `newSize` (RFC 6962,
    /// section 2.1.2), 32 bytes each. Throws `outOfRange` unless `oldSize <= newSize` and the log has
    /// `newSize` entries.
    func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws(LedgerError) -> [[UInt8]]

    /// The bytes of a tile (c2sp.org/tlog-tiles) of the log up to its newest checkpoint, or nil where there is
    /// none. Throws `damaged`.
    func tile(_ path: TilePath) throws(LedgerError) -> [UInt8]?

    /// The log's sizes as it grows, beginning at once when there are entries after `position` already (nil:
    /// any entries at all).
    ///
    /// A slow reader gets the newest size only: it reads the entries up to there. Ends when the ledger
    /// closes.
    func committed(after position: UInt64?) -> AsyncStream<UInt64>

    /// How many entries are shown here, where the statements are ordered elsewhere, so that other copies of the log
    /// may show more; nil where this ledger orders them itself.
    var followedSize: UInt64? { get }

    /// Examines everything stored against a replay from genesis; no findings: all holds. Throws when it cannot
    /// read.
    func examine() throws(LedgerError) -> [Finding]
    /// Takes no more statements, ends the streams and closes the files. Calls after this throw `closed`.
    func close()
    /// The ledger's time as a statement submitted now would be decided at: never earlier than the last
    /// entry's.
    func now() -> LedgerTime
}

extension ConsentLedger {
    public var followedSize: UInt64? { nil }

    /// Waits until a copy shows `size` entries, or `duration` has passed.
    public func follow(to size: UInt64, within duration: Duration) async {
        let deadline = ContinuousClock.now + duration
        while let shown = followedSize, shown < size, ContinuousClock.now < deadline {
            guard (try? await Task.sleep(for: .milliseconds(10))) != nil else { return }
        }
    }

    /// Submits a statement and waits until it is durable.
    public func submit(_ statement: [UInt8]) async throws(LedgerError) -> Outcome {
        try await submit(statement, until: .durable)
    }
}

extension StateKey {
    /// How much of an id finds it: 32 bits tell every id of a large network apart from nearly all others, and no one
    /// lists the whole state by asking for all of them.
    public static let idPrefixBytesMin = 4
}

/// How much a statement's acknowledgement is worth.
public enum Acknowledgement: UInt8, Sendable, CaseIterable, Comparable {
    /// It has its turn and was decided on. A crash may still lose it.
    case sequenced = 1
    /// It survives a power cut, under a signed checkpoint.
    case durable = 2
    /// Enough validators of other organisations have executed it too and cosigned.
    case cosigned = 3

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What became of a submitted statement.
public enum Outcome: Sendable {
    case committed(Receipt)
    /// The contract refuses it; nothing of it is kept.
    case rejected(RejectionCode)
}
