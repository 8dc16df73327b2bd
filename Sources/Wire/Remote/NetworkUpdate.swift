import API
public import Contract
public import Files
import Foundation
public import TransparencyLog

extension Network {
    /// Takes the organisations that were admitted since into a network's folder, each with the proof of its
    /// admission, so that the folder is believed on its own. Gives their names.
    public static func update(
        _ folder: Folder, under checkpoint: VerifiedCheckpoint, _ connection: Connection
    ) async throws -> [OrganisationName] {
        let folder = folder.has(genesisName) ? folder : folder.folder("public")
        let network = try Network(folder)
        guard network.id == connection.network.id else {
            throw PartyError.badInput("\(folder.path) is the folder of another network")
        }
        var added = [OrganisationName]()
        for organisation in try await connection.governance(under: checkpoint).organisations
        where !network.organisations.contains(where: { $0.name == organisation.name }) {
            let (described, _) = try await connection.described(organisation)
            let proof = try await connection.proof(of: organisation.name.bytes, under: checkpoint)
            let bytes = try PartyError.files { try folder.read(fileName) }
            guard var file = try? JSON.decode(File.self, bytes) else {
                throw PartyError.unverified("\(folder.file(fileName)) is malformed")
            }
            if !file.organisations.contains(where: { $0.name == described.name }) {
                file.organisations.append(described)
            }
            // The description first: without its proof it says nothing.
            try folder.write(try JSON.pretty(file), as: fileName, mode: 0o644)
            try folder.write(proof, as: admissionName(organisation.name), mode: 0o644)
            added.append(organisation.name)
        }
        _ = try Network(folder)
        return added
    }
}
