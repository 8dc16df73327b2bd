import Glibc

/// How many files this process may have open, its connections among them.
enum OpenFileLimit {
    /// More are never needed.
    private static let filesMax: rlim_t = 65_536

    /// Raises the limit as far as the system lets a process, and gives it.
    static func raise() -> Int {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 1_024 }
        let raised = rlimit(
            rlim_cur: max(limit.rlim_cur, min(limit.rlim_max, filesMax)), rlim_max: limit.rlim_max)
        if withUnsafePointer(to: raised, { setrlimit(resource, $0) }) == 0 { limit = raised }
        return Int(clamping: min(limit.rlim_cur, filesMax))
    }
}
