import Age
import Contract
import Files
import Foundation
import Primitives
import Remote

/// A record's key and descriptor, out of a release.
struct Unlocked: Sendable {
    let released: Released
    let key: AgeIdentity
    let descriptor: Descriptor
    /// Envelope and descriptor as the vault gave them.
    let sealed: [(name: String, bytes: [UInt8])]

    init(_ released: Released, _ key: AgeIdentity, envelope: [UInt8]) async throws {
        let bytes = try await released.bytes(released.state.descriptor)
        self.released = released
        self.key = key
        descriptor = try Descriptor(opening: bytes, of: released.state, with: key)
        sealed = [("envelope.age", envelope), ("descriptor.age", bytes)]
    }
}

/// Puts the files of a record that was unlocked into their place: ciphertext into the spool, every check,
/// then the file.
struct Unpacking: Sendable {
    let spool: Folder
    var progress: @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }

    /// See `Fetching.fetch`.
    func unpack(
        _ unlocked: Unlocked, to target: String, replacing: Bool, keepingSealedIn sealed: Folder? = nil
    ) async throws -> Fetching.Done {
        let placed = try place(unlocked.descriptor, target: target, replacing: replacing)
        if let sealed {
            try sealed.make()
            for blob in unlocked.sealed { try sealed.write(blob.bytes, as: blob.name) }
        }
        try spool.make()
        let total = unlocked.descriptor.files.reduce(0) { $0 + $1.byteCount }
        var before = 0
        var written = [Fetching.Written]()
        for (file, path) in zip(unlocked.descriptor.files, placed) {
            let done = before
            written.append(
                try await write(file, to: path, unlocked, sealed: sealed, replacing: replacing) {
                    progress(min(done + $0, total), total)
                })
            before += file.byteCount
        }
        unlocked.released.finish()
        return Fetching.Done(
            record: unlocked.released.record, release: unlocked.released.id, files: written)
    }

    static func exists(_ path: String) -> ClientFailure {
        .badInput("\(path) exists already; --force replaces it")
    }

    /// Where each file goes. Throws `badInput` before anything is fetched when one is there already.
    private func place(_ descriptor: Descriptor, target: String, replacing: Bool) throws -> [String] {
        var paths = [target]
        if descriptor.files.count > 1 || Folder.isFolder(target) || target.hasSuffix("/") {
            let folder = Folder(target)
            try folder.make()
            paths = descriptor.safeFileNames.map { folder.file($0) }
        } else if !Folder(target).parent.exists {
            throw ClientFailure.badInput("the folder \(Folder(target).parent.path) does not exist")
        }
        for path in paths where !replacing && access(path, F_OK) == 0 { throw Self.exists(path) }
        return paths
    }

    /// Ciphertext into the spool, its hash checked; opened into a file beside its place, plaintext's hash
    /// checked; then renamed.
    private func write(
        _ file: Descriptor.File, to path: String, _ unlocked: Unlocked, sealed: Folder?, replacing: Bool,
        progress: @escaping (Int) -> Void
    ) async throws -> Fetching.Written {
        let ciphertext = sealed == nil ? "\(lowercaseHex(Random.bytes(8))).age" : "\(file.ciphertext).age"
        let store = sealed ?? spool
        defer { if sealed == nil { store.remove(ciphertext) } }
        _ = try await unlocked.released.ciphertext(
            file.ciphertext, to: store.file(ciphertext), progress: { progress($0 / 2) })
        let folder = Folder(path).parent
        let temporary = ".medseal-\(lowercaseHex(Random.bytes(8))).partial"
        defer { folder.remove(temporary) }
        let opened: OpenedFile
        do {
            opened = try openFile(
                at: store.file(ciphertext), to: folder.file(temporary), with: .identity(unlocked.key),
                hashing: .plaintext, progress: { progress(file.byteCount / 2 + $0 / 2) })
        } catch let error as AgeError {
            throw ClientFailure(.unverified, "a file of the record does not open", cause: error)
        }
        guard opened.sha256 == file.sha256.bytes, opened.byteCount == file.byteCount else {
            throw ClientFailure.unverified("a file of the record is not what its descriptor says")
        }
        let head = try FileHandle(forReadingAtPath: folder.file(temporary))?.read(upToCount: 512) ?? Data()
        if replacing {
            guard rename(folder.file(temporary), path) == 0 else {
                throw ClientFailure.unreachable("cannot write \(path): \(Folder.cause)")
            }
        } else {
            // A link is made only where nothing has the name.
            guard link(folder.file(temporary), path) == 0 else {
                throw errno == EEXIST
                    ? Self.exists(path)
                    : ClientFailure.unreachable("cannot write \(path): \(Folder.cause)")
            }
            folder.remove(temporary)
        }
        try folder.sync()
        return Fetching.Written(
            path: path, byteCount: opened.byteCount, sha256: file.sha256, mediaType: file.mediaType,
            holdsProgram: MediaType.isProgram([UInt8](head)))
    }
}
