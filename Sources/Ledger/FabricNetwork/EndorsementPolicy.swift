import Contract
import NetworkFolder

/// Who must have executed a statement before Fabric's peers count it: peers of at least two organisations of
/// different kinds.
public struct EndorsementPolicy: Sendable, Hashable, CustomStringConvertible {
    /// In the words of Fabric's programs (`peer lifecycle chaincode approveformyorg --signature-policy`).
    public let description: String

    /// Throws `badInput` when all are of one kind.
    init(_ organisations: [(name: OrganisationName, kind: OrganisationKind)]) throws(PartyError) {
        let kinds = OrganisationKind.allCases.compactMap { kind -> String? in
            let peers = organisations.filter { $0.kind == kind }.map { "'\($0.name).peer'" }
            return peers.isEmpty ? nil : "OR(\(peers.joined(separator: ",")))"
        }
        guard kinds.count >= 2 else {
            throw .badInput(
                "on Fabric organisations of two kinds endorse each statement, and these are all of one: "
                    + "found the network with, say, an insurer or an auditor beside the hospitals")
        }
        description = "OutOf(2,\(kinds.joined(separator: ",")))"
    }
}
