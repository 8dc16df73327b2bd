import API
import Contract
package import Files
import Foundation
import Identity
package import TransparencyLog

/// The newest checkpoint that a home has seen: a server that shows an older or another log later is found out.
package struct RememberedCheckpoint {
    package static let name = "checkpoint"
    package let folder: Folder

    package init(folder: Folder) { self.folder = folder }

    /// The newest checkpoint of the server, after it was held against the one remembered; remembered in its
    /// place.
    package func advance(_ connection: Connection) async throws -> VerifiedCheckpoint {
        let old = try remembered(connection)
        if let old { connection.note(seen: old.checkpoint.head.size) }
        var new = try await connection.checkpoint()
        if let old {
            // Where another server has shown it, this one's validators may be a moment later.
            var tries = connection.network.hasSeveralServers ? 10 : 0
            while new.checkpoint.head.size < old.checkpoint.head.size, tries > 0 {
                try await Task.sleep(for: .milliseconds(500))
                new = try await connection.checkpoint()
                tries -= 1
            }
            if old.checkpoint.head == new.checkpoint.head { return new }
            try await connection.verifyContinuation(of: old.checkpoint.head, by: new.checkpoint.head)
        }
        try folder.exclusively {
            // Another process of this home may have seen a newer one meanwhile.
            let newest = try remembered(connection)?.checkpoint.head.size ?? 0
            if new.checkpoint.head.size > newest { try folder.write(new.note.encoded, as: Self.name) }
        }
        return new
    }

    private func remembered(_ connection: Connection) throws -> VerifiedCheckpoint? {
        guard folder.has(Self.name) else { return nil }
        let note = try PartyError.files { try folder.read(Self.name) }
        do {
            return try VerifiedCheckpoint(opening: note, log: connection.network.checkpointKeys.log)
        } catch {
            throw PartyError.unverified(
                "\(folder.file(Self.name)) is no checkpoint of this network", cause: error)
        }
    }
}
