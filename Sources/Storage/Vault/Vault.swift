public import Contract

/// One organisation's ciphertext, each file by the SHA-256 of its bytes, wherever it lies.
///
/// What a vault says it has is durable: an answer survives a power cut. Several processes may use one place. A
/// new kind of vault keeps every promise written here; VaultConformance holds it to them.
public protocol Vault: Sendable {
    /// Begins to take one ciphertext; it is in the vault once `IncomingBlob.finish` returns.
    ///
    /// Throws `readOnly`, `full`, `unavailable`.
    func begin() async throws(VaultError) -> any IncomingBlob

    /// Number of bytes of a ciphertext, nil when it is absent. Throws `damaged`, `unavailable`.
    ///
    /// The answer may be out of date at once, for `scrub` removes what nothing refers to: before a statement
    /// refers to the ciphertext, ask `renew`.
    func size(of digest: Digest) async throws(VaultError) -> Int?

    /// Number of bytes of a ciphertext, nil when it is absent, and begins its grace period anew: `scrub` leaves
    /// it in place from now on for as long as it leaves a new one (SECURITY.md, T58).
    ///
    /// To be called for every digest before the statement that refers to it is submitted. Throws `damaged`,
    /// `readOnly`, `unavailable`.
    func renew(_ digest: Digest) async throws(VaultError) -> Int?

    /// Opens a ciphertext for reading in ranges. Throws `absent`, `damaged`, `unavailable`.
    func open(_ digest: Digest) async throws(VaultError) -> any StoredBlob

    /// Removes a ciphertext for good, durably; fine when it is absent. Throws `readOnly`, `unavailable`.
    func erase(_ digest: Digest) async throws(VaultError)

    /// The ciphertexts after `last` in the order of their digests, at most `limit` of them, and the names among
    /// them that are no ciphertext's. Reads names only, not what they stand for. What is still coming in is not
    /// looked at.
    ///
    /// Throws `unavailable`.
    func page(after last: Digest?, limit: Int) async throws(VaultError) -> VaultPage

    /// Removes a ciphertext, durably, if it was put or renewed before `time` (seconds since 1970) and
    /// `isReferenced` denies it, both at one moment at which no one can put or renew it.
    ///
    /// `isReferenced` must not use this vault. Throws what it throws, and as `erase`.
    func collect(
        _ digest: Digest, putBefore time: Int,
        unless isReferenced: @escaping @Sendable (Digest) throws -> Bool
    ) async throws -> Collected

    /// Removes what is left of ciphertexts that began to come in before `time` and whose process has ended. One
    /// that is still being written stays. Throws `readOnly`, `unavailable`.
    func removeLeftovers(begunBefore time: Int) async throws(VaultError) -> Leftovers
}

/// One ciphertext on its way into a vault, written in pieces. Given up without `finish` it leaves nothing that
/// `removeLeftovers` would not find. For one task at a time.
public protocol IncomingBlob: Sendable {
    /// Adds bytes at the end. After an error the ciphertext is given up.
    ///
    /// Large pieces are quicker: `blobPieceBytes` is a good size. Throws `full`, `closed`, `unavailable`.
    func write(_ bytes: [UInt8]) async throws(VaultError)

    /// Puts the ciphertext into its place, durably, and says whether a sound one was there already.
    ///
    /// Where one was, it stays, its grace period begins anew (see `Vault.renew`), and what was written now is
    /// dropped; a damaged one is replaced. Throws `digestMismatch` when the bytes do not have `digest`,
    /// `closed`, `full`, `unavailable`. After an error nothing of the ciphertext remains.
    func finish(expecting digest: Digest) async throws(VaultError) -> Bool

    /// Drops what was written. Fine after `finish`, and more than once.
    func abort() async
}

/// A ciphertext open for reading. It stays readable after it was erased, until the last reference goes.
public protocol StoredBlob: Sendable {
    /// Size when it was opened.
    var byteCount: Int { get }

    /// Gives the bytes of `range`, which must lie within the ciphertext, piece by piece: the next one is read
    /// when `take` has returned.
    ///
    /// Any number of readers may call it at once. It does not check the digest; who opens the ciphertext does.
    /// Throws what `take` throws, `damaged` when the ciphertext has become shorter, `unavailable`.
    func read(_ range: Range<Int>, _ take: (_ piece: [UInt8]) async throws -> Void) async throws
}

/// How much is read, written and hashed in one step: enough that steps cost nothing, little enough that many
/// transfers at once need little memory.
public let blobPieceBytes = 256 << 10

/// A part of what a vault holds.
public struct VaultPage: Sendable, Equatable {
    public struct Blob: Sendable, Hashable {
        public let digest: Digest
        public let byteCount: Int

        public init(digest: Digest, byteCount: Int) {
            self.digest = digest
            self.byteCount = byteCount
        }
    }

    public var blobs: [Blob] = []
    /// Names that do not belong into the vault, as paths below it, byte for byte: they may be anything, control
    /// characters included.
    public var foreign: [[UInt8]] = []
    /// What the next page comes after; nil at the end.
    public var next: Digest?

    public init() {}
}

/// What became of a ciphertext that was to be collected.
public enum Collected: Sendable {
    case removed
    /// It is referred to, or its grace period still runs.
    case stays
    /// It was gone before.
    case absent
}

/// What became of ciphertexts whose process ended before they were whole.
public struct Leftovers: Sendable, Equatable {
    public var removedCount = 0
    /// Names that are none of such a ciphertext. Nothing is done to them.
    public var foreign: [[UInt8]] = []

    public init() {}
}
