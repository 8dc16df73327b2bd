public import Contract
import Ledger
import Vault

// What an organisation must have is looked at before somebody needs it, and mended where there is a second copy.

extension RecordKeeping {
    /// What a scrub has seen.
    public struct Scrub: Sendable, Equatable {
        public var recordCount = 0
        public var blobCount = 0
        /// What the second copy lacked, and has now.
        public var copiedCount = 0
        /// What the vault had lost or damaged, and the second copy has given back.
        public var restored: [BlobAddress] = []
        /// What is nowhere as it should be.
        public var lost: [BlobAddress] = []
    }

    /// In so many days every byte is read once: a part of the records each day, the same number of days apart.
    public static let scrubDays: UInt64 = 30

    /// Looks at what the organisations that are served here must have, record by record: whether it is there, in both places
    /// where there is a second copy; of the records whose turn it is on `day` (days since 1970) every byte is read.
    /// What one place has lost the other gives, by its digest. Nothing comes back that was erased: only what the ledger says must
    /// be there is mended, while nothing else is at the record. A record of which nothing is left at all is told by the audit.
    ///
    /// Not for a ledger that is read-only: it may not know of an erasure. Throws `LedgerError` and `VaultError`.
    public func scrub(day: UInt64) async throws -> Scrub {
        var scrub = Scrub()
        for custodian in custodians.values {
            try await custodian.vault.forEachRecord { record in
                let isRead = UInt64(record.bytes[0]) % Self.scrubDays == day % Self.scrubDays
                let found = try await unsound(of: record, at: custodian, reading: isRead, &scrub)
                guard !found.isEmpty else { return }
                try await custodian.turns.alone(record) {
                    // Asked again: now nothing is on its way.
                    var again = Scrub()
                    for blob in try await unsound(of: record, at: custodian, reading: isRead, &again) {
                        try await mend(BlobAddress(record, blob), at: custodian, &scrub)
                    }
                }
            }
        }
        return scrub
    }

    /// What must be there of a record and is not as it should be, in one place or the other.
    private func unsound(
        of record: RecordHandle, at custodian: Custodian, reading: Bool, _ scrub: inout Scrub
    ) async throws -> [BlobName] {
        let retention = try retention(of: record, by: custodian.name)
        let stored = Set(try await custodian.vault.blobs(of: record).map(\.name))
        let kept: Set<BlobName>
        do {
            kept = try await self.kept(retention, of: stored, at: custodian)
        } catch let error as UnfitManifestError {
            return [error.manifest]
        }
        scrub.recordCount += 1
        var unsound = [BlobName]()
        for blob in kept.sorted() {
            scrub.blobCount += 1
            if let mirrored = custodian.vault as? MirroredVault {
                let standing = try await mirrored.standing(of: blob, in: record, reading: reading)
                if standing != .sound { unsound.append(blob) }
            } else if reading {
                if try await custodian.vault.verify(blob, in: record) != .sound { unsound.append(blob) }
            } else if !stored.contains(blob) {
                unsound.append(blob)
            }
        }
        return unsound
    }

    private func mend(
        _ address: BlobAddress, at custodian: Custodian, _ scrub: inout Scrub
    ) async throws {
        let mirrored = custodian.vault as? MirroredVault
        switch try await mirrored?.mend(address.blob, in: address.record) {
        case .sound: break
        case .onlyInVault: scrub.copiedCount += 1
        case .onlyInCopy: scrub.restored.append(address)
        case .lost, nil: scrub.lost.append(address)
        }
    }
}
