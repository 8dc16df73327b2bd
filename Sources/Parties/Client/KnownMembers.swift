import Age
import Contract
import Files
import Foundation
import Remote

/// The members that a patient has approved before, by name and key, sealed to the wallet: who comes back
/// under the same name with another key is pointed out (T3).
struct KnownMembers: Codable {
    struct Entry: Codable, Hashable {
        var organisation: OrganisationName
        var name: String
        var key: PublicKey
    }

    static let fileName = "known-members.age"
    var entries: [Entry] = []

    /// Whether this name was known at this organisation, and never with this key.
    func isUnderAnotherKey(_ member: VerifiedMember) -> Bool {
        let namesakes = entries.filter { $0.organisation == member.organisation && $0.name == member.name }
        return !namesakes.isEmpty && !namesakes.contains { $0.key == member.key }
    }

    mutating func remember(_ member: VerifiedMember) {
        let entry = Entry(organisation: member.organisation, name: member.name, key: member.key)
        if !entries.contains(entry) { entries.append(entry) }
    }
}

extension Patient {
    func knownMembers() throws -> KnownMembers {
        guard home.folder.has(KnownMembers.fileName) else { return KnownMembers() }
        let sealed = try home.folder.read(KnownMembers.fileName)
        guard let known = try? JSON.decode(KnownMembers.self, try open(sealed, with: .identity(ownIdentity)))
        else {
            throw ClientFailure.unverified("\(home.folder.file(KnownMembers.fileName)) is not this wallet's")
        }
        return known
    }

    func remember(_ member: VerifiedMember) throws {
        var known = try knownMembers()
        known.remember(member)
        try home.folder.write(
            try seal(try JSON.encode(known), for: .recipients([ownIdentity.recipient])),
            as: KnownMembers.fileName)
    }
}
