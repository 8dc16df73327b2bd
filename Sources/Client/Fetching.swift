import API
import Age
public import Contract
import Foundation
import Identity
import Primitives
public import Remote

/// Fetches records: a release on the ledger, then ciphertext, then every check, then the files in their
/// place.
public struct Fetching: Sendable {
    public enum Source: Sendable {
        /// What the patient granted to this member.
        case grant(StatementID)
        /// A record of the member's own organisation, which a gateway opens with the records key.
        case custody(RecordHandle, Basis)
    }

    /// A file that was written.
    public struct Written: Sendable {
        public let path: String
        public let byteCount: Int
        public let sha256: Digest
        public let mediaType: String
        /// A program hides in it: not to be run, not to be opened by double-click.
        public let holdsProgram: Bool
    }

    public struct Done: Sendable {
        public let record: RecordHandle
        public let release: StatementID
        public let files: [Written]
    }

    /// A record's key and descriptor, out of a release.
    private struct Unlocked {
        let released: Released
        let key: AgeIdentity
        let descriptor: Descriptor
        /// Envelope and descriptor as the vault gave them.
        let sealed: [(name: String, bytes: [UInt8])]
    }

    private let member: Member
    private let connection: Connection
    private let progress: @Sendable (_ done: Int, _ total: Int) -> Void

    public init(
        _ member: Member, _ connection: Connection,
        progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) {
        self.member = member
        self.connection = connection
        self.progress = progress
    }

    /// The grants to this member that answer a request of its own. Throws `Problem` with the contract's
    /// reason when there are none.
    public func grants(answering request: StatementID) async throws -> [StatementID] {
        guard let state: RequestState = try await connection.state(.request(request)) else {
            throw Problem.rejected(.requestUnknown)
        }
        let grants = try await member.grants(answering: request, connection)
        guard grants.isEmpty else { return grants }
        switch state.stage {
        case .open, .routed:
            throw ClientFailure.refused("medical data access denied: the patient has not answered yet")
        case .rejected:
            throw ClientFailure.refused("medical data access denied: the patient has rejected the request")
        case .approved: throw Problem.rejected(.grantUnknown)
        }
    }

    /// Fetches a record's files into `target`: a folder, or a file's path when the record has one file and no
    /// folder is there.
    ///
    /// A file that exists already is never replaced unless `replacing`. Throws `Problem` when the contract
    /// refuses; then nothing was served and nothing is written. Throws `unverified` when anything does not
    /// hold; of that file nothing is written.
    ///
    /// `sealed`: a folder that gets what was served too, as it was served: `envelope.age`, `descriptor.age`
    /// and each file's ciphertext under its hash. Any age tool opens them.
    public func fetch(
        _ source: Source, to target: String, replacing: Bool, keepingSealedIn sealed: Folder? = nil
    ) async throws -> Done {
        // Known before a release is used up for it.
        guard replacing || Folder.isFolder(target) || access(target, F_OK) != 0 else {
            throw Self.exists(target)
        }
        let unlocked = try await unlock(source)
        let placed = try place(unlocked.descriptor, target: target, replacing: replacing)
        if let sealed {
            try sealed.make()
            for blob in unlocked.sealed { try sealed.write(blob.bytes, as: blob.name) }
        }
        let spool = member.home.folder.folder("spool")
        try spool.make()
        let total = unlocked.descriptor.files.reduce(0) { $0 + $1.byteCount }
        var before = 0
        var written = [Written]()
        for (file, path) in zip(unlocked.descriptor.files, placed) {
            let done = before
            written.append(
                try await write(
                    file, to: path, unlocked, spool: spool, sealed: sealed, replacing: replacing
                ) {
                    progress(min(done + $0, total), total)
                })
            before += file.byteCount
        }
        unlocked.released.finish()
        return Done(record: unlocked.released.record, release: unlocked.released.id, files: written)
    }

    // MARK: Keys

    private func unlock(_ source: Source) async throws -> Unlocked {
        let markers = member.home.folder.folder("releases")
        switch source {
        case .grant(let id):
            let granted = try await member.granted(id, connection)
            let (released, key, envelope) = try await Self.released(granted, member, connection)
            return try await unlocked(released, key, envelope)
        case .custody(let record, let basis):
            let records = try member.requireRecords()
            let name = member.organisation.name
            let release = Release(
                organisation: name, record: record, custodian: name, grant: nil, basis: basis)
            let released = try await Released(
                release, by: member.signingKey, connection: connection, markers: markers)
            let envelope = try await released.bytes(released.custody.custodianEnvelope)
            let key = try Envelope.open(
                envelope, with: records,
                expecting: .custodian(record), recipientHash: released.state.recipientHash)
            return try await unlocked(released, key, envelope)
        }
    }

    /// A release under a grant, and the record's key out of the grantee's envelope, whose every comment
    /// holds.
    static func released(
        _ granted: Granted, _ member: Member, _ connection: Connection
    ) async throws -> (Released, AgeIdentity, envelope: [UInt8]) {
        let grant = granted.grant
        guard
            let custodian = granted.custodians.first(where: { $0 != member.organisation.name })
                ?? granted.custodians.first
        else { throw Problem.rejected(.notACustodian) }
        let release = Release(
            organisation: member.organisation.name, record: grant.record, custodian: custodian,
            grant: granted.id,
            basis: nil)
        let released = try await Released(
            release, by: member.signingKey, connection: connection,
            markers: member.home.folder.folder("releases"))
        guard let digest = granted.state.envelope else { throw Problem.rejected(.grantOfOtherKind) }
        let envelope = try await released.bytes(digest)
        let key = try Envelope.open(
            envelope, with: member.identity,
            expecting: .grant(
                grant.record, nonce: granted.nonce, grantee: member.signingKey.key, notAfter: grant.notAfter),
            recipientHash: released.state.recipientHash)
        return (released, key, envelope)
    }

    private func unlocked(
        _ released: Released, _ key: AgeIdentity, _ envelope: [UInt8]
    ) async throws -> Unlocked {
        let bytes = try await released.bytes(released.state.descriptor)
        return Unlocked(
            released: released, key: key,
            descriptor: try Descriptor(opening: bytes, of: released.state, with: key),
            sealed: [("envelope.age", envelope), ("descriptor.age", bytes)])
    }

    // MARK: Files

    private static func exists(_ path: String) -> ClientFailure {
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
        _ file: Descriptor.File, to path: String, _ unlocked: Unlocked, spool: Folder, sealed: Folder?,
        replacing: Bool,
        progress: @escaping (Int) -> Void
    ) async throws -> Written {
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
        return Written(
            path: path, byteCount: opened.byteCount, sha256: file.sha256, mediaType: file.mediaType,
            holdsProgram: MediaType.isProgram([UInt8](head)))
    }
}
