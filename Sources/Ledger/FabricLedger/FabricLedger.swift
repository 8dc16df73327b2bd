public import Contract
import FabricChaincode
public import FabricChannel
import FabricProtocol
import Identity
public import Ledger
public import SQLiteLedger
import Synchronization
public import TransparencyLog

/// The promise of `ConsentLedger` over Hyperledger Fabric: statements are endorsed by organisations of different
/// kinds, ordered by Fabric, and found by each organisation in its own copy of the log.
///
/// The copy is an `EmbeddedLedger` that follows the channel's blocks and executes every statement again with the
/// same contract: positions, proofs, checkpoints and all reading are its own. All organisations' copies hold the
/// same entries in the same order, because the blocks do. Nothing is read from Fabric but blocks and the fate of
/// one's own transactions.
public final class FabricLedger: ConsentLedger {
    /// For how long a statement is offered for endorsement and ordering.
    private static let submitDuration = Duration.seconds(30)
    /// For how long a channel may be out of reach at the start.
    private static let beginDuration = Duration.seconds(60)
    private static let retryDuration = Duration.seconds(1)

    private let copy: EmbeddedLedger
    private let gateway: Gateway
    private let report: @Sendable (String) -> Void
    /// The newest block whose statements the copy shows.
    private let followed = Mutex<BlockMark?>(nil)

    /// `copy` is this organisation's copy of the log, which takes statements from nowhere else. `report` is
    /// told what the people who run it must know.
    public init(copy: EmbeddedLedger, gateway: Gateway, report: @escaping @Sendable (String) -> Void) {
        self.copy = copy
        self.gateway = gateway
        self.report = report
    }

    /// Closes the copy. Calls after this throw `closed`.
    public func close() { copy.close() }

    // MARK: Running

