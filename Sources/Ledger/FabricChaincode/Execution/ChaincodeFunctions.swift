internal import Contract
internal import Identity
internal import Primitives
internal import TransparencyLog

extension ConsentChaincode {
    /// The network begins, with the log of `target` to be imported first.
    func begin(_ target: TreeHead?) -> ChaincodeOutcome {
        let start = Replay(genesis: genesis, network: network).log
        let channel = ChannelNetwork(
            network: network,
            progress: target.map { target in
                .init(tree: MerkleTree(), time: start.time, stateDigest: start.stateDigest, target: target)
            })
        return ChaincodeReceipt.begin(network, entries: target?.size ?? 0).outcome(
            writes: genesis.writes.map { .init($0) }
                + [.init(ChaincodeKey.network, channel.encoded()), Self.clock(start.time)])
    }

    /// One statement, at the ledger's time: no earlier than anything that was accepted before.
    ///
    /// The clock is written only when it moves on. A transaction that writes it has read it, and so has every
    /// other: Fabric commits nothing that was decided at a time before.
    func submit(
        _ statement: VerifiedStatement, at moment: UInt64, _ state: ChannelState
    ) throws(ChaincodeError) -> ChaincodeOutcome {
        guard state.network.isOpen else { throw ChaincodeError(.importUnderWay) }
        let time = max(state.clock, genesis.time(at: moment))
        switch rules(statement, time, Reads(of: statement) { state.contract[$0] }) {
        case .rejected(let code): return .rejected(code)
        case .accepted(let writes):
            let writesDigest = Digest(hashing: Write.encoded(writes))
            return ChaincodeReceipt.statement(statement.id, time: time, writesDigest: writesDigest).outcome(
                writes: writes.map { .init($0) } + (time > state.clock ? [Self.clock(time)] : []))
        }
    }

    /// The next entries of the log that the network began with, each executed again at its own time on what
    /// those before it have left.
    func execute(
        _ entries: [ChaincodeCall.Entry], _ state: ChannelState
    ) throws(ChaincodeError) -> ChaincodeOutcome {
        guard var progress = state.network.progress,
            UInt64(entries.count) <= progress.target.size - progress.tree.size
        else { throw ChaincodeError(.nothingToImport) }
        let first = progress.tree.size
        var log = ExecutedLog(
            network: network, timeStep: genesis.timeStep, size: first, time: progress.time,
            stateDigest: progress.stateDigest)
        var page = Page(before: state.contract)
        do throws(ReplayError) {
            for entry in entries {
                let (next, statement) = try log.next(entry.opened)
                let reads = Reads(of: statement) { page[$0] }
                page.put(try log.execute(next, statement, reads: reads, hash: SHA256.digest))
            }
        } catch {
            throw ChaincodeError(.entryDiffers, detail: "entry \(error.position): \(error.reason)")
        }
        _ = progress.tree.append(entries.map(\.leafHash))
        guard !progress.isComplete || progress.tree.head == progress.target else {
            throw ChaincodeError(.rootDiffers)
        }
        progress.time = log.time
        progress.stateDigest = log.stateDigest
        let channel = ChannelNetwork(network: network, progress: progress)
        let receipt = ChaincodeReceipt.import(
            first: first, count: UInt64(entries.count), stateDigest: log.stateDigest)
        return receipt.outcome(
            writes: page.writes + [.init(ChaincodeKey.network, channel.encoded())]
                + (log.time > state.clock ? [Self.clock(log.time)] : []))
    }

    private static func clock(_ time: LedgerTime) -> ChaincodeOutcome.Write {
        .init(ChaincodeKey.clock, CBOR.unsigned(time).encoded())
    }
}

/// What the entries of one import change: a transaction of Fabric does not read what it has written itself.
private struct Page {
    private var state: [StateKey: [UInt8]]
    /// Each key that was written, once, in the order of its first write.
    private var written: [StateKey] = []
    private var isWritten = Set<StateKey>()

    init(before state: [StateKey: [UInt8]]) { self.state = state }

    subscript(key: StateKey) -> [UInt8]? { state[key] }

    mutating func put(_ writes: [Write]) {
        for write in writes {
            state[write.key] = write.value
            if isWritten.insert(write.key).inserted { written.append(write.key) }
        }
    }

    /// The last value of each key.
    var writes: [ChaincodeOutcome.Write] {
        written.map { key in
            guard let value = state[key] else { preconditionFailure("what was written has a value") }
            return .init(Write(key: key, value: value))
        }
    }
}
