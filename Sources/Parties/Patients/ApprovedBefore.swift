import Age
import Contract
import Evidence
import Files
import Foundation
import Identity
import Remote
import Sealing
import Workflow

extension Patient {
    private static let knownMembersName = "known-members.age"

    /// The members that were approved before, as the home has them, sealed to the wallet.
    func knownMembers() throws -> KnownMembers {
        guard home.folder.has(Self.knownMembersName) else { return KnownMembers() }
        let sealed = try home.folder.read(Self.knownMembersName)
        guard let known = try? KnownMembers(SealedJSON.open(sealed, with: wallet.ownIdentity)) else {
            throw PartyError.unverified(
                "\(home.folder.file(Self.knownMembersName)) is not this wallet's")
        }
        return known
    }

    func remember(_ member: VerifiedMember) throws {
        try home.folder.exclusively {
            var known = try knownMembers()
            known.remember(member)
            try home.folder.write(
                try SealedJSON.seal(known.json, to: wallet.ownIdentity.recipient), as: Self.knownMembersName)
        }
    }
}