    /// Keeps the connections and follows the channel until the task is cancelled.
    ///
    /// Throws when the copy can follow no further: a block is not what it must be, or holds what this
    /// organisation's execution refuses.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [gateway] in try await gateway.run() }
            group.addTask { try await self.follow() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Begins the network on the channel where that was not done yet (`begin` of the chaincode), and waits
    /// until the copy has everything that the channel has now. Works while `run` does.
    ///
    /// A network that has begun needs one peer that answers for this, not as many as endorse.
    public func begin() async throws(FabricError) {
        let deadline = ContinuousClock.now + Self.beginDuration
        while true {
            do throws(FabricError) {
                if try await gateway.channel() == nil {
                    _ = try await gateway.perform(.begin(checkpoint: nil))
                }
                return try await catchUp()
            } catch {
                // Another organisation may begin it at the same moment.
                guard error.isPassing || error.isAlreadyBegun, ContinuousClock.now < deadline else {
                    throw error
                }
            }
            guard (try? await Task.sleep(for: Self.retryDuration / 4)) != nil else {
                throw .unavailable("it was cancelled")
            }
        }
    }

    /// Waits until the copy has everything that the channel has now.
    public func catchUp() async throws(FabricError) {
        let height = try await gateway.height()
        while true {
            if let mark = followed.withLock({ $0 }), mark.number + 1 >= height { return }
            guard (try? await Task.sleep(for: .milliseconds(20))) != nil else {
                throw .unavailable("it was cancelled")
            }
        }
    }

    private func follow() async throws {
        // Where the copy was when it last reported that no peer gives blocks: it reports an outage once.
        var told: BlockMark??
        while !Task.isCancelled {
            do {
                let mark = try copy.followed()
                followed.withLock { $0 = mark }
                try await gateway.blocks(from: mark.map { $0.number + 1 } ?? 0) { block in
                    let before = self.followed.withLock { $0 }
                    let block = try FabricBlock(
                        block, after: before, chaincode: self.gateway.profile.chaincode)
                    try await self.copy.follow(
                        OrderedBlock(mark: block.mark, items: try self.items(of: block)))
                    self.followed.withLock { $0 = block.mark }
                }
            } catch FabricError.unavailable(let reason) {
                let mark = followed.withLock { $0 }
                if told != .some(mark) { report("no peer gives blocks (\(reason)); tries again") }
                told = .some(mark)
            } catch let error as LedgerError where error.isPassing {
                // The block is there when there is room for it again.
                report("\(error); tries again")
            } catch is CancellationError { return }
            try? await Task.sleep(for: Self.retryDuration)
        }
    }

    /// What belongs into the log of the block's transactions.
    private func items(of block: FabricBlock) throws(FabricError) -> [OrderedBlock.Item] {
        var items = [OrderedBlock.Item]()
        for call in block.calls {
            func failure(_ reason: String) -> FabricError {
                .badBlock(number: block.mark.number, "transaction \(call.transaction): \(reason)")
            }
            guard let invocation = try? ChaincodeInvocation(arguments: call.arguments) else {
                throw failure("calls no function of the chaincode")
            }
            switch invocation {
            case .begin, .read, .status: continue
            case .import(let leaves):
                for leaf in leaves { items.append(.entry(leaf)) }
            case .submit(let bytes):
                guard let statement = (try? SignedStatement(bytes, network: network))?.verified() else {
                    throw failure("a signature of its statement does not hold")
                }
                guard
                    case .statement(statement.id, let time, let writesDigest)? = try? ChaincodeReceipt(
                        event: "statement", payload: call.answer)
                else { throw failure("was answered with something else") }
                items.append(.statement(statement, at: time, writesDigest: writesDigest))
            }
        }
        return items
    }

    // MARK: Submitting

    public func submit(
        _ statement: [UInt8], until level: Acknowledgement
    ) async throws(LedgerError) -> Outcome {
        let submitted = ContinuousClock.now
        guard let proposed = try? SignedStatement(statement, network: network) else {
            return .rejected(.malformed)
        }
        guard let verified = proposed.verified() else { return .rejected(.signatureInvalid) }
        let decoded = ContinuousClock.now
        if let receipt = try await copy.receipt(of: verified.id, until: level, passages: []) {
            return .committed(receipt)
        }
        if case .readOnly(let reason) = state, reason != .awaitingValidators { throw .readOnly(reason) }
        let deadline = submitted + Self.submitDuration
        let passages: [Receipt.Passage]
        let valid: ContinuousClock.Instant
        do throws(FabricError) {
            let committed = try await gateway.submit(
                ChaincodeInvocation.submit(statement: statement).arguments, deadline: deadline)
            valid = .now
            passages = [
                .init(stage: .propose, duration: decoded - submitted),
                .init(stage: .endorse, duration: committed.endorsement),
                .init(stage: .order, duration: committed.ordering),
                .init(stage: .validate, duration: committed.validation),
            ]
        } catch {
            switch error {
            // It was there before: another of the organisation's processes, or this one before a break.
            case .rejected(.replayed): (passages, valid) = ([], .now)
            case .rejected(let code): return .rejected(code)
            // No peer says what became of it: the copy may.
            case .outcomeUnknown: (passages, valid) = ([], .now)
            default: throw .unordered("\(error)")
            }
        }
        guard try await isFollowed(verified.id, deadline: max(deadline, valid + .seconds(10))) else {
            throw .outcomeUnknown("the copy of the log has not come so far")
        }
        let commit = Receipt.Passage(stage: .commit, duration: .now - valid)
        let receipt = try await copy.receipt(
            of: verified.id, until: level, passages: passages.isEmpty ? [] : passages + [commit])
        guard let receipt else { throw .outcomeUnknown("the copy of the log does not have it") }
        return .committed(receipt)
    }

    /// Waits until the statement is in the copy; false when it is not by the deadline.
    private func isFollowed(
        _ id: StatementID, deadline: ContinuousClock.Instant
    ) async throws(LedgerError) -> Bool {
        let sizes = copy.committed(after: nil)
        let found: Result<Bool, LedgerError> = await withTaskGroup(of: Result<Bool, LedgerError>?.self) {
            group in
            group.addTask { [copy] in
                do throws(LedgerError) {
                    for await _ in sizes {
                        if try await copy.receipt(of: id, until: .durable, passages: []) != nil {
                            return .success(true)
                        }
                    }
                    return .success(false)
                } catch { return .failure(error) }
            }
            group.addTask {
                try? await Task.sleep(until: deadline)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .success(false)
        }
        return try found.get()
    }

    // MARK: Reading, which is the copy's

    public var genesis: Genesis { copy.genesis }
    public var network: NetworkID { copy.network }
    public var state: LedgerState { copy.state }
    public var followedSize: UInt64? { copy.size }
    public func now() -> LedgerTime { copy.now() }
    public func value(of key: StateKey) throws(LedgerError) -> [UInt8]? { try copy.value(of: key) }
    public func values(of keys: [StateKey]) throws(LedgerError) -> [StateKey: [UInt8]] {
        try copy.values(of: keys)
    }
    public func keys(beginning prefix: [UInt8], limit: Int) throws(LedgerError) -> [StateKey] {
        try copy.keys(beginning: prefix, limit: limit)
    }
    public func entries(from position: UInt64, limit: Int) throws(LedgerError) -> [[UInt8]] {
        try copy.entries(from: position, limit: limit)
    }
    public func position(of id: StatementID) throws(LedgerError) -> UInt64? { try copy.position(of: id) }
    public func positions(
        of query: EntryQuery, after position: UInt64?, limit: Int
    ) throws(LedgerError) -> [UInt64] { try copy.positions(of: query, after: position, limit: limit) }
    public func checkpoint() throws(LedgerError) -> [UInt8] { try copy.checkpoint() }
    public func cosignedCheckpoint() throws(LedgerError) -> [UInt8] { try copy.cosignedCheckpoint() }
    public func candidate() throws(LedgerError) -> [UInt8] { try copy.candidate() }
    public func add(cosigned note: [UInt8], by organisation: OrganisationName) throws(LedgerError) {
        try copy.add(cosigned: note, by: organisation)
    }
    public func inclusionProof(position: UInt64, size: UInt64) throws(LedgerError) -> [[UInt8]] {
        try copy.inclusionProof(position: position, size: size)
    }
    public func consistencyProof(from oldSize: UInt64, to newSize: UInt64) throws(LedgerError) -> [[UInt8]] {
        try copy.consistencyProof(from: oldSize, to: newSize)
    }
    public func tile(_ path: TilePath) throws(LedgerError) -> [UInt8]? { try copy.tile(path) }
    public func committed(after position: UInt64?) -> AsyncStream<UInt64> { copy.committed(after: position) }
    public func examine() throws(LedgerError) -> [Finding] { try copy.examine() }
}
