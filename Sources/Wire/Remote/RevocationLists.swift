import API
public import Contract
package import Files
import Foundation
public import Identity
import NetworkFolder

/// The newest revocation list of each authority that a home has seen: a server that shows an older one later, or
/// none, is found out.
struct RememberedLists {
    let folder: Folder?

    private func name(_ organisation: OrganisationName) -> String { "revoked-\(organisation).crl" }

    /// Every list (DER) that is remembered.
    func all() throws(PartyError) -> [OrganisationName: [UInt8]] {
        var lists = [OrganisationName: [UInt8]]()
        for file in folder?.names ?? [] {
            let text = file.dropFirst("revoked-".count).dropLast(".crl".count)
            guard let organisation = OrganisationName(String(text)), file == name(organisation) else {
                continue
            }
            lists[organisation] = try list(of: organisation)
        }
        return lists
    }

    /// The list (DER) remembered of an organisation.
    func list(of organisation: OrganisationName) throws(PartyError) -> [UInt8]? {
        guard let folder, folder.has(name(organisation)) else { return nil }
        return try PartyError.files { try folder.read(name(organisation)) }
    }

    /// Keeps `list` (DER) as the newest of an organisation.
    func remember(_ list: [UInt8], of organisation: OrganisationName) throws(PartyError) {
        guard let folder, try self.list(of: organisation) != list else { return }
        try PartyError.files { try folder.write(list, as: name(organisation), mode: 0o644) }
    }

    /// Holds `list` against the one remembered and keeps the newer one. Throws `unverified`.
    func advance(
        to list: [UInt8]?, of organisation: OrganisationName, under authority: [UInt8]
    ) throws(PartyError) -> RevocationList? {
        let newest = try RevocationList.newest(
            list, remembered: try self.list(of: organisation), of: organisation, under: authority)
        if let list { try remember(list, of: organisation) }
        return newest
    }
}

extension Network.Organisation {
    /// The newest list of its authority that a home has seen; nil where that has seen none that holds.
    package func rememberedList(in home: Folder) -> RevocationList? {
        guard let der = try? RememberedLists(folder: home).list(of: name) else { return nil }
        return try? RevocationList.verify(der, under: authority)
    }
}

extension Connection {
    /// The revocation list of an organisation's authority (DER); nil when it has never published one. Throws
    /// `unverified` when its signature does not hold, or when the server showed a newer one before.
    public func revocationList(
        of organisation: OrganisationName, under authority: [UInt8]
    ) async throws -> RevocationList? {
        var list: [UInt8]?
        do {
            let der: [UInt8] = try await call(.get, Routes.Organisation(organisation).revocationList)
            list = der
        } catch let problem as Problem where problem.type == .notFound {
            list = nil
        }
        return try RememberedLists(folder: memory).advance(to: list, of: organisation, under: authority)
    }

    /// The lists (DER) that this connection's home remembers.
    package func rememberedLists() throws(PartyError) -> [OrganisationName: [UInt8]] {
        try RememberedLists(folder: memory).all()
    }

    /// Keeps lists that were found to be the newest.
    package func remember(_ lists: [OrganisationName: [UInt8]]) throws(PartyError) {
        for (name, list) in lists { try RememberedLists(folder: memory).remember(list, of: name) }
    }
}
