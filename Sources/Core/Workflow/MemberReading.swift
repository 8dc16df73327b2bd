public import Contract
public import Evidence
import Identity
import Primitives
public import Sealing

extension LedgerView {
    /// The organisations as the log has them, every statement proven to be in it and decided on again.
    public mutating func readGovernance() throws(Pause) -> Governance {
        if let governance { return governance }
        var positions = [UInt64]()
        for kind in Governance.kinds { positions += try self.positions(PositionQuery(kind: kind)) }
        var governance = Governance(network.genesis)
        for logged in try statements(at: positions.sorted()) {
            guard Governance.kinds.contains(logged.statement.assertion.kind) else {
                throw .failure(.unverified("the server shows another statement than it was asked for"))
            }
            do throws(PartyError) {
                try governance.apply(logged.entry, logged.statement)
            } catch { throw .failure(error) }
        }
        self.governance = governance
        return governance
    }

    /// A member whose identity was verified, or why it was not: because something does not hold, or because its
    /// organisation's server is away.
    public mutating func member(
        _ key: PublicKey
    ) throws(Pause) -> Swift.Result<VerifiedMember, PartyError> {
        if let member = members[key] { return member }
        let member: Swift.Result<VerifiedMember, PartyError>
        do throws(Pause) {
            member = .success(try verifiedMember(key))
        } catch {
            guard case .failure(let failure) = error, failure.code != .badInput else { throw error }
            member = .failure(failure)
        }
        members[key] = member
        return member
    }

    /// A member whose identity was verified. Fails with what does not hold.
    public mutating func verifiedMember(_ key: PublicKey) throws(Pause) -> VerifiedMember {
        let state: MemberState? = try self.state(.member(key))
        guard let state, let card = try card(of: key, at: state.organisation) else {
            throw .failure(.refused("the server knows no member \(key.hex.prefix(16))"))
        }
        let governance = try readGovernance()
        guard let organisation = governance.organisation(card.organisation) else {
            throw .failure(
                .unverified(
                    "the member \(key.hex.prefix(16)): the organisation on its card is not of this network"))
        }
        var positions = [UInt64]()
        for kind in [StatementKind.enrol, .retire] {
            positions += try self.positions(PositionQuery(subject: key.bytes, kind: kind))
        }
        let authority = try authority(of: organisation)
        let claims = VerifiedMember.Claims(
            card: card,
            history: try statements(at: positions.sorted()).map { ($0.entry.position, $0.statement) },
            state: state, organisationState: try self.state(.organisation(organisation.name)),
            authority: authority, list: try revocationList(of: organisation.name, under: authority))
        do throws(PartyError) {
            return try VerifiedMember(key, claims: claims, governance: governance, now: now)
        } catch { throw .failure(error) }
    }

    private func card(of key: PublicKey, at organisation: OrganisationName) throws(Pause)
        -> VerifiedMember.Card?
    {
        try json(of: .card(key, at: organisation)) { fields throws(JSONValue.Malformed) in
            for value in try fields.array("members") {
                var member = try JSONFields(value)
                let card = VerifiedMember.Card(
                    key: try member.bytes32("key"), organisation: try member.organisation("organisation"),
                    recipient: try member.text("recipient"), certificate: try member.base64("certificate"))
                if card.key == key { return card }
            }
            return nil
        }
    }

    /// The certificate (DER) of an organisation's authority, which genesis or admission pin.
    private func authority(of organisation: Governance.Organisation) throws(Pause) -> [UInt8] {
        if let known = network.organisations.first(where: { $0.name == organisation.name }) {
            return known.authority
        }
        let authority = try json(of: .organisations) { fields throws(JSONValue.Malformed) -> [UInt8]? in
            for value in try fields.array("organisations") {
                var described = try JSONFields(value)
                guard try described.organisation("name") == organisation.name else { continue }
                let text = try described.utf8("authority")
                return try? PEM.decode(text, label: "CERTIFICATE")
            }
            return nil
        }
        guard let authority, Digest(hashing: authority) == organisation.pinned.authorityHash else {
            throw .failure(
                .unverified(
                    "the certificate authority of \(organisation.name) is not the one that the network agreed on"
                ))
        }
        return authority
    }

    /// The revocation list of an organisation's authority; nil when it has never published one. Fails when its
    /// signature does not hold, or when a newer one was seen before.
    private mutating func revocationList(
        of organisation: OrganisationName, under authority: [UInt8]
    ) throws(Pause) -> RevocationList? {
        let der = try optionalBody(of: .revocationList(organisation))
        do throws(PartyError) {
            let list = try RevocationList.newest(
                der, remembered: lists[organisation], of: organisation, under: authority)
            lists[organisation] = der
            return list
        } catch { throw .failure(error) }
    }
}
