import Contract
public import Vault

// Blobs that come in several goes: an upload that broke off goes on after what arrived.

extension RecordKeeping {
    /// How long a part of a blob waits for the rest, after its last byte.
    public static let partSeconds = 2 * 86_400

    /// What is there of an upload.
    public enum Uploaded: Sendable, Equatable {
        case part(byteCount: Int)
        /// The record has the blob.
        case whole(byteCount: Int)
    }

    /// How much of a blob its sender has brought. Throws `VaultError`.
    public func uploaded(_ partial: PartialBlob, at custodian: Custodian) async throws -> Uploaded {
        if let size = try await custodian.vault.size(of: partial.blob, in: partial.record) {
            return .whole(byteCount: size)
        }
        return .part(byteCount: try await custodian.vault.byteCount(of: partial))
    }

    /// Goes on with a blob at `offset`; `receive` writes what comes. With the last part the blob is in the vault, under
    /// its record and as what it is named. What came before a break stays, to be gone on with; what `receive` has aborted
    /// does not. Gives how much is there.
    ///
    /// Throws `MismatchingOffsetError`, the contract's `recordRemoved`, `VaultError`, and what `receive` throws.
    public func append(
        to partial: PartialBlob, at offset: Int, isLast: Bool, custodian: Custodian,
        _ receive: (any IncomingBlob) async throws -> Void
    ) async throws -> Int {
        try requirePresent(partial.record)
        let incoming = try await custodian.vault.resume(partial)
        let there = await incoming.byteCount
        guard there == offset else {
            try await incoming.keep()
            throw MismatchingOffsetError(expected: there, provided: offset)
        }
        do {
            try await receive(incoming)
        } catch {
            await keep(incoming, of: partial.record)
            throw error
        }
        let byteCount = await incoming.byteCount
        if isLast {
            try await finish(incoming, of: partial.record, at: custodian)
        } else {
            await keep(incoming, of: partial.record)
        }
        return byteCount
    }

    /// Of a record that was removed meanwhile nothing stays.
    private func keep(_ incoming: any ResumableBlob, of record: RecordHandle) async {
        guard (try? requirePresent(record)) != nil, (try? await incoming.keep()) != nil else {
            return await incoming.abort()
        }
    }
}

/// An upload was to go on where it does not end.
public struct MismatchingOffsetError: Error, Hashable, Sendable {
    public let expected: Int
    public let provided: Int
}
