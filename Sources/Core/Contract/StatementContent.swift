/// What statements of one kind say. Each kind is one file of `Statements`, to be read from top to bottom: its
/// fields, what it is about, who has it ordered, the ciphertext that it names, its reads and its rule.
protocol StatementContent: Hashable, Sendable {
    static var kind: StatementKind { get }
    /// The kind's name as people type and read it.
    static var name: String { get }
    /// Whether others than the signer have to agree to it.
    static var takesApprovals: Bool { get }

    /// Takes `fields` through all the fields of the kind, from number 3 on, in rising order: the one list of
    /// them. What writes or shows them gets the values of `it`; what reads them makes the values, and `it` is
    /// nil. Every property is set here, so the compiler finds the field that was forgotten.
    init<Fields: FieldVisitor>(_ it: Self?, _ fields: inout Fields) throws(Fields.Failure)

    /// Throws when fields that were read contradict each other.
    func check() throws(CBOR.Malformed)

    /// The permit that it carries, a signed message (`Permit.decode`).
    var permit: [UInt8]? { get }

    /// What it is about, in the order in which the indexes beside the contract have it.
    var subjects: [Subject] { get }

    /// Whose server has it ordered; nil where any may.
    var keeper: Keeper? { get }

    /// The ciphertext and the letters that it names.
    var blobs: [NamedBlob] { get }

    /// Tells `copy` what it changes in what an organisation keeps; `id` is the statement's own.
    func note(in copy: inout Retention, as id: StatementID)

    /// One sentence for the patient about what was done.
    var sentence: Sentence { get }

    /// Every key of the state that its rule may look at, but for the statement's own mark.
    func reads(_ keys: ReadKeys) -> [StateKey]

    /// Its rule: the writes, or the first code of those that refuse it. Every `require` is a line of the
    /// decision tables in ContractTests.
    func writes(_ now: Case) throws(RejectionCode) -> [Write]
}

/// What most kinds have not.
extension StatementContent {
    static var takesApprovals: Bool { false }
    func check() throws(CBOR.Malformed) {}
    var permit: [UInt8]? { nil }
    var keeper: Keeper? { nil }
    var blobs: [NamedBlob] { [] }
    func note(in copy: inout Retention, as id: StatementID) {}

    /// Whoever signed it, in its sentence.
    var who: Sentence.Signer { Sentence.Signer() }

    /// Reads the fields of the kind and checks that they go together.
    static func read(_ fields: inout FieldReader) throws(CBOR.Malformed) -> Self {
        let it = try Self(nil, &fields)
        try it.check()
        return it
    }
}

/// Asks or tells the content of a statement something, whatever its kind (`Assertion.open`).
protocol ContentVisitor {
    associatedtype Result
    associatedtype Failure: Error = Never
    mutating func visit<Content: StatementContent>(_ it: Content) throws(Failure) -> Result
}

extension Assertion {
    public var kind: StatementKind {
        var visitor = KindVisitor()
        return open(&visitor)
    }

    /// The kind's name as people type and read it: `attest-erasure`.
    public var name: String {
        var visitor = NameVisitor()
        return open(&visitor)
    }

    /// Whose server is the one to have the statement ordered: the organisation whose vault or desk has what
    /// it names, serves by it, or is emptied by it. No other server can see to that. Nil where any may order
    /// it.
    public var keeper: Keeper? {
        var visitor = KeeperVisitor()
        return open(&visitor)
    }

    /// The ciphertext and the letters that it names.
    public var blobs: [NamedBlob] {
        var visitor = BlobVisitor()
        return open(&visitor)
    }

    /// One sentence for the patient about what was done.
    public var sentence: Sentence {
        var visitor = SentenceVisitor()
        return open(&visitor)
    }

    /// The record that it is about; nil where it is about none.
    public var record: RecordHandle? {
        for case .record(let handle) in subjects { return handle }
        return nil
    }

    var takesApprovals: Bool {
        var visitor = ApprovalsVisitor()
        return open(&visitor)
    }

    var permit: [UInt8]? {
        var visitor = PermitVisitor()
        return open(&visitor)
    }

    var subjects: [Subject] {
        var visitor = SubjectVisitor()
        return open(&visitor)
    }
}

private struct KindVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> StatementKind { Content.kind }
}
private struct NameVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> String { Content.name }
}
private struct ApprovalsVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> Bool { Content.takesApprovals }
}
private struct PermitVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> [UInt8]? { it.permit }
}
private struct SubjectVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> [Subject] { it.subjects }
}
private struct KeeperVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> Keeper? { it.keeper }
}
private struct BlobVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> [NamedBlob] { it.blobs }
}
private struct SentenceVisitor: ContentVisitor {
    func visit<Content: StatementContent>(_ it: Content) -> Sentence { it.sentence }
}
