import Glibc
import Synchronization

/// What this process has begun on a disk and would leave there half done where a signal ends it: then it is removed.
///
/// Where a command fails, deinitialisers remove it; a signal runs none.
public final class Leftover: Sendable {
    private static let all = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    /// `remove` runs at most once, and not after `finish`; it may run on any thread.
    public init(remove: @escaping @Sendable () -> Void) {
        Self.all.withLock { $0[ObjectIdentifier(self)] = remove }
    }

    deinit { finish() }

    /// It is whole, or removed.
    public func finish() { _ = Self.all.withLock { $0.removeValue(forKey: ObjectIdentifier(self)) } }

    private static let signals = [SIGTERM, SIGHUP, SIGINT]
    /// A pipe from the signals' handler, which may do little else than write, to the thread that removes. Set once, before the
    /// handler is.
    nonisolated(unsafe) private static var ends: (reading: Int32, writing: Int32) = (-1, -1)

    /// To be called early in a program. From then on SIGTERM, SIGHUP and SIGINT remove what is unfinished, then end
    /// the process as they would have. One that is ignored, as by `nohup`, stays ignored.
    public static func removeWhenSignalled() {
        var opened: [Int32] = [-1, -1]
        guard pipe(&opened) == 0 else { return }
        ends = (opened[0], opened[1])
        var thread = pthread_t()
        guard pthread_create(&thread, nil, { _ in Leftover.waitForSignal() }, nil) == 0 else { return }
        for signal in signals {
            var action = sigaction()
            guard sigaction(signal, nil, &action) == 0, !isIgnored(action) else { continue }
            action.__sigaction_handler.sa_handler = { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(Leftover.ends.writing, &byte, 1)
            }
            action.sa_flags = SA_RESTART
            sigaction(signal, &action, nil)
        }
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    private static func waitForSignal() -> UnsafeMutableRawPointer? {
        var byte: UInt8 = 0
        while read(ends.reading, &byte, 1) != 1 {}
        // Kept locked: nothing more is begun, and nothing that was finished is removed.
        all.withLock { all in
            for remove in all.values { remove() }
            signal(Int32(byte), SIG_DFL)
            kill(getpid(), Int32(byte))
            // Until the signal has ended the process.
            while true { pause() }
        }
        return nil
    }
}
