public import API
public import Contract
import Foundation
import Identity
public import Remote
@_exported public import Sealing
public import TransparencyLog

extension ClientFailure {
    /// Whether it leaves a member whom it is about unverified, and everything else as it is: because something does
    /// not hold, or because its organisation's server is away.
    var leavesUnverified: Bool { code != .badInput }
}

extension Connection {
    /// Verifies a member's identity against the log under `checkpoint`. `card` is looked up where none is
    /// given, and so is who speaks for the organisations.
    public func verifiedMember(
        _ key: PublicKey, under checkpoint: VerifiedCheckpoint, card: Wire.MemberCard? = nil,
        governance known: Governance? = nil
    ) async throws -> VerifiedMember {
        let state: MemberState? = try await self.state(.member(key))
        var found = card
        if found == nil, let organisation = state?.organisation {
            let members: Wire.Members = try await call(.get, Routes.member(key.hex), at: organisation)
            found = members.members.first { $0.key == key }
        }
        guard let card = found else {
            throw ClientFailure.refused("the server knows no member \(key.hex.prefix(16))")
        }
        var governance = known
        if governance == nil { governance = try await self.governance(under: checkpoint) }
        guard let governance, let organisation = governance.organisation(card.organisation) else {
            throw ClientFailure.unverified(
                "the member \(key.hex.prefix(16)): the organisation on its card is not of this network")
        }
        let authority = try await authority(of: organisation)
        let claims = VerifiedMember.Claims(
            card: .init(card), history: try await history(of: key, under: checkpoint),
            state: state, organisationState: try await self.state(.organisation(organisation.name)),
            authority: authority,
            list: try await revocationList(of: organisation.name, under: authority))
        return try VerifiedMember(key, claims: claims, governance: governance, now: machineTime())
    }

    /// The enrolments and retirements about a key, or about an organisation's members, that are proven to be
    /// in the log, in their order.
    func history(
        of key: PublicKey, under checkpoint: VerifiedCheckpoint
    ) async throws -> [(position: UInt64, statement: VerifiedStatement)] {
        try await history(about: key.bytes, under: checkpoint).map { ($0.entry.position, $0.statement) }
    }

    package func history(
        about subject: [UInt8], under checkpoint: VerifiedCheckpoint
    ) async throws -> [(entry: LogEntry, statement: VerifiedStatement)] {
        var positions = [UInt64]()
        for kind in [StatementKind.enrol, .retire] {
            positions += try await self.positions(about: subject, kind: kind)
        }
        var history = [(entry: LogEntry, statement: VerifiedStatement)]()
        for position in positions.sorted() where position < checkpoint.checkpoint.head.size {
            history.append(try await provenStatement(at: position, under: checkpoint))
        }
        return history
    }
}

extension VerifiedMember.Card {
    init(_ card: Wire.MemberCard) {
        self.init(
            key: card.key, organisation: card.organisation, recipient: card.recipient,
            certificate: [UInt8](card.certificate))
    }
}
