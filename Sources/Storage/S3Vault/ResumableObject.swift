import Contract
import Synchronization
import Vault

/// A blob on its way into a bucket that may come in several goes.
final class ResumableObject: ResumableBlob {
    private let partial: PartialBlob
    private let object: IncomingObject
    private let kept: KeptObjects
    /// False once finished, kept or aborted: then the object may be another call's.
    private let isHeld = Mutex(true)

    init(_ partial: PartialBlob, _ object: IncomingObject, in kept: KeptObjects) {
        self.partial = partial
        self.object = object
        self.kept = kept
    }

    deinit { if take() { kept.close(partial) } }

    var byteCount: Int { get async { await object.byteCount } }

    func write(_ bytes: [UInt8]) async throws(VaultError) {
        guard isHeld.withLock({ $0 }) else { throw .closed }
        try await object.write(bytes)
    }

    func finish() async throws(VaultError) {
        guard take() else { throw .closed }
        defer { kept.close(partial) }
        try await object.finish()
    }

    func keep() async throws(VaultError) {
        guard take() else { throw .closed }
        defer { kept.close(partial) }
        guard await object.isOpen else { throw .closed }
        let byteCount = await object.byteCount
        if byteCount > 0 { kept.keep(partial, object, byteCount) } else { await object.abort() }
    }

    func abort() async {
        guard take() else { return }
        await object.abort()
        kept.close(partial)
    }

    /// Ends this hold on the object. Says whether there was one.
    private func take() -> Bool {
        isHeld.withLock { isHeld in
            defer { isHeld = false }
            return isHeld
        }
    }
}

/// The blobs of one process that are not whole and can be gone on with. Of parts that have arrived a store gives nothing
/// back, and a hash that has begun cannot be stored: they end with the process, and what they left in the bucket is a
/// leftover then (docs/decisions/0024).
final class KeptObjects: Sendable {
    private struct Kept {
        let object: IncomingObject
        let byteCount: Int
        let time: Int
    }

    /// Each has a file of the spool open.
    private static let allMax = 64

    private let state = Mutex<(kept: [PartialBlob: Kept], open: Set<PartialBlob>)>(([:], []))
    private let now: @Sendable () -> Int

    init(now: @escaping @Sendable () -> Int) { self.now = now }

    /// Takes what was kept out, or what `begin` makes. Throws `inUse` while another has it.
    func resume(_ partial: PartialBlob, begin: () -> IncomingObject) async throws(VaultError)
        -> IncomingObject
    {
        let (known, surplus) = try state.withLock {
            (state) throws(VaultError) -> (IncomingObject?, [IncomingObject]) in
            guard state.open.insert(partial).inserted else { throw .inUse }
            if let known = state.kept.removeValue(forKey: partial) { return (known.object, []) }
            let parts = state.kept.map { KeptPart($0, time: $1.time) }
            let surplus = parts.surplus(for: partial.sender, allMax: Self.allMax)
            return (nil, surplus.compactMap { state.kept.removeValue(forKey: $0)?.object })
        }
        for object in surplus { await object.abort() }
        return known ?? begin()
    }

    func byteCount(of partial: PartialBlob) throws(VaultError) -> Int {
        try state.withLock { (state) throws(VaultError) in
            guard !state.open.contains(partial) else { throw .inUse }
            return state.kept[partial]?.byteCount ?? 0
        }
    }

    func keep(_ partial: PartialBlob, _ object: IncomingObject, _ byteCount: Int) {
        let now = now()
        state.withLock { $0.kept[partial] = Kept(object: object, byteCount: byteCount, time: now) }
    }

    func close(_ partial: PartialBlob) { state.withLock { _ = $0.open.remove(partial) } }

    /// Gives up those for which `isWanted` holds. Gives their number.
    func drop(where isWanted: (_ partial: PartialBlob, _ time: Int) -> Bool) async -> Int {
        let dropped = state.withLock { state in
            let dropped = state.kept.filter { isWanted($0, $1.time) }
            for partial in dropped.keys { state.kept[partial] = nil }
            return dropped.values.map(\.object)
        }
        for object in dropped { await object.abort() }
        return dropped.count
    }
}
