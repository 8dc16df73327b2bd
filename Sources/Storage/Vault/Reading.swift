public import Contract
import Primitives

// What every vault can do by what it promises.

extension Vault {
    /// Puts `bytes`, whose SHA-256 must be the digest of the name. Throws as `begin` and `IncomingBlob` do.
    public func put(_ bytes: [UInt8], as blob: BlobName, in record: RecordHandle) async throws(VaultError) {
        let incoming = try await begin(blob, in: record)
        do throws(VaultError) {
            try await incoming.write(bytes)
            try await incoming.finish()
        } catch {
            await incoming.abort()
            throw error
        }
    }

    private var pageMax: Int { 1_000 }

    /// Hands each record to `receive`, in pages.
    public func forEachRecord(_ receive: (RecordHandle) async throws -> Void) async throws {
        var last: RecordHandle?
        repeat {
            let page = try await records(after: last, limit: pageMax)
            for record in page.entries { try await receive(record) }
            last = page.next
        } while last != nil
    }

    /// All blobs of a record, in the order of their names.
    public func blobs(of record: RecordHandle) async throws(VaultError) -> [ListedBlob] {
        var all = [ListedBlob]()
        var last: BlobName?
        repeat {
            let page = try await blobs(of: record, after: last, limit: pageMax)
            all += page.entries
            last = page.next?.name
        } while last != nil
        return all
    }

    /// Few are asked for one by one; for many the record is listed.
    public func absent(of names: [BlobName], in record: RecordHandle) async throws(VaultError) -> [BlobName] {
        var absent = [BlobName]()
        guard names.count > 32 else {
            for name in names where try await size(of: name, in: record) == nil { absent.append(name) }
            return absent
        }
        let present = Set(try await blobs(of: record).map(\.name))
        return names.filter { !present.contains($0) }
    }

    /// Reads a stored blob to its end and hashes it anew. Throws `unavailable` when the vault itself cannot be read.
    public func verify(_ blob: BlobName, in record: RecordHandle) async throws -> BlobCondition {
        do {
            let stored = try await open(blob, in: record)
            let hash = RunningHash()
            try await stored.read(0..<stored.byteCount) { hash.value.update($0) }
            return hash.finish() == blob.digest.bytes ? .sound : .damaged
        } catch let error as VaultError where error.code == .absent {
            return .absent
        } catch let error as VaultError where error.code == .damaged {
            return .damaged
        }
    }

    /// The next blobs after `last`, record by record, with what reading them showed: at most `limit`, and no more once
    /// those read have more than `bytesMax` bytes together. Blobs that were erased meanwhile are left out. A foreign
    /// name may be told on two pages.
    public func inspect(after last: BlobAddress?, limit: Int, bytesMax: Int) async throws -> InspectedPage {
        var page = InspectedPage()
        if let last, try await !inspect(last.record, after: last.blob, limit, bytesMax, &page) { return page }
        var record = last?.record
        repeat {
            let records = try await records(after: record, limit: min(limit, pageMax))
            page.foreign += records.foreign
            for record in records.entries
            where try await !inspect(record, after: nil, limit, bytesMax, &page) { return page }
            record = records.next
        } while record != nil
        return page
    }

    /// Adds the blobs of one record. Says whether the page has room for more.
    private func inspect(
        _ record: RecordHandle, after last: BlobName?, _ limit: Int, _ bytesMax: Int,
        _ page: inout InspectedPage
    ) async throws -> Bool {
        var last = last
        repeat {
            let blobs = try await blobs(of: record, after: last, limit: min(limit, pageMax))
            page.foreign += blobs.foreign
            for blob in blobs.entries {
                let condition = try await verify(blob.name, in: record)
                guard condition != .absent else { continue }
                let address = BlobAddress(record, blob.name)
                page.blobs.append(.init(address: address, byteCount: blob.byteCount, condition: condition))
                page.byteCount += blob.byteCount
                guard page.blobs.count < limit, page.byteCount <= bytesMax else {
                    page.next = address
                    return false
                }
            }
            last = blobs.next?.name
        } while last != nil
        return true
    }
}

/// A part of what a vault holds, every byte read.
public struct InspectedPage: Sendable {
    public struct Blob: Sendable, Hashable {
        public let address: BlobAddress
        public let byteCount: Int
        public let condition: BlobCondition
    }

    public fileprivate(set) var blobs: [Blob] = []
    /// See `VaultPage.foreign`.
    public fileprivate(set) var foreign: [[UInt8]] = []
    /// What the next page comes after; nil at the end.
    public fileprivate(set) var next: BlobAddress?
    fileprivate var byteCount = 0
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

/// What a blob looks like when every byte of it is read.
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
