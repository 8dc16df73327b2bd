import Contract
import Identity
import TransparencyLog

/// What a ledger finds when it opens: where its log ends, and whether that agrees with what it signed before.
struct Opening {
    let head: Head
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
        let empty = Head(beforeFirstOf: genesis, network: network)
        do throws(LedgerError) {
            if try database.read({ try $0.checkpoint() == nil && $0.size() == 0 }) {
                let note = try signed(empty.tree.head, by: signer)
                try database.write { try $0.setCheckpoint(note) }
            }
            let (head, checkpoint) = try database.read {
                try Self.end(of: $0, or: empty, key: signer.verifierKey)
            }
            let reason = try Self.compare(head, with: directory, database, key: signer.verifierKey)
            if reason == nil, try directory.readAnchor() != checkpoint {
                try directory.writeAnchor(checkpoint)
            }
            self.init(head: head, checkpoint: reason == nil ? checkpoint : [], readOnlyReason: reason)
        } catch {
            guard case .damaged(let finding) = error else { throw error }
            self.init(head: empty, checkpoint: [], readOnlyReason: .damaged(finding))
        }
    }

    private init(head: Head, checkpoint: [UInt8], readOnlyReason: ReadOnlyReason?) {
        self.head = head
        self.checkpoint = checkpoint
        self.readOnlyReason = readOnlyReason
    }

    /// The end of the log as stored, which must be what the stored checkpoint says. Throws `damaged`.
    private static func end(
        of tables: LedgerTables, or empty: Head, key: VerifierKey
    ) throws -> (head: Head, checkpoint: [UInt8]) {
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

    /// Whether the log that ends with `head` begins with what the anchor covers.
    static func compare(
        _ head: Head, with directory: LedgerDirectory, _ database: LedgerDatabase, key: VerifierKey
    ) throws(LedgerError) -> ReadOnlyReason? {
        // Before the first entry nothing was acknowledged: a crash while the ledger was being made may have
        // left no anchor.
        guard let note = try directory.readAnchor() else { return head.size == 0 ? nil : .anchorMissing }
        guard let anchored = try? VerifiedCheckpoint(opening: note, log: key).checkpoint.head else {
            return .anchorDamaged
        }
        guard anchored.size <= head.size else {
            return .behindAnchor(anchored: anchored.size, present: head.size)
        }
        let present = try database.read { try TreeHead(size: anchored.size, reading: $0) }
        return present == anchored ? nil : .differsFromAnchor(size: anchored.size)
    }
}

extension Head {
    /// The end of the log without entries.
    init(beforeFirstOf genesis: Genesis, network: NetworkID) {
        let start = Replay(genesis: genesis, network: network)
        self.init(
            timeStep: genesis.timeStep, tree: MerkleTree(), time: start.time, stateDigest: start.stateDigest)
    }
}

extension LedgerTables {
    /// The end of the log as stored, `empty` without entries.
    func end(or empty: Head) throws -> Head {
        let size = try size()
        guard size > 0 else { return empty }
        let last = try logEntry(at: size - 1)
        return Head(
            timeStep: empty.timeStep, tree: try MerkleTree(size: size, reading: self), time: last.time,
            stateDigest: last.stateDigest)
    }

    /// The stored checkpoint with what it says, or nil where there is none. Throws `damaged` when `key` has
    /// not signed it.
    func signedCheckpoint(by key: VerifierKey) throws -> (note: [UInt8], head: TreeHead)? {
        guard let note = try checkpoint() else { return nil }
        guard let signed = try? VerifiedCheckpoint(opening: note, log: key).checkpoint.head else {
            throw LedgerError.damaged(Finding(.checkpoint, "is not signed by this ledger"))
        }
        return (note, signed)
    }
}

/// A checkpoint over `head`, signed by the log's key: the note's bytes.
func signed(_ head: TreeHead, by signer: NoteSigner) throws(LedgerError) -> [UInt8] {
    do throws(NoteError) {
        return try signer.sign(Checkpoint(origin: signer.verifierKey.name, head: head)).encoded
    } catch {
        throw .otherKey
    }
}
