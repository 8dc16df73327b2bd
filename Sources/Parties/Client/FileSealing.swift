import Age
import Contract
import Files
import Foundation
import Identity
import Remote

/// Files, sealed to a record's key into a folder.
enum FileSealing {
    /// A file to be saved.
    struct Source {
        let path: String
        let name: String
        let byteCount: Int
        let mediaType: String
        let dicom: DICOMAttributes?
    }

    /// The Merkle root of the batch that is the one file of a statement; nil where there is no batch. Throws
    /// `badInput` for a batch among other files, and for one that is malformed.
    static func batchRoot(of sources: [Source]) throws -> Digest? {
        guard let batch = sources.first(where: { $0.mediaType == MediaType.batch }) else { return nil }
        guard sources.count == 1 else {
            throw ClientFailure.badInput(
                "\(batch.path) is a batch: deposit it by itself, so that it can be proven")
        }
        return try Batch(try Folder.read(batch.path, bytesMax: Batch.bytesMax)).root
    }

    private static let smallBytesMax = 1 << 20

    /// The files that `paths` name; a folder stands for all files in it, in the order of their names.
    static func sources(_ paths: [String]) throws -> [Source] {
        let files = try paths.flatMap { try Folder.isFolder($0) ? Folder($0).files() : [$0] }
        guard (1...Limits.filesPerRecordMax).contains(files.count) else {
            throw ClientFailure.badInput(
                "a record has 1 to \(Limits.filesPerRecordMax) files; these are \(files.count)")
        }
        return try files.map { path in
            guard let handle = FileHandle(forReadingAtPath: path) else {
                throw ClientFailure.badInput("cannot read the file \(path)")
            }
            defer { try? handle.close() }
            let head = [UInt8](try handle.read(upToCount: DICOMAttributes.prefixBytes) ?? Data())
            return Source(
                path: path, name: URL(fileURLWithPath: path).lastPathComponent,
                byteCount: Int(try handle.seekToEnd()), mediaType: MediaType.of(head),
                dicom: DICOMAttributes(head: head))
        }
    }

    /// Seals `sources` to `recipient`, as `0.age`, `1.age` and so on in `folder`.
    static func seal(
        _ sources: [Source], to recipient: AgeRecipient, into folder: Folder,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> (files: [Descriptor.File], blobs: [DepositJournal.Blob]) {
        let total = sources.reduce(0) { $0 + $1.byteCount }
        var before = 0
        var files = [Descriptor.File]()
        var blobs = [DepositJournal.Blob]()
        let key = AgeSealing.recipients([recipient])
        // Small files several at a time; a large one is by itself sealed on all cores.
        let numbers = sources.indices.filter { sources[$0].byteCount <= smallBytesMax }
        let jobs = numbers.map { FileJob(from: sources[$0].path, to: folder.file("\($0).age")) }
        let small = Dictionary(
            uniqueKeysWithValues: zip(
                numbers, sealFiles(jobs, for: key, hashing: [.ciphertext, .plaintext])))
        for (index, source) in sources.enumerated() {
            let name = "\(index).age"
            let done = before
            let sealed =
                try small[index]?.get()
                ?? sealFile(
                    at: source.path, to: folder.file(name), for: key, hashing: [.ciphertext, .plaintext],
                    progress: { progress(done + $0, total) })
            guard let ciphertext = Digest(sealed.sha256),
                let plain = sealed.plaintextSHA256.flatMap({ Digest($0) })
            else { preconditionFailure("both digests were asked for") }
            guard sealed.plaintextByteCount == source.byteCount else {
                throw ClientFailure.unreachable("\(source.path) changed while it was read")
            }
            before += source.byteCount
            blobs.append(.init(name: name, digest: ciphertext, byteCount: sealed.byteCount))
            files.append(
                Descriptor.File(
                    name: source.name, mediaType: source.mediaType, byteCount: source.byteCount,
                    sha256: plain, ciphertext: ciphertext, dicom: source.dicom))
        }
        return (files, blobs)
    }
}
