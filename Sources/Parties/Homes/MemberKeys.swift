public import Age
import Contract
package import Evidence
import Identity
public import Primitives
public import Remote
package import Workflow

/// A member's home with its keys open.
public struct MemberKeys: Sendable {
    public let home: MemberHome
    public let signingKey: SigningKey
    /// Its own age identity: what is granted to it is sealed to this.
    public let identity: AgeIdentity
    /// The desk's identity; nil unless it works at a custodian's desk.
    package let desk: AgeIdentity?
    /// The identity of custodian's envelopes; only gateways have it.
    package let records: AgeIdentity?
    /// Those that it had before: nothing is sealed to them any more.
    package let former: [AgeIdentity]

    public var network: Network { home.network }
    public var organisation: Network.Organisation { home.organisation }

    /// Runs `body` with a connection that calls as this member.
    package func connected<Result>(
        _ surroundings: Surroundings, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await Connection.open(
            network, caller: signingKey, home: organisation.name, memory: home.folder,
            surroundings: surroundings, body)
    }

    /// The keys by which it reads.
    package var reader: MemberReader {
        MemberReader(
            organisation: organisation.name, role: home.role, signingKey: signingKey, identity: identity,
            desk: desk, records: records)
    }
}
