import API
import Age
import Contract
import Files
import Foundation
import Identity
import Primitives
import Remote

/// A release that is on the ledger, and what it lets its reader have: every byte held against the hash that
/// the ledger names.
struct Released: Sendable {
    let id: StatementID
    let record: RecordHandle
    let state: RecordState
    let custodian: OrganisationName
    let custody: CustodyState
    /// Calls as the reader.
    private let connection: Connection

    static let smallBytesMax = 16 << 20

    /// Has a release recorded, or takes up the one that `markers` remembers from a call that was cut off.
    ///
    /// Throws `Problem` when the contract refuses. `finish` forgets the release.
    init(
        _ release: Release, by reader: SigningKey, connection: Connection, markers: Folder
    ) async throws {
        self.connection = connection.calling(as: reader)
        record = release.record
        custodian = release.custodian
        guard let state: RecordState = try await connection.state(.record(release.record)) else {
            throw Problem.rejected(.recordUnknown)
        }
        guard
            let custody: CustodyState = try await connection.state(
                .custody(release.record, release.custodian))
        else {
            throw Problem.rejected(.notACustodian)
        }
        self.state = state
        self.custody = custody
        marker = Marker(folder: markers, release: release)
        if let bytes = marker.remembered(network: connection.network.id) {
            id = try await self.connection.submit(bytes, signedBy: reader).statement
        } else {
            let statement = Statement.make(.release(release), now: machineTime())
            let bytes = statement.signed(by: reader, network: connection.network.id)
            try marker.remember(bytes)
            do {
                id = try await self.connection.submit(bytes, signedBy: reader).statement
            } catch let problem as Problem {
                marker.forget()
                throw problem
            }
        }
    }

    private let marker: Marker

    /// The envelope that opens the record for its present owner.
    func ownerEnvelope() async throws -> [UInt8] {
        guard let digest = state.ownerEnvelope(in: custody, of: custodian, at: machineTime()) else {
            throw ClientFailure.refused("the record has no owner yet")
        }
        return try await bytes(digest)
    }

    /// To be called once everything was read.
    func finish() { marker.forget() }

    private func path(_ digest: Digest) -> String {
        Routes.Organisation(custodian).releasedBlob(id.hex, digest.hex)
    }

    /// A small blob: an envelope or a descriptor.
    func bytes(_ digest: Digest) async throws -> [UInt8] {
        let bytes = try await connection.call(.get, path(digest), answerBytesMax: Self.smallBytesMax)
        guard Digest(hashing: bytes) == digest else {
            throw ClientFailure.unverified(
                "the vault's bytes have not the hash that the ledger names: \(digest)")
        }
        return bytes
    }

    /// A file's ciphertext into `target`, which is removed again unless it is what the ledger names. Not
    /// synced: it is a copy.
    func ciphertext(_ digest: Digest, to target: String, progress: ((Int) -> Void)? = nil) async throws -> Int
    {
        guard
            FileManager.default.createFile(
                atPath: target, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forWritingAtPath: target)
        else { throw ClientFailure.unreachable("cannot write in the home's spool folder") }
        defer { try? handle.close() }
        var byteCount = 0
        do {
            let hash = RunningHash()
            try await connection.download(path(digest)) { piece in
                hash.update(piece)
                var sink = FileSink(descriptor: handle.fileDescriptor)
                do {
                    try sink.write(piece)
                } catch {
                    throw ClientFailure.unreachable("cannot write in the home's spool folder", cause: error)
                }
                byteCount += piece.count
                progress?(byteCount)
            }
            guard hash.finish() == digest.bytes else {
                throw ClientFailure.unverified(
                    "the vault's bytes have not the hash that the ledger names: \(digest)")
            }
        } catch {
            unlink(target)
            throw error
        }
        return byteCount
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
private struct Marker {
    let folder: Folder
    let release: Release

    private var name: String {
        let subject = release.grant?.bytes ?? release.record.bytes
        return "\(lowercaseHex(subject)).\(release.custodian).release"
    }

    func remembered(network: NetworkID) -> [UInt8]? {
        guard folder.has(name), let bytes = try? folder.read(name),
            let signed = try? SignedStatement(bytes, network: network),
            signed.statement.assertion == .release(release),
            // Made with an hour's validity; a release serves for a quarter of an hour after it was recorded.
            machineTime() + 3_600 < signed.statement.validUntil + Limits.releaseSeconds / 2
        else { return nil }
        return bytes
    }

    func remember(_ bytes: [UInt8]) throws {
        try folder.make()
        try folder.write(bytes, as: name)
    }

    func forget() { folder.remove(name) }
}
