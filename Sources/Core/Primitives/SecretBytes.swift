import CSodium

/// Starts libsodium once in this process; everything below goes through it.
enum Sodium {
    static let ready: Void = {
        precondition(sodium_init() >= 0, "libsodium cannot start")
    }()
}

/// A secret in libsodium's guarded memory: locked where the system allows it, between guard pages, wiped when
/// freed.
///
/// It prints as `<secret>`; its bytes are reached only through `withUnsafeBytes`. Each costs some 30
/// microseconds and two pages: it is for keys that live, not for each file's key.
public final class SecretBytes: Sendable, CustomStringConvertible {
    public let count: Int
    // Written only while it is being made; after that every access is a read.
    private nonisolated(unsafe) let memory: UnsafeMutableRawPointer

    /// Secret memory of `count` bytes, filled by `fill`, which sees zeroes first.
    public init(count: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        _ = Sodium.ready
        guard let memory = sodium_malloc(max(count, 1)) else { preconditionFailure("no guarded memory left") }
        self.count = count
        self.memory = memory
        sodium_memzero(memory, count)
        fill(UnsafeMutableRawBufferPointer(start: memory, count: count))
        sodium_mprotect_readonly(memory)
    }

    /// Copies `bytes`; the caller still has to wipe the original (see `wipe`).
    public convenience init(copying bytes: some Collection<UInt8>) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// `count` fresh random bytes.
    public static func random(_ count: Int) -> SecretBytes {
        SecretBytes(count: count) { if let base = $0.baseAddress { randombytes_buf(base, $0.count) } }
    }

    deinit {
        #if hasFeature(Embedded)
            // A browser's memory has no pages to guard, and without them libsodium frees without wiping.
            sodium_memzero(memory, count)
        #endif
        sodium_free(memory)
    }

    public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(start: memory, count: count))
    }

    public var description: String { "<secret>" }
}

/// Overwrites `bytes` with zeroes, which the optimiser may not remove. Copies made before by the array's
/// owner remain.
public func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { if let base = $0.baseAddress { sodium_memzero(base, $0.count) } }
}

/// Whether two byte strings are equal, in time that depends only on their lengths.
public func equalInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && (left.isEmpty || sodium_memcmp(left, right, left.count) == 0)
}

/// Random bytes of the operating system's generator.
public enum Random {
    public static func bytes(_ count: Int) -> [UInt8] {
        _ = Sodium.ready
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            if let base = buffer.baseAddress { randombytes_buf(base, count) }
            initialized = count
        }
    }
}
