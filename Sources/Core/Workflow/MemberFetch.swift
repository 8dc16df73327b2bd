public import Age
public import Contract
public import Evidence
import Identity
public import Primitives
import Sealing

/// By what right a member fetches a record.
public enum FetchRight: Sendable {
    /// What the patient granted to this member.
    case grant(StatementID)
    /// A record of the member's own organisation, which a gateway opens with the records key.
    case custody(RecordHandle, Basis)
    /// What two clinicians have let this member read in an emergency.
    case emergency(StatementID)
}

/// A member that reads, with the keys by which it does.
public struct MemberReader: Sendable {
    public let organisation: OrganisationName
    public let role: Role
    public let signingKey: SigningKey
    public let identity: AgeIdentity
    private let desk: AgeIdentity?
    private let records: AgeIdentity?

    /// `desk`: nil unless it works at a custodian's desk. `records`: nil unless it is a custodian's gateway.
    public init(
        organisation: OrganisationName, role: Role, signingKey: SigningKey, identity: AgeIdentity,
        desk: AgeIdentity?, records: AgeIdentity?
    ) {
        self.organisation = organisation
        self.role = role
        self.signingKey = signingKey
        self.identity = identity
        self.desk = desk
        self.records = records
    }

    /// The desk's identity. Throws `refused` where it has none.
    public func requireDesk() throws(PartyError) -> AgeIdentity {
        guard let desk else {
            throw .refused("only clinicians, registrars and gateways of a custodian work at its desk")
        }
        return desk
    }

    /// What opens custodian's envelopes. Throws `refused` where it has none.
    func requireRecords() throws(PartyError) -> AgeIdentity {
        guard let records else {
            throw .refused("only a gateway of the custodian opens custodian's envelopes")
        }
        return records
    }
}

/// A grant as the record's owner signed it.
public struct Granted: Sendable {
    public let id: StatementID
    /// Of the grant's statement: what its envelope is bound to.
    public let nonce: [UInt8]
    public let grant: Grant
    public let state: GrantState
    /// What it is for, as it is now.
    public let record: RecordState
    /// The organisations that keep the record, those that the network names.
    public let custodians: [OrganisationName]
}

extension LedgerView {
    // MARK: Grants

    /// The grants to this member or to its role, oldest first.
    public mutating func grants(to reader: MemberReader) throws(Pause) -> [Granted] {
        let key = reader.signingKey.key
        var statements = [UInt64: VerifiedStatement]()
        for subject in [key.bytes, reader.organisation.bytes] {
            for logged in try shownStatements(PositionQuery(subject: subject, kind: .grant)) {
                statements[logged.entry.position] = logged.statement
            }
        }
        var grants = [Granted]()
        for (_, statement) in statements.sorted(by: { $0.key < $1.key }) {
            guard case .grant(let grant) = statement.assertion, grant.organisation == reader.organisation,
                grant.grantee == key || grant.role == reader.role
            else { continue }
            grants.append(try granted(statement, grant))
        }
        return grants
    }

    /// The grant of that id. Whether it is this member's to use is for the contract to say. Fails with `grantUnknown`
    /// where the server shows none.
    public mutating func granted(_ id: StatementID) throws(Pause) -> Granted {
        for logged in try shownStatements(PositionQuery(subject: id.bytes, kind: .grant)) {
            if logged.statement.id == id, case .grant(let grant) = logged.statement.assertion {
                return try granted(logged.statement, grant)
            }
        }
        throw .failure(.rejected(.grantUnknown))
    }

    private mutating func granted(
        _ statement: VerifiedStatement, _ grant: Grant
    ) throws(Pause) -> Granted {
        let names = network.custodians.map { $0.name }
        let values = try self.state(
            [.grant(statement.id), .record(grant.record)] + names.map { .custody(grant.record, $0) })
        guard let state = values[.grant(statement.id)].flatMap({ GrantState(bytes: $0) }),
            let record = values[.record(grant.record)].flatMap({ RecordState(bytes: $0) })
        else {
            throw .failure(.unverified("the ledger's state does not know grant \(statement.id)"))
        }
        // A re-sealing, which the owner has agreed to, replaces the envelope.
        let hasItsEnvelope = state.envelope == grant.envelope || state.sealing > 0
        guard state.record == grant.record, state.grantee == grant.grantee, hasItsEnvelope,
            state.role == grant.role, state.notAfter == grant.notAfter
        else {
            throw .failure(
                .unverified("the ledger's state is not what the owner signed in \(statement.id)"))
        }
        return Granted(
            id: statement.id, nonce: statement.statement.nonce, grant: grant, state: state, record: record,
            custodians: names.filter { values[.custody(grant.record, $0)] != nil })
    }

