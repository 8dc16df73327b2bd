/// One of many files to seal.
public struct FileJob: Sendable, Equatable {
    public let source: String
    public let target: String

    public init(from source: String, to target: String) {
        self.source = source
        self.target = target
    }
}

/// Seals many files in one process, several at a time; small ones thus use all cores too. Each has its own
/// file key, and each appears as `sealFile` says. Gives one result per job, in order.
public func sealFiles(
    _ jobs: [FileJob], for key: AgeSealing, armored: Bool = false, hashing: AgeHashing = .ciphertext
) -> [Result<SealedFile, any Error>] {
    let results = JobResults(count: jobs.count)
    Parallel.forEach(jobs.count) { number in
        results.set(
            number,
            Result {
                try sealFile(
                    at: jobs[number].source, to: jobs[number].target, for: key, armored: armored,
                    hashing: hashing)
            })
    }
    return results.all
}

private final class JobResults: @unchecked Sendable {
    // `results` is guarded by `mutex`.
    private let mutex = Mutex()
    private var results: [Result<SealedFile, any Error>?]

    init(count: Int) {
        results = Array(repeating: nil, count: count)
    }

    func set(_ number: Int, _ result: Result<SealedFile, any Error>) {
        mutex.lock()
        results[number] = result
        mutex.unlock()
    }

    /// Every job has its result once the loop has ended.
    var all: [Result<SealedFile, any Error>] { results.map { $0! } }
}
