public import Contract
public import Evidence
import Identity
public import Sealing

/// What a patient is about to approve: everything here is what will be signed, or comes from a verified
/// identity.
public struct ProposedApproval: Sendable {
    /// One record that will be granted.
    public struct Item: Sendable {
        public let opened: OpenedRecord
        /// Only these of its files, with the headers that they are stored under; nil: all.
        public let part: [PartialEnvelope.Stored]?

        public var record: RecordHandle { opened.record.handle }
        /// What the grantee will be able to open.
        public var files: [Descriptor.File] { part?.map { $0.description } ?? opened.descriptor.files }
    }

    public static let daysDefault: UInt64 = 30
    public static let daysMax = 3_650
    public static let releasesDefault: UInt64 = 10

    public let request: RoutedRequest
    /// Who will be able to open them.
    public let grantee: VerifiedMember
    public private(set) var items: [Item]
    /// Records that the custodian has kept and that are gone: they are not granted.
    public private(set) var gone: [OwnRecord]
    public let notBefore: LedgerTime
    public let notAfter: LedgerTime
    public let releases: UInt64
    /// What the records have now, that and what is added, or single files.
    public let coverage: Coverage

    public var kind: GrantKind { request.kind }
    public var purpose: Purpose { request.purpose }

    /// The terms of an approval of `request`, of no record yet. Throws `badInput` for terms that go beyond what was
    /// asked for, and why the requester is not to be trusted.
    public init(
        of request: RoutedRequest, days: Int?, releases: UInt64, coverage: Coverage = .present,
        now: LedgerTime
    ) throws(PartyError) {
        switch request.requester {
        case .success(let member): grantee = member
        case .failure(let failure): throw failure
        }
        guard request.purpose != .removal else {
            throw .badInput(
                "\(request.custodian) asks you to have records removed: medseal approve --removal")
        }
        guard request.kind == .read || coverage != .part else {
            throw .badInput(
                "\(request.requesterOrganisation) asks to receive records, and receives them whole: leave out --file"
            )
        }
        let asked = request.notAfter
        var notAfter = min(asked, now + Self.daysDefault * 86_400)
        if let days {
            guard (1...Self.daysMax).contains(days) else { throw .badInput("a grant lasts 1 to 3650 days") }
            notAfter = now + UInt64(days) * 86_400
            // A request for so many days ends within the last of them.
            guard notAfter <= asked + 86_400 else { throw .badInput("that is longer than was asked for") }
            notAfter = min(notAfter, asked)
        }
        guard (1...Limits.releasesPerGrantMax).contains(releases) else {
            throw .badInput("a grant allows 1 to \(Limits.releasesPerGrantMax) releases")
        }
        self.request = request
        items = []
        gone = []
        notBefore = now.dayBegun
        self.notAfter = notAfter.dayEnded
        self.releases = releases
        self.coverage = coverage
    }

    /// Takes a record up into what will be granted: all of it, or `part` of its files where single files are.
    public mutating func add(_ opened: OpenedRecord, part: [PartialEnvelope.Stored]? = nil) {
        precondition((part != nil) == (coverage == .part), "what is granted is a part or it is not")
        items.append(Item(opened: opened, part: part))
    }

    /// Says that these are left out, because they are gone.
    public mutating func leaveOut(_ records: [OwnRecord]) { gone += records }
}
