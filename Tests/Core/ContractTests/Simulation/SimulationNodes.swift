import Contract

@testable import ContractCases

/// What the nodes of a simulation have in common.
enum Simulation {
    static func read(_ bytes: [UInt8]) -> VerifiedStatement? {
        let signed = try? SignedStatement(bytes, network: HistoryCast.network)
        return signed?.verified(hash: Toy.hash, isValid: Toy.isValid)
    }

    static func replay() -> Replay {
        Replay(
            genesis: HistoryCast.genesis, network: HistoryCast.network, hash: Toy.hash, isValid: Toy.isValid)
    }

    /// The next entry after `log`, as whoever orders says it is.
    static func entry(
        after log: Replay, _ statement: [UInt8], writes: [Write], at time: LedgerTime
    ) -> LogEntry {
        let digest = Digest(Toy.hash(Write.encoded(writes)))!
        return LogEntry(
            position: log.size, time: time, statement: statement, writesDigest: digest,
            stateDigest: Replay.advance(log.stateDigest, by: digest, hash: Toy.hash))
    }
}

/// Orders statements. What it has not made durable is gone when it crashes, and it acknowledges nothing
/// before.
struct SimulatedSequencer {
    /// How one that is not honest deceives, once.
    enum Lie: CaseIterable {
        case timeGoesBack
        case saidTwice
        case releaseWithoutConsent
        case otherWrites
        case gap
    }

    private(set) var durable: [[UInt8]] = []
    private(set) var isDown = false
    private(set) var crashes = 0
    private(set) var hasLied = false
    private var volatile: [(id: StatementID, entry: [UInt8])] = []
    private var execution = Simulation.replay()
    /// By how much its clock is wrong; it changes at every start.
    private var clockError: Int64 = 0
    private let lie: Lie?

    init(lie: Lie? = nil) { self.lie = lie }

    /// Its clock may be wrong, but what it says never goes back.
    private func time(_ net: SimulatedNet) -> LedgerTime {
        let clock = Int64(HistoryCast.genesis.created + 1_000 + net.now) + clockError
        return max(execution.time, UInt64(clock))
    }

    mutating func receive(_ message: SimulatedNet.Message, _ net: inout SimulatedNet) {
        if case .restart = message { return start(&net) }
        if isDown { return }
        switch message {
        case .submit(let bytes): submit(bytes, &net)
        case .flush: flush(&net)
        case .fetch(let from, let validator):
            if from < durable.count {
                let some = Array(durable[from...].prefix(1 + net.source.below(20)))
                net.send(.entries(from: from, some), to: .validator(validator))
            }
        default: break
        }
    }

    private mutating func submit(_ bytes: [UInt8], _ net: inout SimulatedNet) {
        guard !hasLied, let said = Simulation.read(bytes) else { return }
        if execution.state[.statement(said.id)] != nil {
            // Said before: it is acknowledged again, unless that is still to come.
            if !volatile.contains(where: { $0.id == said.id }) {
                net.send(.acknowledged(said.id), to: .clients)
            }
            return
        }
        let time = time(net)
        switch decide(said, at: time, reads: Reads(of: said) { execution.state[$0] }) {
        case .rejected(let code): net.send(.refused(said.id, code), to: .clients)
        case .accepted(let writes):
            let entry = Simulation.entry(after: execution, bytes, writes: writes, at: time).encoded()
            guard (try? execution.apply(entry)) != nil else { preconditionFailure("its own entry replays") }
            volatile.append((said.id, entry))
        }
    }

    private mutating func flush(_ net: inout SimulatedNet) {
        durable += volatile.map(\.entry)
        for (id, _) in volatile { net.send(.acknowledged(id), to: .clients) }
        volatile = []
        if let lie, !hasLied, durable.count > 8 { deceive(lie) }
        net.wake(.sequencer, by: .flush, after: 1 + net.source.below(6))
        if !net.isCalm, net.source.chance(1, in: 25) { crash(&net) }
    }

    /// Also between a flush and its acknowledgements: some of those are lost with the network.
    private mutating func crash(_ net: inout SimulatedNet) {
        (isDown, volatile) = (true, [])
        crashes += 1
        net.wake(.sequencer, by: .restart, after: 5 + net.source.below(60))
    }

