import Contract
import Identity
import Ledger
import TransparencyLog

/// The files of a ledger or of a validator's copy, opened without the ledger's key and locked for this
/// process.
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
        genesis = try Genesis(file: file)
        network = Genesis.networkID(of: file)
        key = try genesis.checkpointKeys().log
        self.file = file
        directory = try LedgerDirectory(path)
        guard directory.hasDatabase else { throw .absent }
        database = try LedgerDatabase(path: directory.databasePath)
        guard try database.read({ try $0.genesis() }) == file else { throw .otherNetwork }
    }

    /// Makes the files of a ledger without entries in the directory `path`, which is made if it is missing.
    /// Throws `exists`, `malformedGenesis`, `storage`.
    static func create(in path: String, genesis file: [UInt8]) throws(LedgerError) {
        let genesis = try Genesis(file: file)
        try LedgerDirectory.make(path)
        let directory = try LedgerDirectory(path)
        guard !directory.hasDatabase else { throw .exists }
        try directory.addDatabase { path throws(LedgerError) in
            try LedgerDatabase.create(at: path, genesis: genesis, file: file)
        }
    }

    func close() {
        database.close()
        directory.unlock()
    }
}

extension Genesis {
    /// The genesis whose file has these bytes. Throws `malformedGenesis`.
    init(file: [UInt8]) throws(LedgerError) {
        do throws(CBOR.Malformed) {
            self = try Genesis.decode(file)
        } catch {
            throw .malformedGenesis(error.reason)
        }
    }

    /// The keys that speak for its log. Throws `malformedGenesis`.
    func checkpointKeys() throws(LedgerError) -> CheckpointKeys {
        do throws(NoteError) {
            return try CheckpointKeys(self)
        } catch {
            throw .malformedGenesis("a key in it is none to rely on")
        }
    }
}
