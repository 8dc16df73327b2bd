import API
import Contract
import Evidence
public import TransparencyLog

extension Connection {
    /// The organisations as the log under `checkpoint` has them, every statement proven to be in it.
    public func governance(under checkpoint: VerifiedCheckpoint) async throws -> Governance {
        var positions = [UInt64]()
        for kind in Governance.kinds { positions += try await self.positions(about: nil, kind: kind) }
        var governance = Governance(network.genesis)
        for position in positions.sorted() where position < checkpoint.checkpoint.head.size {
            let (entry, statement) = try await provenStatement(at: position, under: checkpoint)
            guard Governance.kinds.contains(statement.assertion.kind) else {
                throw PartyError.unverified("the server shows another statement than it was asked for")
            }
            try governance.apply(entry, statement)
        }
        return governance
    }

    /// The certificate (DER) of an organisation's authority, which genesis or admission pin.
    public func authority(of organisation: Governance.Organisation) async throws -> [UInt8] {
        if let known = network.organisations.first(where: { $0.name == organisation.name }) {
            return known.authority
        }
        return try await described(organisation).organisation.authority
    }

    /// An organisation that this folder does not describe yet, as the server describes it, held against its
    /// admission.
    func described(
        _ organisation: Governance.Organisation
    ) async throws -> (file: Network.File.Organisation, organisation: Network.Organisation) {
        let answer: Wire.Organisations = try await call(.get, Routes.organisations)
        guard let described = answer.organisations.first(where: { $0.name == organisation.name }) else {
            throw PartyError.refused("the server does not describe \(organisation.name)")
        }
        return (described, try Network.Organisation(described, pinned: organisation.pinned))
    }
}
