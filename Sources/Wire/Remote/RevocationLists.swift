import API
public import Contract
import Files
import Foundation
public import Identity

/// The newest revocation list of each authority that a home has seen: whoever shows an older one later, or
/// none, is found out.
struct RememberedLists {
    let folder: Folder?

    private func name(_ organisation: OrganisationName) -> String { "revoked-\(organisation).crl" }

    /// Holds `list` against the one remembered and keeps the newer one. Throws `unverified`.
    func advance(
        to list: RevocationList?, of organisation: OrganisationName, under authority: [UInt8]
    ) throws(ClientFailure) {
        guard let folder else { return }
        let file = name(organisation)
        if folder.has(file) {
            guard let old = try? RevocationList.verify(try folder.read(file), under: authority) else {
                throw .unverified("\(folder.file(file)) is no revocation list of \(organisation)")
            }
            guard let list else {
                throw .unverified("the server holds back the revocation list of \(organisation)")
            }
            guard list.number > old.number || list == old else {
                throw .unverified("the server shows another revocation list of \(organisation) than before")
            }
            if list == old { return }
        }
        if let list {
            try ClientFailure.files { try folder.write(list.der, as: file, mode: 0o644) }
        }
    }
}

extension Connection {
    /// The revocation list of an organisation's authority (DER); nil when it has never published one. Throws
    /// `unverified` when its signature does not hold, or when the server showed a newer one before.
    public func revocationList(
        of organisation: OrganisationName, under authority: [UInt8]
    ) async throws -> RevocationList? {
        var list: RevocationList?
        do {
            let der = try await call(.get, Routes.Organisation(organisation).revocationList)
            list = try RevocationList.verify(der, under: authority)
        } catch let problem as Problem where problem.type == .notFound {
            list = nil
        } catch let error as IdentityError {
            throw ClientFailure.unverified(
                "the revocation list of \(organisation) does not hold", cause: error)
        }
        try RememberedLists(folder: memory).advance(to: list, of: organisation, under: authority)
        return list
    }
}
