import Contract
public import Homes
import Identity
public import Remote

/// A member that checks the ledger and the vaults and looks into emergencies. Nothing that it does needs a key that
/// opens anything, so that any member may do it; whom a vault answers, its server decides.
public struct Auditor: Sendable {
    let member: MemberKeys
    public let connection: Connection

    private init(_ member: MemberKeys, _ connection: Connection) {
        self.member = member
        self.connection = connection
    }

    /// Runs `body` with the member as an auditor, connected.
    public static func open<Result>(
        _ member: MemberKeys, surroundings: Surroundings = .machine, _ body: (Auditor) async throws -> Result
    ) async throws -> Result {
        try await member.connected(surroundings) { try await body(Auditor(member, $0)) }
    }

    /// The newest checkpoint that this home has seen, moved on to the server's.
    var remembered: RememberedCheckpoint { RememberedCheckpoint(folder: member.home.folder) }
}
