import Contract
import Files
import Foundation
import Identity
import Ledger
import Primitives
import Remote
import SQLiteLedger
import Synchronization
import Testing
import TransparencyLog
import Validation

@testable import LedgerCases
@testable import Surroundings

/// A log that shows a validator whatever a test wants.
private final class ShownLog: FollowedLog {
    struct Unreachable: Error {}

    let genesisFile: [UInt8]
    private let network: TestNetwork
    /// What a server, not the log, makes up.
    enum Lie: Sendable { case otherEntry, otherProof, unsigned }

    private let state: Mutex<(forge: Forge, isReachable: Bool, delivered: [[UInt8]], lie: Lie?)>
    /// What was handed over to be ordered.
    let submitted = Mutex([[UInt8]]())

    init(_ forge: Forge, of network: TestNetwork) {
        genesisFile = network.file
        self.network = network
        state = Mutex((forge, true, [], nil))
    }

    /// What it shows from now on.
    func show(_ forge: Forge) { state.withLock { $0.forge = forge } }
    func tell(_ lie: Lie?) { state.withLock { $0.lie = lie } }
    private var lie: Lie? { state.withLock { $0.lie } }
    func setReachable(_ isReachable: Bool) { state.withLock { $0.isReachable = isReachable } }

    private func forge() throws -> Forge {
        try state.withLock { state in
            guard state.isReachable else { throw PartyError.unavailable("out of reach") }
            return state.forge
        }
    }

    func candidate(beyond size: UInt64?) async throws -> VerifiedCheckpoint {
        if lie == .unsigned {
            throw PartyError.unverified("the checkpoint is not signed by this network's ledger")
        }
        for _ in 0..<20 {
            let checkpoint = try forge().checkpoint()
            if checkpoint.checkpoint.head.size != size { return checkpoint }
            try await Task.sleep(for: .milliseconds(10))
        }
        return try forge().checkpoint()
    }

    func leaves(from position: UInt64, limit: Int) async throws -> [[UInt8]] {
        let leaves = Array(try forge().entries.dropFirst(Int(position)).prefix(limit))
        return lie == .otherEntry ? leaves.map { $0 + [0] } : leaves
    }

    func consistency(from oldSize: UInt64, to newSize: UInt64) async throws -> ConsistencyProof {
        let proof = try forge().consistency(from: oldSize, to: newSize)
        return lie == .otherProof
            ? ConsistencyProof(hashes: proof.hashes + [[UInt8](repeating: 1, count: 32)]) : proof
    }

    func submit(statement: [UInt8]) async throws { submitted.withLock { $0.append(statement) } }

    func deliver(cosigned note: [UInt8]) async throws { state.withLock { $0.delivered.append(note) } }

    /// The checkpoints that came back with the cosignature of `organisation`, which holds.
    func cosigned(by organisation: OrganisationName) throws -> [TreeHead] {
        let keys = try CheckpointKeys(network.genesis)
        return try state.withLock { $0.delivered }.map { note in
            let checkpoint = try keys.open(note)
            #expect(keys.cosigned(checkpoint) == [organisation])
            return checkpoint.checkpoint.head
        }
    }
}

/// The machine's clock, and what the validator has told of waiting.
private final class Machine: Sendable {
    let now = Mutex(TestNetwork.created + 10)
    let told = Mutex([String]())
    let omitted = Mutex([StatementID]())
}

/// A validator cosigns what its own execution confirms, and nothing else (T31, T32).
@Suite(.failsWhenStill) struct ValidatorTests {
    private let network = TestNetwork()
    private let folder = TestDirectory()
    private let evidence = TestDirectory()
    private let machine = Machine()

    private func validator(of log: ShownLog, _ copy: ValidatorCopy) throws -> Validator {
        try Validator(
            of: network.insurer, key: network.insurerValidator, log: log, copy: copy,
            evidence: Folder(evidence.path + "/kept"), clock: { machine.now.withLock { $0 } },
            pause: { .milliseconds($0) },
            report: { event in
                switch event {
                case .waiting(let reason), .refused(let reason):
                    machine.told.withLock { $0.append(reason) }
                case .omitted(let id, _): machine.omitted.withLock { $0.append(id) }
                default: break
                }
            })
    }

    private func copy() throws -> ValidatorCopy {
        if !folder.files.contains("ledger.sqlite") {
            try ValidatorCopy.create(at: folder.path, genesis: network.file)
        }
        return try ValidatorCopy(directory: folder.path, genesis: network.file)
    }

