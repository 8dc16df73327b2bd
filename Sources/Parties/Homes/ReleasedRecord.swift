import API
package import Age
package import Contract
import Evidence
package import Files
import Glibc
import Identity
import Primitives
package import Remote
package import Sealing
package import Workflow

/// A record that was released and opened, and what more of it the release lets its reader have: every byte held against
/// the hash that the ledger names.
package struct ReleasedRecord: Sendable {
    package let fetched: FetchSteps.Fetched
    /// Calls as the reader.
    private let connection: Connection
    private let pending: PendingRelease

    package var release: StatementID { fetched.release }
    package var record: RecordHandle { fetched.order.record }
    package var state: RecordState { fetched.order.state }
    package var descriptor: Descriptor { fetched.descriptor }

    /// Has the release recorded, or takes up the one that the home remembers from a call that was cut off; then fetches
    /// and opens the envelope and what describes the files. `finish` forgets the release.
    ///
    /// Throws `rejected` when the contract refuses, and `unverified` for what does not hold.
    package init(_ order: FetchSteps.Order, home: Folder, _ connection: Connection) async throws {
        self.connection = connection.calling(as: order.reader)
        pending = PendingRelease(folder: home.folder("releases"), release: order.release)
        let (network, surroundings) = (connection.network, connection.surroundings)
        var statement = pending.remembered
        if !FetchSteps.serves(statement, for: order, of: network.id, at: surroundings.now()) {
            statement = surroundings.statement(.release(order.release)).signed(
                by: order.reader, network: network.id)
            try pending.remember(statement)
        }
        var steps = try FetchSteps(order, release: statement, of: network.known)
        do {
            while case .call(let next) = steps.next {
                try steps.take(try await connection.answer(to: next.call, as: next.key))
            }
        } catch {
            // What was refused serves nothing more; what did not get there may.
            let isRefused = error is Problem || (error as? PartyError)?.rejection != nil
            if isRefused, steps.isUnreleased { pending.forget() }
            throw error
        }
        guard case .done(let fetched) = steps.next else { preconditionFailure("no call comes next") }
        self.fetched = fetched
    }

    /// To be called once everything was read.
    package func finish() { pending.forget() }

    private func path(_ digest: Digest) -> String { fetched.call(for: digest).call.form.path }

    /// A small blob that the release covers too: another envelope.
    package func bytes(_ digest: Digest) async throws -> [UInt8] {
        let call = fetched.call(for: digest)
        guard case .body(let bytes) = try await connection.answer(to: call.call, as: call.key),
            Digest(hashing: bytes) == digest
        else { throw Self.altered(digest) }
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

    static func altered(_ digest: Digest) -> PartyError {
        .unverified("the vault's bytes have not the hash that the ledger names: \(digest)")
    }

    /// A file's ciphertext as it comes, to be read on the thread on which `body` runs. Throws what the download threw, and
    /// what `body` throws.
    func reading<Value: Sendable>(
        _ digest: Digest, _ body: @escaping @Sendable (Inflow) throws -> Value
    ) async throws -> Value {
        let (connection, path) = (connection, path(digest))
        return try await Inflow.read(body) { inflow in
            try await connection.download(path, of: digest) { try await inflow.give($0) }
        }
    }

    /// A file's ciphertext into `target`, a new file, which is what the ledger names when this returns. Not synced:
    /// it is a copy. Gives its size.
    package func ciphertext(_ digest: Digest, to target: String) async throws -> Int {
        try await reading(digest) { inflow in
            let stored = StoredCiphertext(inflow, copy: try SpooledFile(target))
            try stored.finish(digest)
            return stored.byteCount
        }
    }
}

/// A file in a spool: what is not whole goes with the spool's part.
private final class SpooledFile: UnfinishedFile {
    private let descriptor: Int32

    init(_ path: String) throws(PartyError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unavailable("cannot write in the home's spool folder") }
    }

    deinit { close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        var sink = FileSink(descriptor: descriptor)
        do {
            try sink.write(bytes)
        } catch {
            throw PartyError.unavailable("cannot write in the home's spool folder: \(error)")
        }
    }

    func commit() {}
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

    /// Empty where there is none.
    var remembered: [UInt8] { (try? folder.read(name)) ?? [] }

    func remember(_ bytes: [UInt8]) throws {
        try folder.make()
        try folder.write(bytes, as: name)
    }

    func forget() { folder.remove(name) }
}
