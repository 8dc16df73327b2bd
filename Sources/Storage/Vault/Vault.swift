public import Contract

/// One organisation's ciphertext, wherever it lies: records by their handles, and in each its blobs by their names.
///
/// Bytes belong to one record. What was stored under one handle is never found, served, listed or erased through
/// another, and the same bytes stored for two records are kept twice (docs/decisions/0023).
///
/// What a vault says it has is durable: an answer survives a power cut. Each call is whole by itself, whatever others
/// do at the same time; what must not happen between two calls is for their caller to keep apart (`RecordTurns` in
/// Records). What a call takes does not depend on how many records there are. A new kind of vault keeps every promise
/// written here; VaultConformance holds it to them.
public protocol Vault: Sendable {
    /// Begins to take one blob; it is in the vault once `IncomingBlob.finish` returns.
    ///
    /// Throws `readOnly`, `full`, `unavailable`.
    func begin(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any IncomingBlob

    /// Goes on with a blob of which a part was kept, or begins it where nothing is left of that. Throws `inUse` while
    /// another call has it, `readOnly`, `full`, `damaged`, `unavailable`.
    func resume(_ partial: PartialBlob) async throws(VaultError) -> any ResumableBlob

    /// How many bytes of it were kept, 0 where there is nothing of it. Throws `inUse` while a call has it, `damaged`,
    /// `unavailable`.
    func byteCount(of partial: PartialBlob) async throws(VaultError) -> Int

    /// Throws `full` where there is no room for so many bytes more, as far as the vault can know.
    func requireRoom(for byteCount: Int) async throws(VaultError)

    /// Number of bytes of a blob, nil when it is absent. Throws `damaged`, `unavailable`.
    func size(of blob: BlobName, in record: RecordHandle) async throws(VaultError) -> Int?

    /// Those of `names` that the record has not, in their order. Throws `damaged`, `unavailable`.
    func absent(of names: [BlobName], in record: RecordHandle) async throws(VaultError) -> [BlobName]

    /// Opens a blob for reading in ranges. Throws `absent`, `damaged`, `unavailable`.
    func open(_ blob: BlobName, in record: RecordHandle) async throws(VaultError) -> any StoredBlob

    /// Removes a blob for good, durably; fine when it is absent. Throws `readOnly`, `damaged`, `unavailable`.
    func erase(_ blob: BlobName, in record: RecordHandle) async throws(VaultError)

    /// Removes a record for good, durably: all that lies under its handle, whether it belongs there or not, and what was
    /// kept of blobs that are not whole; fine when it is absent. What is stored at the same time may be there
    /// afterwards. Throws `readOnly`, `damaged`, `unavailable`; then something may be left.
    func erase(_ record: RecordHandle) async throws(VaultError)

    /// The records after `last` in the order of their handles, at most `limit` of them, and the names among them that
    /// are no record's. A record of which nothing is left may be among them. Throws `unavailable`.
    func records(after last: RecordHandle?, limit: Int) async throws(VaultError) -> VaultPage<RecordHandle>

    /// The blobs of a record after `last` in the order of their names, at most `limit` of them, and the names among
    /// them that are no blob's; none when the record is absent. Reads names, not bytes. What is still coming in is
    /// not looked at. Throws `damaged`, `unavailable`.
    func blobs(
        of record: RecordHandle, after last: BlobName?, limit: Int
    ) async throws(VaultError) -> VaultPage<ListedBlob>

    /// Removes what is left of blobs of which nothing came after `time` (seconds since 1970) and whose process has ended,
    /// or that were kept to be gone on with. One that is still being written stays. Throws `readOnly`, `unavailable`.
    func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers
}

/// One blob on its way into a vault, written in pieces. Given up without `finish` it leaves nothing that
/// `removeLeftovers` would not find. For one task at a time.
public protocol IncomingBlob: Sendable {
    /// Adds bytes at the end. After an error the blob is given up.
    ///
    /// Large pieces are quicker: `blobPieceBytes` is a good size. Throws `full`, `closed`, `unavailable`.
    func write(_ bytes: [UInt8]) async throws(VaultError)

    /// Puts the blob under its name, durably, in place of what was there: its time is now, and damage is mended.
    ///
    /// Throws `digestMismatch` when the bytes do not have the digest of its name, `closed`, `full`, `damaged`,
    /// `unavailable`. After an error nothing of what was written remains.
    func finish() async throws(VaultError)

    /// Drops what was written. Fine after `finish`, and more than once.
    func abort() async
}

/// A blob open for reading. Where it is erased meanwhile, it goes on to its end (a folder's) or ends with `absent` (a
/// bucket's, after what was read ahead).
public protocol StoredBlob: Sendable {
    /// Size when it was opened.
    var byteCount: Int { get }

    /// Gives the bytes of `range`, which must lie within the blob, piece by piece: the next one is read when `take`
    /// has returned.
    ///
    /// Any number of readers may call it at once. It does not check the digest; who opens the ciphertext does.
    /// Throws what `take` throws, `damaged` when the blob has become shorter, `unavailable`.
    func read(_ range: Range<Int>, _ take: (_ piece: [UInt8]) async throws -> Void) async throws
}

/// How much is read, written and hashed in one step: enough that steps cost nothing, little enough that many
/// transfers at once need little memory.
public let blobPieceBytes = 256 << 10

/// A part of a list.
public struct VaultPage<Entry: Sendable & Equatable>: Sendable, Equatable {
    public var entries: [Entry] = []
    /// Names that do not belong into the vault, as paths below it, byte for byte: they may be anything, control
    /// characters included.
    public var foreign: [[UInt8]] = []
    /// Whether there may be more after the last entry; then there is one.
    public var hasMore = false

    public init() {}

    /// What the next page comes after; nil at the end.
    public var next: Entry? { hasMore ? entries.last : nil }
}

/// A blob as a list shows it.
public struct ListedBlob: Sendable, Hashable {
    public let name: BlobName
    public let byteCount: Int
    /// When it was put, in seconds since 1970 by the clock of the place where it lies.
    public let time: Int

    public init(_ name: BlobName, byteCount: Int, time: Int) {
        self.name = name
        self.byteCount = byteCount
        self.time = time
    }
}

/// What became of blobs whose process ended before they were whole.
public struct Leftovers: Sendable, Equatable {
    public var removedCount = 0
    /// Names that are none of such a blob. Nothing is done to them.
    public var foreign: [[UInt8]] = []

    public init() {}
}
