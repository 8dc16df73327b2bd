public import Contract
import Vault

// Ciphertext moves to another vault while both are served as one.

extension RecordKeeping {
    /// What has moved so far.
    public struct Move: Sendable, Equatable {
        public var recordCount = 0
        public var blobCount = 0
        public var byteCount = 0
        /// Blobs whose bytes do not have their digest: they stay at the old place.
        public var damaged: [BlobAddress] = []
    }

    /// Moves what lies at the old place of those organisations whose vault is a `MovingVault`, record by record, while
    /// nothing else is at it: nothing is missed, and nothing comes back that was erased. What it counts was read back
    /// at the new place and has its digest, and is gone from the old one. `report` hears what has moved so far, now and
    /// then. Nil where nothing is to be moved. Throws `VaultError`; what has moved has moved.
    public func move(_ report: (Move) -> Void) async throws -> Move? {
        var move: Move?
        for custodian in custodians.values {
            guard let vault = custodian.vault as? MovingVault else { continue }
            var sum = move ?? Move()
            try await vault.forEachRecordToMove { record in
                let moved = try await custodian.turns.alone(record) { try await vault.move(record) }
                sum.recordCount += 1
                sum.blobCount += moved.blobCount
                sum.byteCount += moved.byteCount
                sum.damaged += moved.damaged.map { BlobAddress(record, $0) }
                if sum.recordCount % 1_000 == 0 { report(sum) }
            }
            move = sum
        }
        return move
    }
}
