/// What one organisation must keep of one record, what it may or must erase, and what it has said is gone, as
/// the statements about the record say in their order.
///
/// It is no part of deciding: servers erase by it and auditors hold vaults against it. What a kind of
/// statement changes in it stands in that kind's own file (`StatementContent.note`).
public struct Retention: Sendable {
    public let organisation: OrganisationName
    public let record: RecordHandle
    /// What nobody may be served any more: to be erased.
    public private(set) var ended: [Digest] = []
    /// What it has attested to have erased.
    public private(set) var erased: [Digest] = []
    private var blobs: [NamedBlob] = []
    /// Owners leave envelopes where the record was deposited.
    private var isWhereItWasDeposited = false

    public init(organisation: OrganisationName, record: RecordHandle) {
        self.organisation = organisation
        self.record = record
    }

    /// What its vault must have.
    public var kept: [Digest] { blobs.map { $0.digest } }

    /// Takes the next statement about the record, of any organisation, that the ledger has accepted.
    public mutating func note(_ statement: VerifiedStatement) {
        var visitor = Noting(retention: self, id: statement.id)
        // Handed over, not copied: its lists grow with the record.
        self = Retention(organisation: organisation, record: record)
        statement.assertion.open(&visitor)
        self = visitor.retention
    }

    private struct Noting: ContentVisitor {
        var retention: Retention
        let id: StatementID

        mutating func visit<Content: StatementContent>(_ it: Content) { it.note(in: &retention, as: id) }
    }

    // MARK: What a statement does to it

    /// `name` has the record first.
    mutating func begin(at name: OrganisationName, with new: [NamedBlob]) {
        guard name == organisation else { return }
        isWhereItWasDeposited = true
        replace(at: name, with: new)
    }

    /// `name` keeps these from now on, and nothing else of the record.
    mutating func replace(at name: OrganisationName, with new: [NamedBlob]) {
        guard name == organisation else { return }
        let digests = new.map { $0.digest }
        ended += kept.filter { !digests.contains($0) }
        blobs = new
    }

    /// The same, and what any other organisation keeps opens nothing any more.
    mutating func replaceEverywhere(at name: OrganisationName, with new: [NamedBlob]) {
        if name == organisation { replace(at: name, with: new) } else { endAll() }
    }

    /// `name` keeps these too. A record has one descriptor: a new one ends the one before.
    mutating func add(_ new: [NamedBlob], at name: OrganisationName) {
        guard name == organisation else { return }
        if new.contains(where: { $0.role == .descriptor }) { end(.descriptor) }
        blobs += new
    }

    /// The owner, or a delegate, has left these.
    mutating func addOwners(_ new: [NamedBlob]) {
        guard isWhereItWasDeposited else { return }
        blobs += new
    }

    /// What has this role opens nothing any more.
    mutating func end(_ role: BlobRole) {
        let old = blobs.filter { $0.role == role }.map { $0.digest }
        blobs.removeAll { old.contains($0.digest) }
        ended += old
    }

    mutating func endAll() {
        ended += kept
        blobs = []
    }

    /// `name` has said that what ended is gone.
    mutating func attestErasure(at name: OrganisationName) {
        guard name == organisation else { return }
        erased += ended
        ended = []
    }
}