    /// Everything it knows it knows from what is durable.
    private mutating func start(_ net: inout SimulatedNet) {
        isDown = false
        clockError = Int64(net.source.below(1_200)) - 600
        if !hasLied {
            execution = Simulation.replay()
            for entry in durable {
                guard (try? execution.apply(entry)) != nil else { preconditionFailure("its own log replays") }
            }
        }
        net.wake(.sequencer, by: .flush, after: 1)
    }

    /// The volatile statements of a crash were never acknowledged, so a crash in the middle of a batch is one.
    mutating func crashNow(_ net: inout SimulatedNet) { if !isDown { crash(&net) } }

    private mutating func deceive(_ lie: Lie) {
        let last = try? LogEntry.decode(durable[durable.count - 1])
        guard let last, let said = Simulation.read(last.statement) else {
            preconditionFailure("its own entry")
        }
        let nothing = [Write(key: .statement(said.id), value: [])]
        var entry: LogEntry
        switch lie {
        case .saidTwice:
            entry = Simulation.entry(after: execution, last.statement, writes: nothing, at: last.time)
        case .timeGoesBack:
            entry = honest(at: last.time - 1)
        case .otherWrites:
            let good = honest(at: last.time)
            entry = Simulation.entry(after: execution, good.statement, writes: nothing, at: last.time)
        case .gap:
            let good = honest(at: last.time)
            entry = LogEntry(
                position: good.position + 1, time: good.time, statement: good.statement,
                writesDigest: good.writesDigest, stateDigest: good.stateDigest)
        case .releaseWithoutConsent:
            let release = Release(
                organisation: SimulatedStory.officer.organisation, record: Toy.named("record 0"),
                custodian: SimulatedStory.clinician.organisation, grant: Toy.named("no grant"))
            let message = HistoryCast.message(
                Statement(
                    .release(release), validUntil: last.time + 100, nonce: .init(repeating: 9, count: 16)),
                by: SimulatedStory.officer.key, approvers: [PublicKey]())
            entry = Simulation.entry(after: execution, message, writes: nothing, at: last.time)
        }
        durable.append(entry.encoded())
        hasLied = true
    }

    /// A statement that any contract accepts, at a time that may not be.
    private func honest(at time: LedgerTime) -> LogEntry {
        let request = Request(
            organisation: SimulatedStory.officer.organisation,
            custodian: SimulatedStory.clinician.organisation,
            purpose: .claim, notAfter: time + 100, letter: Toy.named("letter"))
        let message = HistoryCast.message(
            Statement(.request(request), validUntil: time + 100, nonce: .init(repeating: 8, count: 16)),
            by: SimulatedStory.officer.key, approvers: [PublicKey]())
        let said = Simulation.read(message)!
        guard
            case .accepted(let writes) = decide(
                said, at: time, reads: Reads(of: said) { execution.state[$0] })
        else { preconditionFailure("a request is accepted") }
        return Simulation.entry(after: execution, message, writes: writes, at: time)
    }
}

/// Another organisation's validator: follows the log, executes it itself, and goes no further where they part.
struct SimulatedValidator {
    let number: Int
    private(set) var execution = Simulation.replay()
    private(set) var fault: ReplayError?
    /// What it found after so many entries.
    private(set) var digests: [UInt64: Digest] = [:]
    private(set) var restarts = 0
    /// What it has on its own disk.
    private var kept: [[UInt8]] = []

    init(number: Int) { self.number = number }

    mutating func receive(_ message: SimulatedNet.Message, _ net: inout SimulatedNet) {
        switch message {
        case .poll:
            if !net.isCalm, net.source.chance(1, in: 60) { restart() }
            net.send(.fetch(from: kept.count, by: number), to: .sequencer)
            net.wake(.validator(number), by: .poll, after: 2 + net.source.below(15))
        case .entries(let from, let entries):
            // What came late or twice is there already; what came too early is asked for again.
            guard from <= kept.count else { return }
            for entry in entries.dropFirst(kept.count - from) { apply(entry) }
        default: break
        }
    }

    private mutating func apply(_ entry: [UInt8]) {
        guard fault == nil else { return }
        do throws(ReplayError) {
            try execution.apply(entry)
        } catch {
            fault = error
            return
        }
        kept.append(entry)
        digests[execution.size] = execution.stateDigest
    }

    /// It loses its memory and executes its own copy again.
    private mutating func restart() {
        restarts += 1
        let copy = kept
        (execution, kept) = (Simulation.replay(), [])
        for entry in copy { apply(entry) }
    }
}
