public import FabricChaincode
public import FabricChannel
public import SQLiteLedger
import TransparencyLog

extension Gateway {
    /// Entries in one transaction.
    private static let pageEntries = 64

    /// Replays the log of `archive` on the channel, where every endorser executes each entry again at its own
    /// time; the network goes on there. No other log may have begun it.
    ///
    /// Goes on where it was cut off. Throws `refused` when the channel carries something else or an entry does
    /// not follow, `RestoreError` when the archive cannot be read, and what `submit` throws. Returns the
    /// number of entries.
    @discardableResult
    public func move(_ archive: Archive, progress: LedgerProgress = { _, _ in }) async throws -> UInt64 {
        let target = archive.checkpoint.checkpoint.head
        do throws(FabricError) {
            _ = try await perform(.begin(checkpoint: archive.checkpoint.note.encoded))
        } catch {
            guard error.isAlreadyBegun else { throw error }
        }
        guard var done = try await channel()?.progress, done.target == target else {
            throw FabricError.refused(
                status: ChaincodeError.Code.alreadyBegun.rawValue,
                "the channel has begun, and not with the log of this archive")
        }
        while !done.isComplete {
            let leaves = try archive.entries(from: done.tree.size).prefix(Self.pageEntries)
            _ = try await perform(.import(leaves: Array(leaves)))
            done = try await channel()?.progress ?? done
            progress(done.tree.size, target.size)
        }
        return target.size
    }

    /// What the channel says of itself, as one peer tells it; nil when no network has begun there.
    public func channel() async throws(FabricError) -> ChannelNetwork? {
        ChannelNetwork(status: try await evaluate(ChaincodeInvocation.status.arguments))
    }

    func perform(_ invocation: ChaincodeInvocation) async throws(FabricError) -> Committed {
        try await submit(invocation.arguments, deadline: .now + .seconds(60))
    }
}

extension FabricError {
    var isAlreadyBegun: Bool {
        if case .refused(ChaincodeError.Code.alreadyBegun.rawValue, _) = self { true } else { false }
    }
}
