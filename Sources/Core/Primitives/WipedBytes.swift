import CSodium

/// A short-lived secret in ordinary memory, wiped when its scope ends: for each file's key and what is
/// derived from it, where the guarded pages of `SecretBytes` would cost more than the work they guard.
public struct WipedBytes: ~Copyable {
    public let count: Int
    private let memory: UnsafeMutableRawPointer

    /// Memory of `count` bytes, filled by `fill`, which sees zeroes first.
    public init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        self.count = count
        self.memory = .allocate(byteCount: max(count, 1), alignment: 16)
        sodium_memzero(memory, count)
        fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
    }

    /// `count` fresh random bytes.
    public static func random(_ count: Int) -> WipedBytes {
        _ = Sodium.ready
        return WipedBytes(count: count) { if let base = $0.baseAddress { randombytes_buf(base, $0.count) } }
    }

    deinit {
        sodium_memzero(memory, count)
        memory.deallocate()
    }

    public borrowing func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: memory, count: count))
    }
}

/// Overwrites `memory` with zeroes, which the optimiser may not remove.
public func wipe(_ memory: UnsafeMutableRawBufferPointer) {
    if let base = memory.baseAddress { sodium_memzero(base, memory.count) }
}

extension WipedBytes {
    /// Copies `bytes`; the caller still has to wipe the original.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }
}
