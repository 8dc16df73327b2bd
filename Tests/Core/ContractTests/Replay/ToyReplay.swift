import Contract
import Testing

@testable import ContractCases

/// A log of the toys' network, read again.
enum ToyReplay {
    static func from(_ network: NetworkID = Cast.toy.network) -> Replay {
        Replay(genesis: Cast.toy.genesis, network: network, hash: Toy.hash, isValid: Toy.isValid)
    }

    /// Where and why a replay stops; nil when it comes to the end.
    static func fault(in entries: [[UInt8]]) -> ReplayError? {
        var replay = from()
        for entry in entries {
            let before = (replay.state, replay.stateDigest, replay.size, replay.time)
            do throws(ReplayError) {
                try replay.apply(entry)
            } catch {
                #expect(
                    before == (replay.state, replay.stateDigest, replay.size, replay.time),
                    "changed by a fault")
                return error
            }
        }
        return nil
    }
}
