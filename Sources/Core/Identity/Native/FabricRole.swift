/// What a certificate lets its holder be on a Hyperledger Fabric network: the unit (OU) of its subject.
///
/// No role of a member has one of these names, so no member has a role there.
public enum FabricRole: String, CaseIterable, Sendable {
    case client
    case peer
    case admin
    case orderer
}
