import Contract
import Identity
import TransparencyLog

/// The files of a ledger or a mirror, opened without the ledger's key: nobody else has them.
struct LedgerFiles {
    let genesis: Genesis
    /// The genesis file.
    let file: [UInt8]
    let network: NetworkID
    /// The key that signs the log's checkpoints.
    let key: VerifierKey
    let directory: LedgerDirectory
    let database: LedgerDatabase

    /// Throws `absent`, `inUse`, `otherNetwork`, `malformedGenesis`, `damaged`, `storage`.
    init(in path: String, genesis file: [UInt8]) throws(LedgerError) {
        genesis = try EmbeddedLedger.decode(file)
        network = Genesis.networkID(of: file)
        key = try EmbeddedLedger.checkpointKeys(of: genesis).log
        self.file = file
        directory = try LedgerDirectory(path)
        guard directory.hasDatabase else { throw .absent }
        database = try LedgerDatabase(path: directory.databasePath)
        guard try database.read({ try $0.genesis() }) == file else { throw .otherNetwork }
    }

    func close() {
        database.close()
        directory.unlock()
    }
}
