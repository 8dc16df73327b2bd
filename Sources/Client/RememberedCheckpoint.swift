import API
import Contract
import Foundation
import TransparencyLog

/// The newest checkpoint that a home has seen: whoever shows an older or another log later is found out.
struct RememberedCheckpoint {
    static let name = "checkpoint"
    let folder: Folder

    /// The newest checkpoint of the server, after it was held against the one remembered; remembered in its
    /// place.
    func advance(_ connection: Connection) async throws -> VerifiedCheckpoint {
        let new = try await connection.checkpoint()
        if folder.has(Self.name) {
            let note = try folder.read(Self.name)
            guard let old = try? VerifiedCheckpoint(opening: note, log: connection.network.ledgerKey) else {
                throw ClientFailure.unverified("\(folder.file(Self.name)) is no checkpoint of this network")
            }
            if old.checkpoint.head == new.checkpoint.head { return new }
            try await connection.verifyContinuation(of: old.checkpoint.head, by: new.checkpoint.head)
        }
        try folder.write(new.note.encoded, as: Self.name)
        return new
    }
}
