import API
import Contract
import Foundation
import Identity
public import Remote
import TransparencyLog

/// The ledger as files that other people's tools read: what an auditor hands on, and what the tests give to
/// Python.
public struct LedgerExport: Sendable {
    private let connection: Connection
    private let remembered: RememberedCheckpoint

    public init(_ connection: Connection, home: Folder) {
        self.connection = connection
        self.remembered = RememberedCheckpoint(folder: home)
    }

    private struct Proofs: Encodable {
        struct Inclusion: Encodable {
            let position: UInt64
            let hashes: [String]
        }
        struct Consistency: Encodable {
            let from: UInt64
            let hashes: [String]
        }
        var inclusion = [Inclusion]()
        var consistency = [Consistency]()
    }

    /// Writes `genesis.cbor`, `ledger.vkey`, `checkpoint` (a C2SP checkpoint), `entries/N.cbor` (leaves),
    /// `statements/N.cose` (COSE_Sign1) and `proofs.json` (an inclusion proof for each entry, a consistency
    /// proof from each earlier size, both to the checkpoint; of a long log the last hundred). The folder must
    /// not exist. Returns the number of entries.
    ///
    /// Nothing is verified here beyond the checkpoint's signature: that is for the reader.
    public func write(to folder: Folder) async throws -> UInt64 {
        guard !folder.exists else { throw ClientFailure.badInput("\(folder.path) exists already") }
        let checkpoint = try await remembered.advance(connection)
        let size = checkpoint.checkpoint.head.size
        for part in [folder, folder.folder("entries"), folder.folder("statements")] { try part.make() }
        for file in connection.network.files where file.name == Network.genesisName {
            try folder.write(file.bytes, as: file.name)
        }
        try folder.write(checkpoint.note.encoded, as: "checkpoint")
        try folder.write(connection.network.checkpointKeys.log.encoded, as: "ledger.vkey")
        var position: UInt64 = 0
        while position < size {
            let page = try await connection.leaves(from: position, limit: 512)
            guard !page.isEmpty else {
                throw ClientFailure.unverified("the log ends before its checkpoint's size")
            }
            for leaf in page where position < size {
                guard let entry = try? LogEntry.decode(leaf) else {
                    throw ClientFailure.unverified("entry \(position) is malformed")
                }
                let number = String(String(position + 1_000_000_000).dropFirst())
                try folder.folder("entries").write(leaf, as: "\(number).cbor")
                try folder.folder("statements").write(entry.statement, as: "\(number).cose")
                position += 1
            }
        }
        var proofs = Proofs()
        for position in (size > 100 ? size - 100 : 0)..<size {
            let inclusion: Wire.Proof = try await connection.call(
                .get, Routes.inclusion, query: [("position", String(position)), ("size", String(size))])
            proofs.inclusion.append(
                .init(position: position, hashes: inclusion.hashes.map { lowercaseHex($0) }))
            guard position > 0 else { continue }
            let consistency: Wire.Proof = try await connection.call(
                .get, Routes.consistency, query: [("from", String(position)), ("to", String(size))])
            proofs.consistency.append(
                .init(from: position, hashes: consistency.hashes.map { lowercaseHex($0) }))
        }
        try folder.write(try JSON.encode(proofs), as: "proofs.json")
        return size
    }
}
