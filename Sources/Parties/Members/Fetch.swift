import API
import Age
import Contract
import Evidence
public import Homes
import Remote
import Sealing
public import Workflow

extension Member {
    /// Fetches a record: a release on the ledger, then ciphertext, then every check, then each file into its sink.
    ///
    /// `only`: the files of these names; nil: all. `kept` gets what was served too, as it was served: any age tool opens
    /// it. Throws the contract's reason when it refuses; then nothing was served and no sink has begun. Throws
    /// `unverified` when anything does not hold; that file is not committed.
    public func fetch(
        _ right: FetchRight, into sinks: any FileSinks, only: [String]? = nil,
        keepingSealed kept: (any FileSinks)? = nil,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws -> Fetched {
        try await unlock(right).deliver(
            into: sinks, only: only, keepingSealed: kept, progress: progress)
    }

    /// Has a record released and opens it.
    func unlock(_ right: FetchRight) async throws -> ReleasedRecord {
        let reader = keys.reader
        let order = try await connection.read(under: nil) { ledger throws(Pause) in
            try ledger.order(right, by: reader)
        }
        return try await ReleasedRecord(order, home: keys.home.folder, connection)
    }
}