    /// Follows until `isDone`, or until it refuses; the refusal's words.
    private func follow(_ validator: Validator, until isDone: @escaping @Sendable () throws -> Bool)
        async throws
        -> String?
    {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask {
                do {
                    try await validator.follow()
                    return nil
                } catch let refusal as CosigningError {
                    return refusal.description
                }
            }
            group.addTask {
                while try !isDone() { try await Task.sleep(for: .milliseconds(10)) }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    @Test func itCosignsWhatItHasExecuted() async throws {
        var forge = Forge(network, deposits: 700)
        let log = ShownLog(forge, of: network)
        let copy = try copy()
        let validator = try validator(of: log, copy)
        let first = forge.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(first) } == nil)
        #expect(copy.head == first)
        forge.append(network.deposit())
        log.show(forge)
        let second = forge.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(second) } == nil)
        #expect(copy.head == second)
        // What is kept says who has confirmed it.
        let keys = try CheckpointKeys(network.genesis)
        let kept = try keys.open(#require(copy.checkpoint))
        #expect(kept.checkpoint.head == second)
        #expect(keys.cosigned(kept) == [network.insurer])
    }

    @Test func itRefusesWhatItsOwnExecutionDoesNotConfirm() async throws {
        let honest = Forge(network, deposits: 3)
        let copy = try copy()
        let start = ShownLog(honest, of: network)
        let head = honest.checkpoint().checkpoint.head
        #expect(
            try await follow(try validator(of: start, copy)) {
                try start.cosigned(by: network.insurer).contains(head)
            } == nil)

        let record = RecordHandle.random()
        var forged = honest
        var statement = network.deposit(record)
        statement[statement.count - 1] ^= 1
        forged.append(leaf: honest.entry(statement).encoded())
        var unasked = honest
        let theft = network.grant(record, owner: .generate())
        unasked.append(leaf: honest.entry(theft).encoded())
        var wrongWrites = honest
        wrongWrites.append(leaf: honest.entry(network.deposit()).with(writesDigest: digest(1)).encoded())
        var wrongState = honest
        wrongState.append(leaf: honest.entry(network.deposit()).with(stateDigest: digest(1)).encoded())
        var fork = Forge(network, deposits: 2)
        fork.append(network.deposit())
        let lies: [(Forge, String)] = [
            (forged, "entry 5: a signature of the statement does not hold"),
            (unasked, "entry 5: the contract refuses statement \(network.id(of: theft))"),
            (wrongWrites, "was recorded with other writes"),
            (wrongState, "entry 5: the state digest differs"),
            (fork, "the log's first 5 entries are not those that were executed here"),
        ]
        for (lie, reason) in lies {
            let log = ShownLog(lie, of: network)
            let refusal = try await follow(try validator(of: log, copy)) { false }
            #expect(refusal?.contains(reason) == true, "\(reason): \(refusal ?? "nothing")")
            // All that the log gets is the newest checkpoint that was confirmed: an honest one stops by that.
            #expect(try log.cosigned(by: network.insurer) == [head])
            #expect(copy.head == head)
        }
        let kept = Folder(evidence.path + "/kept")
        #expect(kept.names.count == lies.count)
        for name in kept.names {
            #expect(kept.folder(name).names == ["confirmed", "reason", "shown"])
            #expect(try kept.folder(name).read("confirmed") == copy.checkpoint)
        }
        kept.parent.remove("kept")
    }

    /// T79: what only a server claims is refused and kept, and ends nothing: the honest log is cosigned afterwards.
    @Test func aServersLieEndsNoValidator() async throws {
        var honest = Forge(network, deposits: 3)
        let copy = try copy()
        let log = ShownLog(honest, of: network)
        let validator = try validator(of: log, copy)
        let head = honest.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(head) } == nil)
        let yesterday = Forge(network, repeating: Array(honest.entries.prefix(4)))
        honest.append(network.deposit())
        let lies: [(ShownLog.Lie?, Forge, String)] = [
            (nil, yesterday, "the log shows 4 entries, after it had shown 5"),
            (.otherEntry, honest, "does not prove that its checkpoint of 6 entries"),
            (.otherProof, honest, "does not prove that its checkpoint of 6 entries"),
            (.unsigned, honest, "not signed by this network's ledger"),
        ]
        for (lie, shown, reason) in lies {
            machine.told.withLock { $0 = [] }
            log.tell(lie)
            log.show(shown)
            let isTold: @Sendable () -> Bool = {
                machine.told.withLock { $0.contains { $0.contains(reason) } }
            }
            #expect(try await follow(validator) { isTold() } == nil, "\(reason)")
            #expect(isTold(), "\(reason): \(machine.told.withLock { $0 })")
            #expect(copy.head == head)
        }
        // All that the log got meanwhile is what was confirmed before.
        #expect(try Set(log.cosigned(by: network.insurer)) == [head])
        log.tell(nil)
        let next = honest.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(next) } == nil)
        #expect(!Folder(evidence.path + "/kept").names.isEmpty)
        Folder(evidence.path).remove("kept")
    }

    @Test func aClockThatIsOffIsToldAndPassesByItself() async throws {
        var forge = Forge(network, deposits: 1)
        let late = TestNetwork.created + 10 + 301
        forge.append(network.deposit(now: late), at: late)
        let log = ShownLog(forge, of: network)
        let validator = try validator(of: log, try copy())
        #expect(try await follow(validator) { machine.told.withLock { !$0.isEmpty } } == nil)
        #expect(machine.told.withLock { $0[0] }.contains("entry 3: its time \(late) is not near enough"))
        #expect(try log.cosigned(by: network.insurer) == [])
        machine.now.withLock { $0 += 1 }
        let head = forge.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(head) } == nil)
    }

    @Test func itGoesOnWhenTheLogIsBack() async throws {
        let forge = Forge(network, deposits: 1)
        let log = ShownLog(forge, of: network)
        log.setReachable(false)
        let validator = try validator(of: log, try copy())
        #expect(
            try await follow(validator) {
                if machine.told.withLock({ $0 == ["out of reach"] }) { log.setReachable(true) }
                return try !log.cosigned(by: network.insurer).isEmpty
            } == nil)
    }

    @Test func onlyThePinnedKeyValidates() throws {
        let log = ShownLog(Forge(network), of: network)
        let copy = try copy()
        for (organisation, key) in [
            (network.insurer, network.hospitalValidator), (network.insurer, network.insurerRoot),
            (OrganisationName("stranger")!, network.insurerValidator),
        ] {
            #expect(throws: PartyError.self) {
                try Validator(
                    of: organisation, key: key, log: log, copy: copy, evidence: Folder(evidence.path))
            }
        }
    }

    /// T36: what the operator leaves out, a validator that it was handed to makes known.
    @Test func whatIsLeftOutIsTold() async throws {
        var forge = Forge(network, deposits: 1)
        let log = ShownLog(forge, of: network)
        let validator = try validator(of: log, try copy())
        let head = forge.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(head) } == nil)

        let dropped = network.deposit()
        let kept = network.deposit()
        #expect(try await validator.relay(dropped) == .relayed(network.id(of: dropped)))
        #expect(try await validator.relay(kept) == .relayed(network.id(of: kept)))
        #expect(log.submitted.withLock { $0 } == [dropped, kept])
        // What the contract refuses is nobody's omission.
        let theft = network.grant(.random(), owner: .generate())
        guard case .rejected = try await validator.relay(theft) else {
            Issue.record("not refused")
            return
        }
        #expect(try await validator.relay([1, 2]) == .rejected(.malformed))
        var forged = dropped
        forged[forged.count - 1] ^= 1
        #expect(try await validator.relay(forged) == .rejected(.signatureInvalid))

        forge.append(kept)
        forge.append(network.deposit())
        log.show(forge)
        let next = forge.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(next) } == nil)
        #expect(try await validator.relay(kept) == .present(network.id(of: kept)))
        #expect(machine.omitted.withLock { $0.isEmpty })

        machine.now.withLock { $0 += Validator.omissionSeconds - 1 }
        forge.append(network.deposit())
        log.show(forge)
        let almost = forge.checkpoint().checkpoint.head
        #expect(
            try await follow(validator) { try log.cosigned(by: network.insurer).contains(almost) } == nil)
        try await Task.sleep(for: .milliseconds(50))
        #expect(machine.omitted.withLock { $0.isEmpty })
        machine.now.withLock { $0 += 1 }
        #expect(
            try await follow(validator) { machine.omitted.withLock { !$0.isEmpty } } == nil)
        #expect(machine.omitted.withLock { $0 } == [network.id(of: dropped)])
        let folder = Folder(evidence.path + "/kept/omitted-\(network.id(of: dropped))")
        #expect(try folder.read("statement.cose") == dropped)
        folder.parent.parent.remove("kept")
    }

    // MARK: As a witness

    private func request(_ forge: Forge, from old: UInt64, to size: UInt64) -> [UInt8] {
        AddCheckpoint(
            oldSize: old,
            consistency: old == 0 || old > size ? .init(hashes: []) : forge.consistency(from: old, to: size),
            note: forge.checkpoint(size: size).note
        ).encoded
    }

    @Test func addCheckpointAnswersAsTheSpecificationSays() async throws {
        let forge = Forge(network, deposits: 6)
        let copy = try copy()
        let validator = try validator(of: ShownLog(forge, of: network), copy)
        func answer(_ body: [UInt8]) async -> Validator.WitnessAnswer { await validator.add(body) }

        #expect(await answer(Array("old 0\n".utf8)) == .malformed)
        #expect(await answer([]) == .malformed)
        #expect(await answer(request(forge, from: 1, to: 3)) == .conflict(size: 0))
        guard case .cosigned(let line) = await answer(request(forge, from: 0, to: 3)) else {
            Issue.record("not cosigned")
            return
        }
        let note = forge.checkpoint(size: 3).note.encoded + line
        let keys = try CheckpointKeys(network.genesis)
        #expect(keys.cosigned(try keys.open(note)) == [network.insurer])
        // Once more for the same is no harm; what is older or unproven is.
        guard case .cosigned = await answer(request(forge, from: 3, to: 3)) else {
            Issue.record("not cosigned again")
            return
        }
        #expect(await answer(request(forge, from: 0, to: 3)) == .conflict(size: 3))
        #expect(await answer(request(forge, from: 2, to: 5)) == .conflict(size: 3))
        let wrong = AddCheckpoint(
            oldSize: 3, consistency: forge.consistency(from: 2, to: 5), note: forge.checkpoint(size: 5).note)
        #expect(await answer(wrong.encoded) == .unproven)
        let elsewhere = TestNetwork(origin: "medseal/elsewhere")
        #expect(await answer(request(Forge(elsewhere), from: 3, to: 2)) == .malformed)
        #expect(await answer(request(Forge(elsewhere, deposits: 3), from: 3, to: 4)) == .unknownLog)
        let stranger = try NoteSigner(name: "medseal/test", kind: .note, key: .generate())
        let unsigned = AddCheckpoint(
            oldSize: 3, consistency: forge.consistency(from: 3, to: 5),
            note: try stranger.sign(forge.checkpoint(size: 5).checkpoint))
        #expect(await answer(unsigned.encoded) == .unsigned)
        // A fork of the same size, and one that goes on from a shared beginning.
        let fork = Forge(network, deposits: 1)
        #expect(await answer(request(fork, from: 3, to: 3)) == .unproven)
        #expect(try keys.open(#require(copy.checkpoint)).checkpoint == forge.checkpoint(size: 3).checkpoint)
        guard case .cosigned = await answer(request(forge, from: 3, to: 8)) else {
            Issue.record("not cosigned at the end")
            return
        }
        // Proven, and still not what executing it gives.
        var lie = forge
        lie.append(leaf: forge.entry(network.deposit()).with(stateDigest: digest(1)).encoded())
        let lying = try self.validator(of: ShownLog(lie, of: network), copy)
        #expect(
            await lying.add(request(lie, from: 8, to: 9))
                == .refused("entry 8: the state digest differs"))
    }

    /// The specification's race: many requests at once never let the size go back (T32).
    @Test func manyAtOnceNeverGoBack() async throws {
        let forge = Forge(network, deposits: 30)
        let copy = try copy()
        let validator = try validator(of: ShownLog(forge, of: network), copy)
        let sizes = await withTaskGroup(of: UInt64?.self) { group in
            for number in 0..<200 {
                let size = UInt64(1 + number * 7 % 32)
                group.addTask {
                    for _ in 0..<4 {
                        let confirmed =
                            copy.checkpoint.flatMap {
                                try? CheckpointKeys(network.genesis).open($0)
                            }?.checkpoint.head.size ?? 0
                        guard confirmed <= size else { return nil }
                        if case .cosigned = await validator.add(request(forge, from: confirmed, to: size)) {
                            let after =
                                copy.checkpoint.flatMap {
                                    try? CheckpointKeys(network.genesis).open($0)
                                }?.checkpoint.head.size ?? 0
                            #expect(after >= size)
                            return size
                        }
                    }
                    return nil
                }
            }
            return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
        }
        #expect(sizes.max() == 32)
        #expect(try CheckpointKeys(network.genesis).open(copy.checkpoint!).checkpoint.head.size == 32)
    }
}
