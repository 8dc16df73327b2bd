import Contract

/// A log of a whole story, with its digests.
struct WorldLog {
    let cast: Cast
    var entries: [LogEntry] = []

    init(_ world: World) {
        cast = world.cast
        var stateDigest = cast.hash(Write.encoded(cast.genesis.writes))
        for (position, accepted) in world.accepted.enumerated() {
            let writesDigest = cast.hash(Write.encoded(accepted.writes))
            stateDigest = cast.hash(stateDigest + writesDigest)
            entries.append(
                LogEntry(
                    position: UInt64(position), time: accepted.time, statement: accepted.message,
                    writesDigest: Digest(writesDigest)!, stateDigest: Digest(stateDigest)!))
        }
    }
}
