import Contract
import Identity
import Ledger
import TransparencyLog

/// A database made from nothing but entries, by executing them, up to a signed checkpoint.
struct Restoration {
    /// Entries in one transaction: a whole number of bundles.
    private static let transactionEntries: UInt64 = 2048
    /// Entries that are executed while as many are opened.
    private static let chunkEntries = 256

    let genesis: Genesis
    /// The genesis file.
    let file: [UInt8]
    let note: [UInt8]
    /// What the note says.
    let signed: TreeHead
    /// When a validator's copy confirmed the checkpoint.
    var confirmed: UInt64?
    /// The entries of a range, in order.
    let entries: (Range<UInt64>) throws(RestoreError) -> [[UInt8]]

    /// Writes the database file, complete once this returns; it is not durable before the caller has synced
    /// it.
    func write(to path: String, progress: LedgerProgress) throws(RestoreError) {
        let result = try RestoreError.catching { () throws(LedgerError) in
            try LedgerDatabase.create(at: path, genesis: genesis, file: file)
            let database = try LedgerDatabase(path: path)
            defer { database.close() }
            return try fill(database, progress)
        }
        try result.get()
    }

    private func fill(
        _ database: LedgerDatabase, _ progress: LedgerProgress
    ) throws(LedgerError) -> Result<Void, RestoreError> {
        let network = Genesis.networkID(of: file)
        var head = LogHead(beforeFirstOf: genesis, network: network)
        repeat {
            let end = min(head.size + Self.transactionEntries, signed.size)
            let result: Result<LogHead, RestoreError> = try database.attempt { tables in
                var execution = Execution(after: head, tables: tables)
                do {
                    let entries = try entries(head.size..<end)
                    try EntryOpening.ahead(of: entries, by: Self.chunkEntries, network: network) {
                        try execution.reexecute($0, $1, network: network) { _ in }
                    }
                } catch let fault as ReplayError {
                    return .failure(.fault(fault))
                } catch let refusal as RestoreError {
                    return .failure(refusal)
                }
                if end == signed.size {
                    guard try execution.storedHead() == signed else {
                        return .failure(.otherRoot(size: signed.size))
                    }
                    try tables.setCheckpoint(note)
                    if let confirmed { try tables.setConfirmed(confirmed) }
                }
                return .success(execution.head)
            }
            switch result {
            case .success(let next): head = next
            case .failure(let refusal): return .failure(refusal)
            }
            progress(head.size, signed.size)
        } while head.size < signed.size
        return .success(())
    }
}
