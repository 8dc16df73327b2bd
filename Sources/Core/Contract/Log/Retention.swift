/// What one organisation must keep of one record, what it may or must erase, and what it has said is gone, as
/// the statements about the record say in their order.
///
/// It is no part of deciding: servers erase by it and auditors hold vaults against it. What a kind of
/// statement changes in it stands in that kind's own file (`StatementContent.note`).
public struct Retention: Sendable {
    public let organisation: OrganisationName
    public let record: RecordHandle
    /// What nobody may be served any more: to be erased.
    public private(set) var ended: [BlobName] = []
    /// What it has attested to have erased, and keeps not again.
    public private(set) var erased: [BlobName] = []
    private var blobs: [NamedBlob] = []
    /// Manifests and descriptors of all of the record, whoever keeps it.
    private var contents: [NamedBlob] = []
    /// Owners leave envelopes where the record was deposited.
    private var isWhereItWasDeposited = false

    public init(organisation: OrganisationName, record: RecordHandle) {
        self.organisation = organisation
        self.record = record
    }

    /// What its vault must have.
    public var kept: [BlobName] { Self.names(blobs) }

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

    /// `name` has the record first; `contents` of `new` are manifest and descriptor.
    mutating func begin(at name: OrganisationName, with new: [NamedBlob], contents: [NamedBlob]) {
        self.contents = contents
        guard name == organisation else { return }
        isWhereItWasDeposited = true
        replace(at: name, with: new)
    }

    /// `name` keeps these from now on, and nothing else of the record.
    mutating func replace(at name: OrganisationName, with new: [NamedBlob]) {
        guard name == organisation else { return }
        let old = kept
        blobs = []
        keep(new)
        end(old)
    }

    /// The same, and what any other organisation keeps opens nothing any more.
    mutating func replaceEverywhere(
        at name: OrganisationName, with new: [NamedBlob], contents: [NamedBlob]
    ) {
        self.contents = contents
        if name == organisation { replace(at: name, with: new) } else { endAll() }
    }

    /// `name` keeps all that there is of the record, with these envelopes.
    mutating func receive(_ envelopes: [NamedBlob], at name: OrganisationName) {
        replace(at: name, with: contents + envelopes)
    }

    /// Files were added at `name`: their manifest and descriptor.
    mutating func append(_ new: [NamedBlob], at name: OrganisationName) {
        contents += new
        add(new, at: name)
    }

    /// `name` keeps these too.
    mutating func add(_ new: [NamedBlob], at name: OrganisationName) {
        guard name == organisation else { return }
        keep(new)
    }

    /// The owner, or a delegate, has left these.
    mutating func addOwners(_ new: [NamedBlob]) {
        guard isWhereItWasDeposited else { return }
        keep(new)
    }

    /// What has this role opens nothing any more.
    mutating func end(_ role: BlobRole) {
        let old = blobs.filter { $0.role == role }
        blobs.removeAll { $0.role == role }
        end(Self.names(old))
    }

    mutating func endAll() {
        let old = kept
        blobs = []
        end(old)
    }

    /// `name` has said that what ended is gone.
    mutating func attestErasure(at name: OrganisationName) {
        guard name == organisation else { return }
        erased += ended
        ended = []
    }

    /// Keeps these too: what had ended and is named anew has not ended.
    private mutating func keep(_ new: [NamedBlob]) {
        blobs += new
        let names = Set(Self.names(new))
        ended.removeAll { names.contains($0) }
        erased.removeAll { names.contains($0) }
    }

    /// Ends those of `names` that nothing else keeps.
    private mutating func end(_ names: [BlobName]) {
        let kept = Set(self.kept)
        ended += names.filter { !kept.contains($0) }
    }

    private static func names(_ blobs: [NamedBlob]) -> [BlobName] { blobs.compactMap { $0.name } }
}
