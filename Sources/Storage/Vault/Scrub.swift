import Glibc

/// What a pass over the store found and did.
public struct ScrubReport: Sendable, Equatable {
    /// Ciphertexts that something refers to.
    public var keptCount = 0
    public var keptBytes = 0
    /// Ciphertexts that nothing refers to and whose grace period still runs: someone may be about to.
    public var waitingCount = 0
    /// Ciphertexts removed because nothing referred to them for longer than the grace period.
    public var removed: [[UInt8]] = []
    /// Unfinished deposits removed from `incoming`.
    public var leftoversRemovedCount = 0
    /// Ciphertexts whose bytes do not have their digest. They stay, for whoever holds a copy to put it again.
    public var damaged: [[UInt8]] = []
    /// Names that do not belong into the store, as paths below it, byte for byte. Nothing is done to them.
    public var foreign: [[UInt8]] = []

    public init() {}
}

extension BlobStore {
    /// Removes what no one refers to and no one can be about to refer to; reports what does not belong.
    ///
    /// A ciphertext goes when `referenced` denies it, it was put or renewed more than `graceSeconds` before
    /// `now` (seconds since 1970), and, its subdirectory locked, both still hold. So `referenced` must ask
    /// the ledger each time (and must not use this store), and the grace period must be longer than the
    /// longest time between a put and the commit of the statement that refers to it (SECURITY.md, T58). A
    /// file being written never goes. With `rehashing` every kept ciphertext is read and hashed. Throws what
    /// `referenced` throws, and `VaultError`; all that was removed before stays removed.
    public func scrub(
        referenced: ([UInt8]) throws -> Bool, olderThan graceSeconds: Int, now: Int, rehashing: Bool = false
    ) throws -> ScrubReport {
        var report = ScrubReport()
        try removeLeftovers(olderThan: graceSeconds, now: now, report: &report)
        report.foreign += try strangers()
        for shard in UInt8.min...UInt8.max {
            let listing = try listing(ofShard: shard)
            report.foreign += listing.foreign
            for digest in listing.digests {
                try scrub(
                    BlobName(digest), referenced: referenced, olderThan: graceSeconds, now: now,
                    rehashing: rehashing,
                    report: &report)
            }
        }
        return report
    }

    private func scrub(
        _ blob: BlobName, referenced: ([UInt8]) throws -> Bool, olderThan graceSeconds: Int, now: Int,
        rehashing: Bool, report: inout ScrubReport
    ) throws {
        guard let status = try shard(of: blob).status(of: blob.file) else { return }
        guard status.st_mode & S_IFMT == S_IFREG else {
            report.foreign.append([UInt8]("blobs/\(blob.shard)/\(blob.file)".utf8))
            return
        }
        if try referenced(blob.digest) {
            report.keptCount += 1
            report.keptBytes += Int(status.st_size)
            if rehashing, try verify(blob.digest) == .damaged { report.damaged.append(blob.digest) }
            return
        }
        // Asked again under the lock that deposits and renewals take: one that came between is seen now.
        let shard = try lockedShard(of: blob, LOCK_EX)
        guard let current = try shard.status(of: blob.file) else { return }
        guard Self.isOlder(current, than: graceSeconds, now: now), try !referenced(blob.digest) else {
            report.waitingCount += 1
            return
        }
        try shard.remove(blob.file)
        try shard.synchronize()
        report.removed.append(blob.digest)
    }

    /// Removes what is left in `incoming` of deposits that ended with their process.
    func removeLeftovers(olderThan graceSeconds: Int, now: Int, report: inout ScrubReport)
        throws(VaultError)
    {
        let incoming = try incoming()
        for name in try incoming.names() {
            let text = String(decoding: name, as: UTF8.self)
            guard [UInt8](text.utf8) == name, Self.isDepositName(name),
                let status = try incoming.status(of: text), status.st_mode & S_IFMT == S_IFREG
            else {
                report.foreign.append([UInt8]("incoming/".utf8) + name)
                continue
            }
            guard Self.isOlder(status, than: graceSeconds, now: now), let file = try incoming.openFile(text),
                flock(file.number, LOCK_EX | LOCK_NB) == 0
            else { continue }
            if try incoming.remove(text) { report.leftoversRemovedCount += 1 }
        }
    }

    /// A time in the future is not old: after a clock was set back nothing goes too early.
    private static func isOlder(_ status: stat, than graceSeconds: Int, now: Int) -> Bool {
        now - status.st_mtim.tv_sec > graceSeconds
    }

    private static func isDepositName(_ name: [UInt8]) -> Bool {
        name.count == 32 && name.allSatisfy { BlobName.value(of: $0) != nil }
    }
}
