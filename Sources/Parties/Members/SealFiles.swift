import Age
import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Manifests
import Primitives
import Sealing

/// Files sealed to a record's key, and what the descriptor says of them.
struct SealedFiles: Sendable {
    var files: [Descriptor.File] = []
    var blobs: [SealedBlob] = []
    /// The Merkle root of the batch that is the one file; nil where there is no batch.
    var batch: Digest?

    private static let smallBytesMax = 1 << 20

    /// Seals `sources` to `recipient`. Nothing is kept of them but their outlines, durable in `folder`: a second copy would
    /// fill the disk.
    ///
    /// Throws `badInput` for no files or too many, for a batch among other files, and for one that is malformed.
    init(
        _ outlined: OutlinedSources, to recipient: AgeRecipient, into folder: Folder,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) async throws {
        let sources = outlined.files
        let described = try Self.described(sources)
        batch = try Self.batchRoot(of: described)
        let total = sources.reduce(0) { $0 + $1.byteCount }
        var before = 0
        let outlines = try OutlineFile(in: folder).writer()
        let small = try await Self.sealSmall(outlined, to: recipient, outlines)
        for (index, (source, mediaType, dicom)) in described.enumerated() {
            let done = before
            let (sealed, place) =
                try small[index]
                ?? Self.seal(source, to: recipient, outlined.secret, outlines) { progress(done + $0, total) }
            guard let ciphertext = Digest(sealed.sha256),
                let plain = sealed.plaintextSHA256.flatMap({ Digest($0) })
            else { preconditionFailure("both digests were asked for") }
            guard sealed.plaintextByteCount == source.byteCount else {
                throw PartyError.unavailable("\(SafeText.escaped(source.name)) changed while it was read")
            }
            before += source.byteCount
            blobs.append(
                SealedBlob(
                    name: OutlineFile.name, blob: BlobName(ciphertext, .file), byteCount: sealed.byteCount,
                    outlined: .init(source: index, place: place)))
            files.append(
                Descriptor.File(
                    name: source.name, mediaType: mediaType, byteCount: Int64(source.byteCount),
                    sha256: plain, ciphertext: ciphertext, dicom: dicom))
        }
        try outlines.synchronize()
    }

    /// What was sealed, and where its outline lies.
    private typealias Sealed = (file: SealedFile, place: Range<Int>)

    private typealias Described = (source: SourceFile, mediaType: String, dicom: DICOMAttributes?)

    /// What each file is, by its first bytes.
    private static func described(_ sources: [SourceFile]) throws -> [Described] {
        guard (1...Manifest.filesMax).contains(sources.count) else {
            throw PartyError.badInput(
                "a record gets 1 to \(Manifest.filesMax) files at once; these are \(sources.count)")
        }
        return try sources.map { source in
            let head = try source.head(DICOMAttributes.prefixBytes)
            return (source, MediaType.of(head), DICOMAttributes(head: head))
        }
    }

    private static func batchRoot(of described: [Described]) throws -> Digest? {
        guard let (source, _, _) = described.first(where: { $0.mediaType == MediaType.batch }) else {
            return nil
        }
        guard described.count == 1 else {
            throw PartyError.badInput(
                "\(SafeText.escaped(source.name)) is a batch: deposit it by itself, so that it can be proven")
        }
        return try Batch(try source.bytes(max: Batch.bytesMax)).root
    }

    /// Small files several at a time; a large one is by itself sealed on all cores.
    private static func sealSmall(
        _ sources: OutlinedSources, to recipient: AgeRecipient, _ outlines: OutlineFile.Writer
    ) async throws -> [Int: Sealed] {
        let small = sources.files.indices.filter { sources.files[$0].byteCount <= smallBytesMax }
        return try await withThrowingTaskGroup(of: (Int, Sealed).self) { group in
            var all = [Int: Sealed]()
            for (started, index) in small.enumerated() {
                if started >= ProcessInfo.processInfo.activeProcessorCount,
                    let (done, sealed) = try await group.next()
                {
                    all[done] = sealed
                }
                group.addTask {
                    (index, try seal(sources.files[index], to: recipient, sources.secret, outlines))
                }
            }
            for try await (done, sealed) in group { all[done] = sealed }
            return all
        }
    }

    private static func seal(
        _ source: SourceFile, to recipient: AgeRecipient, _ secret: SecretBytes,
        _ outlines: OutlineFile.Writer, progress: ((Int) -> Void)? = nil
    ) throws -> Sealed {
        var reading = try source.reading()
        let (sealed, outline) = try Age.outline(
            of: &reading, for: .recipients([recipient]), secret: secret, progress: progress)
        return (sealed, try outlines.append(outline))
    }
}

extension Descriptor {
    /// The manifest of what was just sealed. Throws `unverified` when a file was sealed to the same bytes as another:
    /// then randomness has failed.
    func requireManifest() throws(PartyError) -> Manifest {
        guard let manifest else { throw .unverified("two files of the record have the same ciphertext") }
        return manifest
    }
}
