import Contract
import Foundation
import Testing

@testable import ContractCases

/// Messages with their times, as a file: what every process gets to decide on.
struct DecisionScript {
    private(set) var histories: [[(time: LedgerTime, message: [UInt8])]]

    /// As random histories go, the same for the same seed.
    init(seed: UInt64, statements: Int) {
        var left = statements
        histories = []
        while left > 0 {
            var maker = HistoryMaker(seed: seed &+ UInt64(histories.count))
            var judge = Judge()
            let count = min(left, HistoriesTests.length)
            histories.append(
                (0..<count).map { _ in
                    let attempt = maker.next()
                    let (said, decision) = judge.decide(on: attempt.bytes, at: attempt.time)
                    if let said, case .accepted = decision { maker.accepted(said, at: attempt.time) }
                    return (attempt.time, attempt.bytes)
                })
            left -= count
        }
    }

    func write(to path: String) throws {
        let all = CBOR.array(
            histories.map { .array($0.map { .array([.unsigned($0.time), .bytes($0.message)]) }) })
        try Data(all.encoded()).write(to: URL(fileURLWithPath: path))
    }

    init(path: String) throws {
        struct NotAScript: Error {}
        guard case .array(let all) = try CBOR.decode([UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
        else {
            throw NotAScript()
        }
        histories = try all.map { history in
            guard case .array(let lines) = history else { throw NotAScript() }
            return try lines.map { line in
                guard case .array(let parts) = line, case .unsigned(let time) = parts[0],
                    case .bytes(let bytes) = parts[1]
                else { throw NotAScript() }
                return (time, bytes)
            }
        }
    }

    /// One number for all that the contract makes of it: every write and every refusal.
    var digest: UInt64 {
        var digest = Toy.fnv([])
        for history in histories {
            var judge = Judge()
            for (time, message) in history {
                switch judge.decide(on: message, at: time).decision {
                case .accepted(let writes): digest = Toy.fnv(Write.encoded(writes), from: digest)
                case .rejected(let code): digest = Toy.fnv([UInt8(code.rawValue)], from: digest)
                }
            }
        }
        return digest
    }

    /// The contract on a state of its own, from bytes to writes.
    struct Judge {
        private(set) var state: [StateKey: [UInt8]] = [:]

        init() {
            for write in HistoryCast.genesis.writes { state[write.key] = write.value }
        }

        /// By the latest time that the record has seen.
        func owner(of handle: RecordHandle, at time: LedgerTime) -> PublicKey? {
            let record = state[.record(handle)].flatMap { RecordState(bytes: $0) }
            let seen = state[.clock(handle)].flatMap { ClockState(bytes: $0) }?.seen ?? 0
            return record?.owner(at: max(seen, time))
        }

        mutating func decide(
            on message: [UInt8], at time: LedgerTime
        ) -> (said: VerifiedStatement?, decision: Decision) {
            guard let signed = try? SignedStatement(message, network: HistoryCast.network) else {
                return (nil, .rejected(.malformed))
            }
            guard let said = signed.verified(hash: Toy.hash, isValid: Toy.isValid) else {
                return (nil, .rejected(.signatureInvalid))
            }
            let decision = Contract.decide(said, at: time, reads: Reads(of: said) { state[$0] })
            if case .accepted(let writes) = decision {
                for write in writes { state[write.key] = write.value }
            }
            return (said, decision)
        }
    }
}

@Suite("Determinism") struct DeterminismTests {
    /// What the script of seed 42 gives in every build: `swift test -c release --filter Determinism` holds a
    /// release build against the same number. It changes with the rules, and with what histories are made of.
    private static let expected: UInt64 = 11_982_368_598_306_724_622

    /// MEDSEAL_EXHAUSTIVE=1 asks for a hundred.
    private static let pairsOfProcesses =
        ProcessInfo.processInfo.environment["MEDSEAL_EXHAUSTIVE"] == "1" ? 50 : 10

    @Test("10,000 statements come out the same in twenty fresh processes, and as in every other build")
    func freshProcesses() async throws {
        let path = NSTemporaryDirectory() + "medseal-script-\(UInt64.random(in: 0...(.max)))"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let script = DecisionScript(seed: 42, statements: 10_000)
        try script.write(to: path)
        let here = script.digest
        #expect(here == Self.expected)
        var seen = (digests: Set<String>(), hashings: Set<String>())
        for _ in 0..<Self.pairsOfProcesses {
            // Two at a time: there may be no more cores.
            async let one = Self.process(path)
            async let other = Self.process(path)
            for output in try await [one, other] {
                seen.digests.insert(output.digest)
                seen.hashings.insert(output.hashing)
            }
        }
        #expect(seen.digests == ["\(here)"])
        // Each has hashed with a seed of its own, on which no order may depend.
        #expect(seen.hashings.count > 15)
    }

    /// What a fresh process says of the script.
    private static func process(_ path: String) async throws -> (digest: String, hashing: String) {
        let ended = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) { [path = path as String] in
            let digest = try DecisionScript(path: path).digest
            print("\nscript \(digest) \("a key".hashValue)")
        }
        let output = String(decoding: try #require(ended).standardOutputContent, as: UTF8.self)
        let line = try #require(output.split(separator: "\n").first { $0.hasPrefix("script ") })
        let words = line.split(separator: " ").map(String.init)
        return (words[1], words[2])
    }

    @Test(
        "a log replays to the state in which it was written; its state is well formed; none of it is said twice"
    )
    func replay() throws {
        for seed in 0..<UInt64(4) {
            var run = HistoryRun(seed: seed, hasUnsteadyClock: false)
            for _ in 0..<HistoriesTests.length { try run.step() }
            #expect(run.log.count > HistoriesTests.length / 4)
            try Self.replays(run)
            Self.statesRoundTrip(run.state)
            try Self.nothingIsAppliedTwice(run)
        }
    }

    private static func replays(_ run: HistoryRun) throws {
        var replay = Replay(
            genesis: HistoryCast.genesis, network: HistoryCast.network, hash: Toy.hash, isValid: Toy.isValid)
        for (position, accepted) in run.log.enumerated() {
            let writes = try #require(Digest(Toy.hash(Write.encoded(accepted.writes))))
            let entry = LogEntry(
                position: UInt64(position), time: accepted.time, statement: accepted.said.bytes,
                writesDigest: writes,
                stateDigest: Replay.advance(replay.stateDigest, by: writes, hash: Toy.hash))
            try replay.apply(entry.encoded())
        }
        // Nothing but what was accepted has changed the state.
        #expect(replay.state == run.state)
    }

    /// Every value of the state decodes to itself, and to nothing when it is cut.
    private static func statesRoundTrip(_ state: [StateKey: [UInt8]]) {
        let types: [any StateValue.Type] = [
            OrganisationState.self, MemberState.self, PermitState.self, RecordState.self, ClockState.self,
            CustodyState.self, RequestState.self, GrantState.self, ReleaseState.self, StatementState.self,
            NetworkState.self, DelegationState.self, EmergencyState.self,
            NetworkKeyState.self,
        ]
        for (key, bytes) in state {
            let type = types[Int(key.bytes[0]) - 1]
            guard let value = type.init(bytes: bytes) else {
                Issue.record("\(type) cannot be read")
                continue
            }
            if value.encoded() != bytes { Issue.record("\(type) is not what it decodes to") }
            if type.init(bytes: CBOR.array(value.items.dropLast()).encoded()) != nil
                || type.init(bytes: CBOR.array(value.items + [.null]).encoded()) != nil
            {
                Issue.record("\(type) may be shorter or longer")
            }
        }
    }

    /// What was accepted once is refused ever after: here, and in another network.
    private static func nothingIsAppliedTwice(_ run: HistoryRun) throws {
        for accepted in run.log {
            let reads = Reads(of: accepted.said) { run.state[$0] }
            for moment in [accepted.time, run.maker.now] {
                #expect(decide(accepted.said, at: moment, reads: reads) == .rejected(.replayed))
            }
            let foreign = try SignedStatement(accepted.said.bytes, network: Toy.named("another network"))
            #expect(foreign.verified(hash: Toy.hash, isValid: Toy.isValid) == nil)
        }
    }
}
