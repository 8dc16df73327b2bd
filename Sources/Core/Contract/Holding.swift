/// What one organisation must keep of one record, what it may or must erase, and what it has said is gone, as
/// the statements about the record say in their order.
///
/// It is no part of deciding: servers erase by it and auditors hold vaults against it.
public struct Holding: Sendable {
    public let organisation: OrganisationName
    public let record: RecordHandle
    /// What its vault must have.
    public private(set) var kept: [Digest] = []
    /// What nobody may be served any more: to be erased.
    public private(set) var ended: [Digest] = []
    /// What it has attested to have erased.
    public private(set) var erased: [Digest] = []
    private var descriptor: Digest?
    /// Owners leave envelopes where the record was deposited.
    private var isWhereItWasDeposited = false
    /// The envelopes of grants and delegations, by what they belong to.
    private var envelopes: [(of: [UInt8], envelope: Digest)] = []

    public init(organisation: OrganisationName, record: RecordHandle) {
        self.organisation = organisation
        self.record = record
    }

    /// Takes the next statement about the record, of any organisation, that the ledger has accepted.
    public mutating func note(_ statement: VerifiedStatement) {
        switch statement.assertion {
        case .deposit(let it) where it.organisation == organisation:
            isWhereItWasDeposited = true
            replace(it.files, it.descriptor, [it.custodianEnvelope] + [it.ownerEnvelope].compactMap { $0 })
        case .append(let it) where it.organisation == organisation:
            if let descriptor { end(descriptor) }
            descriptor = it.descriptor
            kept += it.files + [it.descriptor]
        case .reseal(let it) where it.organisation == organisation:
            replace(it.files, it.descriptor, [it.ownerEnvelope, it.custodianEnvelope])
            envelopes = it.grants.map { ($0.of.bytes, $0.envelope) }
            envelopes += it.delegates.map { ($0.of.bytes, $0.envelope) }
            kept += envelopes.map { $0.envelope }
        case .reseal, .remove: endAll()
        case .acknowledge(let it) where it.organisation == organisation:
            replace(it.files, it.descriptor, [it.ownerEnvelope, it.custodianEnvelope])
        case .adopt(let it) where it.organisation == organisation: kept.append(it.ownerEnvelope)
        case .reassign(let it) where it.organisation == organisation: kept.append(it.ownerEnvelope)
        case .emergency(let it) where it.organisation == organisation:
            if let envelope = it.envelope { kept.append(envelope) }
        case .grant(let it): keep(it.envelope, of: statement.id.bytes)
        case .delegate(let it):
            endEnvelope(of: it.delegate.bytes)
            keep(it.envelope, of: it.delegate.bytes)
        case .revoke(let it): endEnvelope(of: it.grant.bytes)
        case .undelegate(let it): endEnvelope(of: it.delegate.bytes)
        case .attestErasure(let it) where it.organisation == organisation:
            erased += ended
            ended = []
        default: break
        }
    }

    private mutating func replace(_ files: [Digest], _ descriptor: Digest, _ envelopes: [Digest]) {
        let new = files + [descriptor] + envelopes
        ended += kept.filter { !new.contains($0) }
        kept = new
        self.descriptor = descriptor
        self.envelopes = []
    }

    private mutating func endAll() {
        ended += kept
        kept = []
        envelopes = []
    }

    private mutating func keep(_ envelope: Digest?, of bytes: [UInt8]) {
        guard isWhereItWasDeposited, let envelope else { return }
        envelopes.append((bytes, envelope))
        kept.append(envelope)
    }

    private mutating func endEnvelope(of bytes: [UInt8]) {
        for (of, envelope) in envelopes where of == bytes { end(envelope) }
        envelopes.removeAll { $0.of == bytes }
    }

    private mutating func end(_ digest: Digest) {
        kept.removeAll { $0 == digest }
        ended.append(digest)
    }
}
