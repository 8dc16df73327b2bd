import API
import Contract
import Files
import Remote
import Synchronization

extension Connection {
    private static let uploadsAtOnce = 4

    /// Stores those of `blobs`, files of `folder` or sealed again of `sources`, that an organisation's vault does not
    /// have of the record, a few at a time; large ones from where an earlier try broke off.
    ///
    /// Throws `ChangedSourceError`; then they have to be sealed anew.
    func send(
        _ blobs: [SealedBlob], of record: RecordHandle, in folder: Folder,
        sources: OutlinedSources? = nil, to name: OrganisationName,
        goingOn: @escaping @Sendable (_ offset: Int, _ total: Int) -> Void = { _, _ in },
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws {
        let routes = Routes.Organisation(name)
        var missing = Set<BlobName>()
        for start in stride(from: 0, to: blobs.count, by: 1_000) {
            let page = blobs[start..<min(start + 1_000, blobs.count)].map(\.blob)
            let answer: Wire.BlobNames = try await call(
                .post, routes.missing(in: record.hex), json: Wire.BlobNames(blobs: page))
            missing.formUnion(answer.blobs)
        }
        let queue = blobs.filter { missing.contains($0.blob) }
        let total = queue.reduce(0) { $0 + $1.byteCount }
        let sent = SentBytes()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, blob) in queue.enumerated() {
                if index >= Self.uploadsAtOnce { try await group.next() }
                group.addTask { [self] in
                    try Task.checkCancellation()
                    let content = try blob.content(in: folder, sources)
                    @Sendable func report(_ done: Int) { progress(sent.report(done, of: blob.blob), total) }
                    if blob.byteCount >= Self.resumedBytesMin {
                        try await upload(
                            blob.blob, of: record, to: name, content,
                            goingOn: { goingOn($0, blob.byteCount) }, progress: report)
                    } else {
                        _ = try await call(
                            .put, routes.blob(blob.blob.text, of: record.hex), .stream(content),
                            progress: report)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

/// How many bytes of each blob were sent.
private final class SentBytes: Sendable {
    private let sent = Mutex<(counts: [BlobName: Int], total: Int)>(([:], 0))

    /// The sum over all blobs.
    func report(_ count: Int, of blob: BlobName) -> Int {
        sent.withLock { sent in
            sent.total += count - (sent.counts.updateValue(count, forKey: blob) ?? 0)
            return sent.total
        }
    }
}
