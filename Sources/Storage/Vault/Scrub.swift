public import Contract

/// What a pass over a vault found and did.
public struct ScrubReport: Sendable, Equatable {
    /// Ciphertexts that something refers to.
    public var keptCount = 0
    public var keptBytes = 0
    /// Ciphertexts that nothing refers to and whose grace period still runs: a statement may be about to.
    public var waitingCount = 0
    /// Ciphertexts removed because nothing referred to them for longer than the grace period.
    public var removed: [Digest] = []
    /// Unfinished ciphertexts of processes that have ended, removed.
    public var leftoversRemovedCount = 0
    /// Ciphertexts whose bytes do not have their digest. They stay, so that who holds a copy can put it again.
    public var damaged: [Digest] = []
    /// Names that do not belong into the vault, as paths below it, byte for byte. Nothing is done to them.
    public var foreign: [[UInt8]] = []

    public init() {}
}

extension Vault {
    /// Removes what nothing refers to and nothing can be about to refer to; reports what does not belong.
    ///
    /// A ciphertext goes when `isReferenced` denies it, it was put or renewed more than `graceSeconds` before
    /// `now` (seconds since 1970), and both still hold while no one can put it. So `isReferenced` must ask the
    /// ledger each time (and must not use this vault), and the grace period must be longer than the longest
    /// time between a put and the commit of the statement that refers to it (SECURITY.md, T58). A file being
    /// written never goes. With `rehashing` every kept ciphertext is read and hashed. Throws what `isReferenced`
    /// throws, and `VaultError`; all that was removed before stays removed.
    public func scrub(
        referenced isReferenced: @escaping @Sendable (Digest) throws -> Bool, olderThan graceSeconds: Int,
        now: Int, rehashing: Bool = false
    ) async throws -> ScrubReport {
        var report = ScrubReport()
        // A time in the future is not old: after a clock was set back nothing goes too early.
        let time = now - graceSeconds
        let leftovers = try await removeLeftovers(begunBefore: time)
        report.leftoversRemovedCount = leftovers.removedCount
        report.foreign = leftovers.foreign
        var last: Digest?
        repeat {
            let page = try await page(after: last, limit: 1_000)
            report.foreign += page.foreign
            for blob in page.blobs {
                if try isReferenced(blob.digest) {
                    report.keptCount += 1
                    report.keptBytes += blob.byteCount
                    if rehashing, try await verify(blob.digest) == .damaged {
                        report.damaged.append(blob.digest)
                    }
                    continue
                }
                switch try await collect(blob.digest, putBefore: time, unless: isReferenced) {
                case .removed: report.removed.append(blob.digest)
                case .stays: report.waitingCount += 1
                case .absent: break
                }
            }
            last = page.next
        } while last != nil
        return report
    }
}
