public import Contract
public import Files
import Homes
import Remote

extension Member {
    /// Takes the organisations that were admitted since into the home's copy of the network, or into `folder`.
    /// Gives their names.
    public func updateNetwork(_ folder: Folder? = nil) async throws -> [OrganisationName] {
        try await Network.update(
            folder ?? keys.home.folder.folder("network"), under: try await remembered.advance(connection),
            connection)
    }
}
