import Contract
import Testing

/// A log of a whole story, with its digests.
struct ToyLog {
    var entries: [LogEntry] = []

    init(_ world: World) {
        var stateDigest = Toy.hash(Write.encoded(World.genesis.writes))
        for (position, accepted) in world.accepted.enumerated() {
            let writesDigest = Toy.hash(Write.encoded(accepted.writes))
            stateDigest = Toy.hash(stateDigest + writesDigest)
            entries.append(
                LogEntry(
                    position: UInt64(position), time: accepted.time, statement: accepted.message,
                    writesDigest: Digest(writesDigest)!, stateDigest: Digest(stateDigest)!))
        }
    }

    static func replay(from network: NetworkID = World.network) -> Replay {
        Replay(genesis: World.genesis, network: network, hash: Toy.hash, isValid: Toy.isValid)
    }

    /// Where and why a replay stops; nil when it comes to the end.
    static func fault(in entries: [[UInt8]]) -> Replay.Fault? {
        var replay = replay()
        for entry in entries {
            let before = (replay.state, replay.stateDigest, replay.size, replay.time)
            do throws(Replay.Fault) {
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