    // MARK: Orders

    /// How a member fetches a record by `right`. Fails with `rejected` for what the ledger does not have, and with
    /// `refused` for what the member has no key for.
    public mutating func order(
        _ right: FetchRight, by reader: MemberReader
    ) throws(Pause) -> FetchSteps.Order {
        switch right {
        case .grant(let id): return try order(try granted(id), by: reader)
        case .custody(let record, let basis):
            let records: AgeIdentity
            do throws(PartyError) {
                records = try reader.requireRecords()
            } catch { throw .failure(error) }
            let release = Release(
                organisation: reader.organisation, record: record, custodian: reader.organisation,
                basis: basis)
            let (state, custody) = try kept(release)
            return FetchSteps.Order(
                release, of: state, covering: .parts(state.parts, state.keyHashes),
                envelope: custody.custodianEnvelope,
                binding: .custodian(record), reader: reader.signingKey, identity: records)
        case .emergency(let id):
            guard let emergency: EmergencyState = try state(.emergency(id)) else {
                throw .failure(.rejected(.emergencyUnknown))
            }
            guard let envelope = emergency.envelope else {
                throw .failure(.refused("the emergency came without an envelope: a gateway makes one"))
            }
            let release = Release(
                organisation: reader.organisation, record: emergency.record, custodian: emergency.custodian,
                basis: .emergency, emergency: id)
            let state = try kept(release).state
            return FetchSteps.Order(
                release, of: state, covering: .parts(state.parts, state.keyHashes), envelope: envelope,
                binding: .emergency(emergency.record, reader: reader.signingKey.key),
                reader: reader.signingKey, identity: reader.identity)
        }
    }

    /// The same under a grant: from another custodian than the member's own organisation, where there is one.
    public mutating func order(
        _ granted: Granted, by reader: MemberReader
    ) throws(Pause) -> FetchSteps.Order {
        let grant = granted.grant
        let others = granted.custodians.filter { $0 != reader.organisation }
        guard let custodian = others.first ?? granted.custodians.first else {
            throw .failure(.rejected(.notACustodian))
        }
        guard let envelope = granted.state.envelope else { throw .failure(.rejected(.grantOfOtherKind)) }
        let release = Release(
            organisation: reader.organisation, record: grant.record, custodian: custodian, grant: granted.id)
        var binding = Envelope.Binding.grant(
            grant.record, nonce: granted.nonce, grantee: reader.signingKey.key, notAfter: grant.notAfter)
        var identity = reader.identity
        if let role = grant.role {
            binding = .role(
                grant.record, nonce: granted.nonce, grant.organisation, role, notAfter: grant.notAfter)
            do throws(PartyError) {
                identity = try reader.requireDesk()
            } catch { throw .failure(error) }
        }
        let state = try kept(release).state
        var covered = FetchSteps.Covered.parts(
            granted.state.covered(of: state), granted.state.keyHashes(of: state))
        if grant.coverage == .part {
            guard let manifest = grant.manifest, let root = grant.root else {
                throw .failure(.rejected(.grantOfOtherKind))
            }
            covered = .files(manifest: manifest, root: root)
        }
        return FetchSteps.Order(
            release, of: state, covering: covered, envelope: envelope, binding: binding,
            reader: reader.signingKey, identity: identity)
    }

    /// The record of a release, and what its custodian keeps of it.
    private mutating func kept(
        _ release: Release
    ) throws(Pause) -> (state: RecordState, custody: CustodyState) {
        let keys: [StateKey] = [.record(release.record), .custody(release.record, release.custodian)]
        let values = try state(keys)
        guard let record = values[keys[0]] else { throw .failure(.rejected(.recordUnknown)) }
        guard let kept = values[keys[1]] else { throw .failure(.rejected(.notACustodian)) }
        guard let state = RecordState(bytes: record), let custody = CustodyState(bytes: kept) else {
            throw .failure(.unverified("the server tells a malformed value of the ledger's state"))
        }
        return (state, custody)
    }
}
