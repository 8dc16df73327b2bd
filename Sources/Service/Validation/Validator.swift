import API
public import Contract
public import Files
import Identity
public import Ledger
public import Primitives
public import Remote
public import SQLiteLedger
import TransparencyLog

/// One organisation's own judgement of the ledger: follows it, executes every statement again with the same
/// contract, and cosigns what its own execution confirms.
///
/// It needs no key but its own, and trusts neither the ledger nor its server. What it has confirmed is
/// durable in its copy before a cosignature leaves.
public actor Validator {
    /// What a validator has to tell while it follows.
    public enum Event: Sendable {
        /// It has executed the log up to here and cosigned.
        case cosigned(size: UInt64)
        /// It is executing a long stretch of the log; so many entries are done.
        case catchingUp(executed: UInt64, of: UInt64)
        /// The ledger cannot be reached, or shows entries whose time is off: it tries again.
        case waiting(String)
        /// What was shown is not what this validator knows of the log, and the log itself does not prove it: it cosigns
        /// nothing of it, and goes on asking.
        case refused(String)
        /// A statement that was handed in here is not on the ledger, though the contract accepts it: the
        /// operator leaves it out.
        case omitted(StatementID, since: UInt64)
    }

    /// Entries that are fetched and executed at a time.
    static let pageEntries = 512
    /// After so many seconds the newest checkpoint is cosigned again: nothing newer is known.
    private static let cosignatureSeconds: UInt64 = 15
    private static let retrySeconds = 1...30

    private let log: any FollowedLog
    private let network: NetworkID
    private let keys: CheckpointKeys
    private let copy: ValidatorCopy
    private let signer: NoteSigner
    private let evidence: Folder
    private let clock: @Sendable () -> UInt64
    private let pause: @Sendable (_ seconds: Int) -> Duration
    private let report: @Sendable (Event) -> Void
    private let turn = Turn()
    /// Statements that were handed in here and are not on the ledger yet: when, and whether that was told.
    private var pending: [StatementID: (statement: VerifiedStatement, since: UInt64, isTold: Bool)] = [:]

    /// `log` is asked as the validator's key. `evidence` is where what it refuses is kept; `pause` makes of so many
    /// seconds how long it waits before it asks again.
    ///
    /// Throws `badInput` when the genesis is none, or pins another key for `organisation`.
    public init(
        of organisation: OrganisationName, key: SigningKey, log: some FollowedLog, copy: ValidatorCopy,
        evidence: Folder, clock: @escaping @Sendable () -> UInt64 = systemClock,
        pause: @escaping @Sendable (_ seconds: Int) -> Duration = { .seconds($0) },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(PartyError) {
        guard let genesis = try? Genesis.decode(log.genesisFile), let keys = try? CheckpointKeys(genesis)
        else { throw .badInput("the genesis does not hold") }
        guard let pinned = genesis.organisations.first(where: { $0.name == organisation }) else {
            throw .badInput("the network has no organisation \(organisation)")
        }
        let name = CheckpointKeys.name(of: organisation, at: genesis.origin)
        guard pinned.validator == key.key,
            let signer = try? NoteSigner(name: name, kind: .cosignature, key: key)
        else { throw .badInput("this is not the validator's key of \(organisation) in the genesis") }
        self.log = log
        self.network = Genesis.networkID(of: log.genesisFile)
        self.keys = keys
        self.copy = copy
        self.signer = signer
        self.evidence = evidence
        self.clock = clock
        self.pause = pause
        self.report = report
    }

    // MARK: Following

    /// Follows the ledger until the task is cancelled.
    ///
    /// Throws a `CosigningError` when the log has signed what its rules do not give, or two histories: then it cosigns nothing
    /// more. What only a server claims ends nothing: it is refused, and asked for again.
    public func follow() async throws {
        var beyond: UInt64?
        var delay = Self.retrySeconds.lowerBound
        while !Task.isCancelled {
            do {
                // What the log orders after this moment may not be dated before it.
                let moment = clock()
                let candidate = try await log.candidate(beyond: beyond)
                let size = candidate.checkpoint.head.size
                if size == beyond, isFresh(candidate) {
                    // Others have still to cosign it.
                    try await Task.sleep(for: .milliseconds(50))
                    continue
                }
                let line = try await cosign(candidate, at: moment)
                try await log.deliver(cosigned: candidate.note.replacing(line).encoded)
                if size != beyond { report(.cosigned(size: size)) }
                beyond = size
                try lookForOmissions()
                delay = Self.retrySeconds.lowerBound
            } catch is CancellationError {
                return
            } catch {
                var refusal = error as? CosigningError
                if let failure = error as? PartyError, failure.code == .unverified {
                    refusal = CosigningError(failure)
                }
                switch refusal?.consequence {
                case .end:
                    if let refusal { await tell(refusal) }
                    throw error
                case .goOn:
                    if let refusal {
                        await tell(refusal)
                        report(.refused(refusal.description))
                    }
                case .wait, nil: report(.waiting("\((error as? Problem)?.detail ?? "\(error)")"))
                }
                // What it is after this may have less than it had: it shall not wait for more before it answers.
                beyond = nil
                try? await Task.sleep(for: pause(delay))
                delay = min(delay * 2, Self.retrySeconds.upperBound)
            }
        }
    }

    /// Whether the checkpoint has this validator's own cosignature, and not for long.
    private func isFresh(_ checkpoint: VerifiedCheckpoint) -> Bool {
        let own = checkpoint.cosignatures.first { $0.key == signer.verifierKey }
        return own?.time.map { $0 + Self.cosignatureSeconds > clock() } ?? false
    }

    /// The cosignature for a checkpoint, once everything up to it was executed here and it is remembered as
    /// the newest. `moment` is the clock's before the checkpoint was asked for.
    private func cosign(
        _ checkpoint: VerifiedCheckpoint, at moment: UInt64
    ) async throws -> SignedNote.Signature {
        try await turn.run {
            do {
                try await self.catchUp(to: checkpoint)
                // Signed, but given away only after it is kept.
                let line = try self.signer.cosign(checkpoint, time: self.clock())
                let own = try self.keys.open(checkpoint.note.replacing(line).encoded)
                try self.copy.confirm(own, clock: moment)
                return line
            } catch let refusal as CopyError {
                throw CosigningError(refusal, shown: checkpoint)
            }
        }
    }

    private func catchUp(to checkpoint: VerifiedCheckpoint) async throws {
        let size = checkpoint.checkpoint.head.size
        while copy.head.size < size {
            let position = copy.head.size
            let page = try await log.leaves(from: position, limit: Self.pageEntries)
                .prefix(Int(min(size - position, UInt64(Self.pageEntries))))
            guard !page.isEmpty else {
                throw PartyError.unavailable("the server gives no entry at position \(position)")
            }
            let proof = try await log.consistency(from: position + UInt64(page.count), to: size)
            try copy.extend(by: Array(page), to: checkpoint, consistency: proof, clock: clock())
            if size - position > 4 * UInt64(Self.pageEntries) {
                report(.catchingUp(executed: copy.head.size, of: size))
            }
        }
    }

    // MARK: Relaying

    /// How long after a statement was handed in here it may still be missing, before that is told.
    public static let omissionSeconds: UInt64 = 60
    private static let pendingMax = 1_000

    /// What becomes of a statement that was handed in.
    public enum RelayAnswer: Sendable, Equatable {
        /// It is passed on, and it will be told when it does not come onto the ledger.
        case relayed(StatementID)
        /// It is on the ledger.
        case present(StatementID)
        /// This validator's own execution of the contract refuses it: the ledger does not hold it back.
        case rejected(RejectionCode)
        /// Too many wait already.
        case overloaded
    }

    /// Takes the bytes of a signed statement from a client that the ledger's own server does not serve,
    /// passes them on, and watches that they come onto the ledger (SECURITY.md, T36).
    public func relay(_ bytes: [UInt8]) async throws -> RelayAnswer {
        guard let statement = try? SignedStatement(bytes, network: network)
        else { return .rejected(.malformed) }
        guard let verified = statement.verified() else { return .rejected(.signatureInvalid) }
        if try isOnLedger(verified.id) { return .present(verified.id) }
        if case .rejected(let code) = try decision(on: verified) { return .rejected(code) }
        guard pending.count < Self.pendingMax else { return .overloaded }
        if pending[verified.id] == nil { pending[verified.id] = (verified, clock(), false) }
        // Whatever the server says to it: what counts is whether it comes onto the ledger.
        try? await log.submit(statement: bytes)
        return .relayed(verified.id)
    }

    private func isOnLedger(_ id: StatementID) throws -> Bool {
        try copy.value(of: .statement(id)) != nil
    }

    /// What the contract says now, on the state that was executed here.
    private func decision(on statement: VerifiedStatement) throws -> Decision {
        let reads = try Reads(of: statement) { try copy.value(of: $0) }
        return decide(statement, at: copy.time(at: clock()), reads: reads)
    }

    /// Forgets what has come onto the ledger, or may no longer; tells once of what should have.
    private func lookForOmissions() throws {
        for (id, handedIn) in pending {
            if try isOnLedger(id) {
                pending[id] = nil
            } else if case .rejected = try decision(on: handedIn.statement) {
                pending[id] = nil
            } else if !handedIn.isTold, clock() >= handedIn.since + Self.omissionSeconds {
                pending[id]?.isTold = true
                let folder = evidence.folder("omitted-\(id)")
                try? folder.make()
                try? folder.write(handedIn.statement.bytes, as: "statement.cose", mode: 0o644)
                if let confirmed = copy.checkpoint {
                    try? folder.write(confirmed, as: "confirmed", mode: 0o644)
                }
                report(.omitted(id, since: handedIn.since))
            }
        }
    }

    // MARK: Refusing

    /// How many refusals are kept that the log does not prove: a server can make as many as it likes.
    private static let unprovenMax = 100

    /// Keeps what is refused, and shows the ledger what it contradicts: an honest one then stops by itself.
    /// The same checkpoint again is kept once.
    private func tell(_ refusal: CosigningError) async {
        let confirmed = copy.checkpoint
        let subject = refusal.shown?.note.text ?? Array(refusal.description.utf8)
        let folder = evidence.folder("refused-\(lowercaseHex(SHA256.digest(subject).prefix(8)))")
        if !folder.exists, refusal.consequence == .end || evidence.names.count < Self.unprovenMax {
            try? folder.make()
            try? folder.write(Array((refusal.description + "\n").utf8), as: "reason", mode: 0o644)
            if let shown = refusal.shown { try? folder.write(shown.note.encoded, as: "shown", mode: 0o644) }
            if let confirmed { try? folder.write(confirmed, as: "confirmed", mode: 0o644) }
        }
        guard let confirmed, let own = try? keys.open(confirmed),
            let line = try? signer.cosign(own, time: clock())
        else { return }
        let note = own.note.replacing(line)
        try? await log.deliver(cosigned: note.encoded)
    }

    // MARK: As a witness

    /// The answer to `add-checkpoint` (c2sp.org/tlog-witness).
    public enum WitnessAnswer: Sendable, Equatable {
        /// The cosignature, as a line of the note.
        case cosigned([UInt8])
        case malformed
        case unknownLog
        case unsigned
        /// The size of the checkpoint that was cosigned last.
        case conflict(size: UInt64)
        case unproven
        /// Its own execution does not confirm it; why.
        case refused(String)
        /// The entries cannot be had now.
        case unavailable(String)
    }

    /// Cosigns the checkpoint of an `add-checkpoint` request, after its entries were executed here like any
    /// others.
    public func add(_ body: [UInt8]) async -> WitnessAnswer {
        guard let request = try? AddCheckpoint(decoding: body),
            let claimed = try? Checkpoint(decoding: request.note.text), request.oldSize <= claimed.head.size
        else { return .malformed }
        guard claimed.origin == keys.log.name else { return .unknownLog }
        guard let checkpoint = try? VerifiedCheckpoint(opening: request.note, log: keys.log) else {
            return .unsigned
        }
        let moment = clock()
        let confirmed = copy.checkpoint.flatMap { try? keys.open($0) }?.checkpoint.head ?? MerkleTree().head
        guard request.oldSize == confirmed.size else { return .conflict(size: confirmed.size) }
        guard request.consistency.verify(from: confirmed, to: claimed.head) else { return .unproven }
        do {
            return .cosigned(try await cosign(checkpoint, at: moment).line)
        } catch let refusal as CosigningError {
            if case .goesBack(let size, _) = refusal.reason { return .conflict(size: size) }
            if refusal.consequence != .wait { await tell(refusal) }
            return .refused(refusal.description)
        } catch {
            return .unavailable("\(error)")
        }
    }
}

/// One after the other, in the order of asking.
private actor Turn {
    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        if isTaken {
            await withCheckedContinuation { waiting.append($0) }
        }
        isTaken = true
        defer {
            if waiting.isEmpty { isTaken = false } else { waiting.removeFirst().resume() }
        }
        return try await body()
    }
}
