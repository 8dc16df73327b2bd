import Contract
import Testing

@testable import ContractCases

/// Patients, clinicians and insurers, one who orders and three who validate, on a network that fails.
struct SimulatedWorld {
    private(set) var net: SimulatedNet
    private(set) var sequencer: SimulatedSequencer
    private(set) var validators = (0..<3).map(SimulatedValidator.init)
    /// What was promised to be on the ledger.
    private(set) var acknowledged: Set<StatementID> = []
    private(set) var refused: [StatementID: RejectionCode] = [:]
    private(set) var retries = 0
    private var stories: [[[SimulatedStory.Said]]]
    private static let duration: UInt64 = 4_000

    init(seed: UInt64, lie: SimulatedSequencer.Lie? = nil) {
        var net = SimulatedNet(seed: seed)
        let until = HistoryCast.genesis.created + 80_000
        let enrolments = SimulatedStory.enrolments(until: until).waves
        stories = (0..<3).map {
            enrolments + SimulatedStory(number: $0, until: until, wish: &net.source).waves
        }
        self.net = net
        sequencer = SimulatedSequencer(lie: lie)
    }

    mutating func run() {
        net.wake(.sequencer, by: .restart, after: 0)
        net.wake(.clients, by: .retry, after: 1)
        for validator in validators { net.wake(.validator(validator.number), by: .poll, after: 1) }
        while net.now < Self.duration, !isOver, let (node, message) = net.next() {
            if net.now > Self.duration / 2 { net.isCalm = true }
            switch node {
            case .sequencer: sequencer.receive(message, &net)
            case .validator(let number): validators[number].receive(message, &net)
            case .clients: receive(message)
            }
            if !net.isCalm, net.source.chance(1, in: 400) { sequencer.crashNow(&net) }
        }
    }

    /// Everything was said and everybody has seen it.
    var isOver: Bool {
        validators.allSatisfy { $0.fault != nil || Int($0.execution.size) == sequencer.durable.count }
            && (sequencer.hasLied || stories.allSatisfy(\.isEmpty))
    }

    private mutating func receive(_ message: SimulatedNet.Message) {
        switch message {
        case .acknowledged(let id): acknowledged.insert(id)
        case .refused(let id, let code): refused[id] = code
        case .retry:
            sendWaves()
            net.wake(.clients, by: .retry, after: 3 + net.source.below(20))
        default: break
        }
    }

    /// Says the present wave of each story, or says it again, the same bytes, until it is settled.
    private mutating func sendWaves() {
        for index in stories.indices {
            while let wave = stories[index].first, wave.allSatisfy({ isSettled($0.id) }) {
                stories[index].removeFirst()
            }
            for said in stories[index].first ?? [] where !isSettled(said.id) {
                retries += 1
                net.send(.submit(said.bytes), to: .sequencer)
            }
        }
    }

    /// A refusal settles it too: a crash may have forgotten what it was refused for, but it was refused after
    /// everything before it was acknowledged.
    private func isSettled(_ id: StatementID) -> Bool { acknowledged.contains(id) || refused[id] != nil }
}

@Suite("Simulation") struct SimulationTests {
    /// What is wrong with how it ended; empty when nothing is.
    private static func faults(of world: SimulatedWorld) throws -> [String] {
        var faults = [String]()
        func demand(_ holds: Bool, _ what: String) { if !holds { faults.append(what) } }
        let log = try world.sequencer.durable.map { try LogEntry.decode($0) }
        let honest = world.sequencer.hasLied ? Array(log.dropLast()) : log
        let said = honest.compactMap { Simulation.read($0.statement) }
        demand(said.count == honest.count, "every entry is signed")
        demand(Set(said.map(\.id)).count == said.count, "nothing is applied twice")
        demand(world.acknowledged.isSubset(of: said.map(\.id)), "what was acknowledged is never lost")
        demand(zip(honest, honest.dropFirst()).allSatisfy { $0.time <= $1.time }, "time does not go back")
        // Consent at the moment in which each release was ordered, told by neither contract nor model.
        var (watch, state) = (HistoryWatch(), DecisionScript.Judge())
        for (entry, statement) in zip(honest, said) {
            let owner = statement.assertion.record.flatMap { state.owner(of: $0, at: entry.time) }
            let (_, decision) = state.decide(on: entry.statement, at: entry.time)
            guard case .accepted(let writes) = decision else {
                return ["an entry is refused by the contract"]
            }
            watch.accepted(statement, at: entry.time, owner: owner, writes: writes)
        }
        faults += watch.broken
        // By size: each validator's digest is the one that the log carries.
        for validator in world.validators {
            for (size, digest) in validator.digests where digest != honest[Int(size) - 1].stateDigest {
                faults.append("validator \(validator.number) has another state at \(size)")
            }
        }
        return faults
    }

    @Test("an honest ledger keeps what it promised, whatever fails", arguments: [UInt64](0..<4))
    func honest(part: UInt64) throws {
        var total = (crashes: 0, restarts: 0, lost: 0, doubled: 0, retries: 0)
        var refusals = Set<RejectionCode>()
        for seed in (part * 50)..<(part * 50 + 50) {
            var world = SimulatedWorld(seed: seed)
            world.run()
            let faults = try Self.faults(of: world)
            #expect(faults.isEmpty, "seed \(seed)")
            #expect(world.isOver, "seed \(seed): not everybody has come to the end")
            #expect(world.validators.allSatisfy { $0.fault == nil }, "seed \(seed)")
            total.crashes += world.sequencer.crashes
            total.restarts += world.validators.map(\.restarts).reduce(0, +)
            total.lost += world.net.lost
            total.doubled += world.net.doubled
            total.retries += world.retries - world.acknowledged.count
            refusals.formUnion(world.refused.values)
        }
        print("simulation: 50 runs, \(total), refused: \(refusals.map { "\($0)" }.sorted())")
        // It was not smooth.
        #expect(total.crashes > 50 && total.restarts > 20 && total.lost > 500 && total.doubled > 500)
        #expect(total.retries > 500 && refusals.isSuperset(of: [.grantRevoked, .recordRemoved]))
    }

    @Test("whoever validates goes no further than a lie", arguments: SimulatedSequencer.Lie.allCases)
    func dishonest(lie: SimulatedSequencer.Lie) throws {
        let reason =
            switch lie {
            case .timeGoesBack: "the ledger's time goes back"
            case .saidTwice: "on the ledger already"
            case .releaseWithoutConsent: "the patient has granted nothing of the kind"
            case .otherWrites: "recorded with other writes"
            case .gap: "the entry says that its position is"
            }
        for seed in 1_000..<UInt64(1_010) {
            var world = SimulatedWorld(seed: seed, lie: lie)
            world.run()
            #expect(try Self.faults(of: world).isEmpty, "seed \(seed)")
            #expect(world.isOver && world.sequencer.hasLied, "seed \(seed)")
            for validator in world.validators {
                #expect(validator.fault?.reason.contains(reason) == true, "\(validator.fault as Any)")
                #expect(Int(validator.execution.size) == world.sequencer.durable.count - 1, "seed \(seed)")
            }
        }
    }

    @Test("a simulation is the same for the same seed")
    func repeatable() {
        var worlds = [SimulatedWorld(seed: 5), SimulatedWorld(seed: 5), SimulatedWorld(seed: 6)]
        for index in worlds.indices { worlds[index].run() }
        #expect(worlds[0].sequencer.durable == worlds[1].sequencer.durable)
        #expect(worlds[0].sequencer.durable != worlds[2].sequencer.durable)
    }
}
