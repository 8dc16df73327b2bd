public import Contract
import Primitives

// What every vault can do by what it promises.

extension Vault {
    /// Puts `bytes`, whose SHA-256 must be `digest`. Says whether they were there already; see
    /// `IncomingBlob.finish`.
    @discardableResult
    public func put(_ bytes: [UInt8], digest: Digest) async throws(VaultError) -> Bool {
        let incoming = try await begin()
        do throws(VaultError) {
            try await incoming.write(bytes)
            return try await incoming.finish(expecting: digest)
        } catch {
            await incoming.abort()
            throw error
        }
    }

    /// All digests. For vaults of which the caller knows that they fit into memory.
    public func digests() async throws(VaultError) -> Set<Digest> {
        var digests = Set<Digest>()
        var last: Digest?
        repeat {
            let page = try await page(after: last, limit: 10_000)
            digests.formUnion(page.blobs.map(\.digest))
            last = page.next
        } while last != nil
        return digests
    }

    /// Renews those of `digests` that are there and gives those that are absent; see `renew(_:)`.
    public func renew(_ digests: [Digest]) async throws(VaultError) -> [Digest] {
        var absent = [Digest]()
        for digest in digests where try await renew(digest) == nil { absent.append(digest) }
        return absent
    }

    /// Reads a stored ciphertext to its end and hashes it anew. Throws `unavailable` when the vault itself
    /// cannot be read.
    public func verify(_ digest: Digest) async throws -> BlobCondition {
        do {
            let blob = try await open(digest)
            let hash = RunningHash()
            try await blob.read(0..<blob.byteCount) { hash.value.update($0) }
            return hash.finish() == digest.bytes ? .sound : .damaged
        } catch let error as VaultError where error.code == .absent {
            return .absent
        } catch let error as VaultError where error.code == .damaged {
            return .damaged
        }
    }

    /// The next ciphertexts after `last` with what reading them showed: at most `limit`, and no more once those
    /// read have more than `bytesMax` bytes together. Ciphertexts that were erased meanwhile are left out. What the
    /// next page comes after is the last one of this page.
    public func inspect(
        after last: Digest?, limit: Int, bytesMax: Int
    ) async throws -> (page: VaultPage, conditions: [BlobCondition]) {
        var page = try await page(after: last, limit: limit)
        var seen = [VaultPage.Blob]()
        var conditions = [BlobCondition]()
        var byteCount = 0
        for (index, blob) in page.blobs.enumerated() {
            if byteCount > bytesMax {
                // Of the shorter page, so that no foreign name is told twice.
                page.foreign = try await self.page(after: last, limit: index).foreign
                page.next = page.blobs[index - 1].digest
                break
            }
            let condition = try await verify(blob.digest)
            byteCount += blob.byteCount
            guard condition != .absent else { continue }
            seen.append(blob)
            conditions.append(condition)
        }
        page.blobs = seen
        if let next = page.next {
            guard let lastSeen = seen.last else {
                var rest = try await inspect(after: next, limit: limit, bytesMax: bytesMax)
                rest.page.foreign = page.foreign + rest.page.foreign
                return rest
            }
            page.next = lastSeen.digest
        }
        return (page, conditions)
    }
}

extension StoredBlob {
    /// The bytes of `range`. For short ranges: all of them are held in memory.
    public func bytes(_ range: Range<Int>) async throws -> [UInt8] {
        var bytes = [UInt8]()
        bytes.reserveCapacity(range.count)
        try await read(range) { bytes += $0 }
        return bytes
    }
}

/// What a ciphertext looks like when every byte of it is read.
public enum BlobCondition: Sendable, Hashable {
    /// Its bytes have its digest.
    case sound
    /// They do not, or cannot be read, or something else stands in its place.
    case damaged
    case absent
}

/// A hash that a closure adds to.
private final class RunningHash {
    var value = SHA256()

    /// The digest; the hash begins anew.
    func finish() -> [UInt8] {
        var last = SHA256()
        swap(&last, &value)
        return last.finish()
    }
}
