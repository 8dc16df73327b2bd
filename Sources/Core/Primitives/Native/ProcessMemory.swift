import CSodium
import Glibc

/// Keeps what this process holds in memory from leaving it when it crashes, and from being more than it needs.
public enum ProcessMemory {
    /// To be called first in a program that handles secrets: no backtrace (a trap would print the memory that
    /// registers point to), no core file, no debugger of another process (SECURITY.md, T54).
    ///
    /// Swift's runtime reads its setting before `main`, so the program starts itself once more with it.
    public static func keepPrivate() {
        let name = "SWIFT_BACKTRACE"
        let setting = "enable=no"
        if getenv(name).map({ String(cString: $0) }) != setting {
            setenv(name, setting, 1)
            execv("/proc/self/exe", CommandLine.unsafeArgv)
            // Where it cannot start itself again it goes on: what follows still holds.
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = medseal_forbid_dumps()
        // Started through /proc/self/exe it would be called `exe`.
        if let program = CommandLine.arguments.first?.split(separator: "/").last {
            _ = medseal_name_process(String(program))
        }
    }
    /// To be called before the first thread starts: what is freed goes back to the system.
    ///
    /// glibc would keep up to 16 heaps on two processors, and in each what the largest work there took: of the 81 MiB of
    /// a server that had opened its keys and served a large file, some 25 MiB (`tools/bench vault`).
    public static func keepSmall() {
        mallopt(M_ARENA_MAX, 2)
        // Said once, this is no longer raised to the largest block that was ever freed, such as scrypt's.
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        // Nor would this be raised from 128 KiB: a stream's buffers would be given back and cleared anew for each piece.
        mallopt(M_TRIM_THRESHOLD, 4 << 20)
    }
}
