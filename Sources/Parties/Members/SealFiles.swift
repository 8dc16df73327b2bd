import Age
import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Manifests
import Sealing

/// Files sealed to a record's key, and what the descriptor says of them.
struct SealedFiles: Sendable {
    var files: [Descriptor.File] = []
    var blobs: [SealedBlob] = []
    /// The Merkle root of the batch that is the one file; nil where there is no batch.
    var batch: Digest?

    /// Up to this a file's ciphertext is kept; of larger ones an outline, for a second copy would fill the disk.
    private static let smallBytesMax = 1 << 20

    /// Seals `sources` to `recipient`: small ones as `0.age`, `1.age` and so on in `folder`, of larger ones the outline is
    /// kept.
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
        let small = try await Self.sealSmall(sources, to: recipient, into: folder)
        for (index, (source, mediaType, dicom)) in described.enumerated() {
            let done = before
            var outline: SealedOutline?
            let sealed: SealedFile
            if let kept = small[index] {
                sealed = kept
            } else {
                var reading = try source.reading()
                (sealed, outline) = try Age.outline(
                    of: &reading, for: .recipients([recipient]), secret: outlined.secret
                ) { progress(done + $0, total) }
            }
            guard let ciphertext = Digest(sealed.sha256),
                let plain = sealed.plaintextSHA256.flatMap({ Digest($0) })
            else { preconditionFailure("both digests were asked for") }
            guard sealed.plaintextByteCount == source.byteCount else {
                throw PartyError.unavailable("\(SafeText.escaped(source.name)) changed while it was read")
            }
            before += source.byteCount
            blobs.append(
                SealedBlob(
                    name: "\(index).age", blob: BlobName(ciphertext, .file), byteCount: sealed.byteCount,
                    outlined: outline.map { .init(source: index, outline: $0) }))
            files.append(
                Descriptor.File(
                    name: source.name, mediaType: mediaType, byteCount: Int64(source.byteCount),
                    sha256: plain, ciphertext: ciphertext, dicom: dicom))
        }
    }

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
        _ sources: [SourceFile], to recipient: AgeRecipient, into folder: Folder
    ) async throws -> [Int: SealedFile] {
        let small = sources.indices.filter { sources[$0].byteCount <= smallBytesMax }
        return try await withThrowingTaskGroup(of: (Int, SealedFile).self) { group in
            var sealed = [Int: SealedFile]()
            for (started, index) in small.enumerated() {
                if started >= ProcessInfo.processInfo.activeProcessorCount,
                    let (done, file) = try await group.next()
                {
                    sealed[done] = file
                }
                let source = sources[index]
                group.addTask {
                    (index, try seal(source, to: recipient, at: folder.file("\(index).age")))
                }
            }
            for try await (done, file) in group { sealed[done] = file }
            return sealed
        }
    }

    private static func seal(
        _ source: SourceFile, to recipient: AgeRecipient, at path: String
    ) throws -> SealedFile {
        var reading = try source.reading()
        return try sealFile(
            from: &reading, to: path, for: .recipients([recipient]), hashing: [.ciphertext, .plaintext])
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
