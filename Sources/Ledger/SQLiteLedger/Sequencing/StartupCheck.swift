import Contract
import Identity
import Ledger
import TransparencyLog

/// What a ledger finds when it opens: where its log ends, and whether that agrees with what it signed before.
struct StartupCheck {
    let head: LogHead
    /// The signed checkpoint over `head`; empty when the ledger may not show one.
    let checkpoint: [UInt8]
    let readOnlyReason: ReadOnlyReason?

    /// Compares the database with its own checkpoint and with the anchor; brings the anchor up to date when
    /// only that is behind, as after a crash between commit and anchor. Throws when reading or writing fails;
    /// damage is a `readOnlyReason`.
    init(
        _ database: LedgerDatabase, in directory: LedgerDirectory, genesis: Genesis, network: NetworkID,
        signer: NoteSigner
    ) throws(LedgerError) {
        let empty = LogHead(beforeFirstOf: genesis, network: network)
        do throws(LedgerError) {
            if try database.read({ try $0.checkpoint() == nil && $0.size() == 0 }) {
                let note = try signer.checkpoint(of: empty.tree.head)
                try database.write { try $0.setCheckpoint(note) }
            }
            let (head, checkpoint) = try database.read {
                try Self.end(of: $0, or: empty, key: signer.verifierKey)
            }
            let reason = try directory.conflict(with: head.tree.head, database, key: signer.verifierKey)
            if reason == nil, try directory.readAnchor() != checkpoint {
                try directory.writeAnchor(checkpoint)
            }
            self.init(head: head, checkpoint: reason == nil ? checkpoint : [], readOnlyReason: reason)
        } catch {
            guard case .damaged(let finding) = error else { throw error }
            self.init(head: empty, checkpoint: [], readOnlyReason: .damaged(finding))
        }
    }

    private init(head: LogHead, checkpoint: [UInt8], readOnlyReason: ReadOnlyReason?) {
        self.head = head
        self.checkpoint = checkpoint
        self.readOnlyReason = readOnlyReason
    }

    /// The end of the log as stored, which must be what the stored checkpoint says. Throws `damaged`.
    private static func end(
        of tables: LedgerTables, or empty: LogHead, key: VerifierKey
    ) throws -> (head: LogHead, checkpoint: [UInt8]) {
        guard let (note, signed) = try tables.signedCheckpoint(by: key) else {
            throw LedgerError.damaged(Finding(.checkpoint, "is missing"))
        }
        let size = try tables.size()
        guard signed.size == size else {
            throw LedgerError.damaged(
                Finding(.checkpoint, "covers \(signed.size) entries, but the database has \(size)"))
        }
        let head = try tables.end(or: empty)
        guard head.tree.head == signed else {
            throw LedgerError.damaged(Finding(.tree, "has another root than the checkpoint"))
        }
        return (head, note)
    }
}
