import Contract
import Testing

@testable import ContractCases

@Suite("A script of a network's life") struct ScriptTests {
    @Test("10,000 statements come out as they always did, in every build and process")
    func script() throws {
        var world = World.toy
        var script = Script(seed: 42, backwards: true)
        var digest = Toy.fnv([])
        var results = [String: Int]()
        for _ in 0..<10_000 {
            let outcome = world.play(script.nextLine())
            digest = Toy.fnv(Write.encoded(outcome.writes) + Array(outcome.result.utf8), from: digest)
            results["\(outcome.kind) \(outcome.result)", default: 0] += 1
        }
        #expect(digest == 16_235_170_184_724_468_170)
        // The script reaches every kind, accepted and refused, and most codes.
        for kind in Samples.all.map(\.kind) { #expect(results["\(kind) ok", default: 0] > 0, "\(kind)") }
        let codes = Set(results.keys.map { words($0)[1] })
        #expect(codes.count >= 45, "\(codes.sorted())")
    }

    @Test("a log of 1,500 statements replays; its state is well formed; nothing of it is accepted again")
    func replay() throws {
        var world = World.toy
        var script = Script(seed: 7, backwards: false)
        for _ in 0..<1_500 { _ = world.play(script.nextLine()) }
        let log = WorldLog(world)
        #expect(log.entries.count > 400)
        #expect(ToyReplay.fault(in: log.entries.map { $0.encoded() }) == nil)
        statesRoundTrip(world)
        try nothingIsAppliedTwice(world, at: script.time)
    }

    /// Every value of the state decodes to itself, and to nothing when it is cut.
    private func statesRoundTrip(_ world: World) {
        for (key, bytes) in world.state {
            let types: [any StateValue.Type] = [
                OrganisationState.self, MemberState.self, PermitState.self, RecordState.self, ClockState.self,
                CustodyState.self, RequestState.self, GrantState.self, ReleaseState.self, StatementState.self,
                NetworkState.self, DelegationState.self, EmergencyState.self,
                NetworkKeyState.self,
            ]
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
    private func nothingIsAppliedTwice(_ world: World, at time: LedgerTime) throws {
        var refused = 0
        for entry in world.accepted {
            let signed = try SignedStatement(entry.message, network: Cast.toy.network)
            let verified = try #require(signed.verified(hash: Toy.hash, isValid: Toy.isValid))
            for moment in [entry.time, time]
            where decide(verified, at: moment, reads: Reads(of: verified) { world.state[$0] })
                == .rejected(.replayed)
            {
                refused += 1
            }
            let foreign = try SignedStatement(entry.message, network: Toy.named("another network"))
            if foreign.verified(hash: Toy.hash, isValid: Toy.isValid) == nil { refused += 1 }
        }
        #expect(refused == 3 * world.accepted.count)
    }
}
