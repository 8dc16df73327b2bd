import API
package import Age
package import Contract
import Evidence
package import Files
import Glibc
import Identity
package import Primitives
package import Remote
package import Sealing

/// A release that is on the ledger, and what it lets its reader have: every byte held against the hash that
/// the ledger names.
package struct ReleasedRecord: Sendable {
    package let id: StatementID
    package let record: RecordHandle
    package let state: RecordState
    package let custodian: OrganisationName
    package let custody: CustodyState
    /// Calls as the reader.
    private let connection: Connection
    private let pending: PendingRelease

    private static let smallBytesMax = 16 << 20

    /// Has a release recorded, or takes up the one that the home remembers from a call that was cut off.
    ///
    /// Throws `rejected` when the contract refuses. `finish` forgets the release.
    package init(
        _ release: Release, by reader: SigningKey, home: Folder, _ connection: Connection
    ) async throws {
        self.connection = connection.calling(as: reader)
        record = release.record
        custodian = release.custodian
        guard let state: RecordState = try await connection.state(.record(release.record)) else {
            throw PartyError.rejected(.recordUnknown)
        }
        guard
            let custody: CustodyState = try await connection.state(
                .custody(release.record, release.custodian))
        else { throw PartyError.rejected(.notACustodian) }
        self.state = state
        self.custody = custody
        let surroundings = connection.surroundings
        pending = PendingRelease(folder: home.folder("releases"), release: release)
        if let bytes = pending.remembered(network: connection.network.id, now: surroundings.now()) {
            id = try await self.connection.submit(bytes, signedBy: reader).statement
        } else {
            let bytes = surroundings.statement(.release(release)).signed(
                by: reader, network: connection.network.id)
            try pending.remember(bytes)
            do {
                id = try await self.connection.submit(bytes, signedBy: reader).statement
            } catch {
                // What was refused serves nothing more; what did not get there may.
                if error is Problem || (error as? PartyError)?.rejection != nil { pending.forget() }
                throw error
            }
        }
    }

    /// The envelope that opens the record for its present owner.
    package func ownerEnvelope() async throws -> [UInt8] {
        let now = connection.surroundings.now()
        guard let digest = state.ownerEnvelope(in: custody, of: custodian, at: now) else {
            throw PartyError.refused("the record has no owner yet")
        }
        return try await bytes(digest)
    }

    /// To be called once everything was read.
    package func finish() { pending.forget() }

    private func path(_ digest: Digest) -> String {
        Routes.Organisation(custodian).releasedBlob(id.hex, digest.hex)
    }

    /// A small blob: an envelope or a descriptor.
    package func bytes(_ digest: Digest) async throws -> [UInt8] {
        let bytes = try await connection.call(.get, path(digest), answerBytesMax: Self.smallBytesMax)
        guard Digest(hashing: bytes) == digest else { throw Self.altered(digest) }
        return bytes
    }

    /// The header with which a file is stored, without the rest of the file: held against nothing, as its digest is of
    /// all of it. Who opens it finds out.
    package func header(of file: Descriptor.File) async throws -> AgeHeader {
        var count = 4 << 10
        while true {
            let bytes = try await connection.call(
                .get, path(file.ciphertext), answerBytesMax: count, range: 0..<count)
            if let (header, _) = try? AgeHeader.parse(prefixOf: bytes) { return header }
            guard count < AgeHeader.byteCountMax, bytes.count == count else {
                throw PartyError.unverified("a file of the record has no header")
            }
            count *= 4
        }
    }

    private static func altered(_ digest: Digest) -> PartyError {
        .unverified("the vault's bytes have not the hash that the ledger names: \(digest)")
    }

    /// A file's ciphertext into `target`, a new file, which is what the ledger names when this returns. Not synced:
    /// it is a copy. Gives its size.
    package func ciphertext(
        _ digest: Digest, to target: String, progress: ((Int) -> Void)? = nil
    ) async throws -> Int {
        let file = try NewFile(target)
        let hash = RunningHash()
        var byteCount = 0
        try await connection.download(path(digest)) { piece in
            try Task.checkCancellation()
            hash.update(piece)
            try file.write(piece)
            byteCount += piece.count
            progress?(byteCount)
        }
        guard hash.finish() == digest.bytes else { throw Self.altered(digest) }
        return byteCount
    }
}

/// A file in a spool, while it is written.
private final class NewFile {
    private let descriptor: Int32

    init(_ path: String) throws(PartyError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable("cannot write in the home's spool folder") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws(PartyError) {
        var sink = FileSink(descriptor: descriptor)
        do {
            try sink.write(bytes)
        } catch {
            throw .unavailable("cannot write in the home's spool folder: \(error)")
        }
    }
}

/// A SHA-256 that a closure can feed.
private final class RunningHash {
    private var hash: SHA256? = SHA256()

    func update(_ bytes: UnsafeRawBufferPointer) { hash?.update(bytes) }

    func finish() -> [UInt8] {
        guard let hash = hash.take() else { preconditionFailure("finished once") }
        return hash.finish()
    }
}

/// The signed release of a call that is not through yet: a retry uses it again instead of another of the
/// patient's releases.
private struct PendingRelease {
    let folder: Folder
    let release: Release

    private var name: String {
        let subject = release.grant?.bytes ?? release.record.bytes
        return "\(lowercaseHex(subject)).\(release.custodian).release"
    }

    func remembered(network: NetworkID, now: LedgerTime) -> [UInt8]? {
        guard folder.has(name), let bytes = try? folder.read(name),
            let signed = try? SignedStatement(bytes, network: network),
            signed.statement.assertion == .release(release),
            // Made with an hour's validity; a release serves for a quarter of an hour after it was recorded.
            now + 3_600 < signed.statement.validUntil + Limits.releaseSeconds / 2
        else { return nil }
        return bytes
    }

    func remember(_ bytes: [UInt8]) throws {
        try folder.make()
        try folder.write(bytes, as: name)
    }

    func forget() { folder.remove(name) }
}
