import Glibc

/// The system's time in seconds since 1970-01-01T00:00:00Z.
@Sendable public func systemClock() -> UInt64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(max(0, now.tv_sec))
}
