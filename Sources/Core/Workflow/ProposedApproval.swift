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
        public var record: RecordHandle { opened.record.handle }
        public var descriptor: Descriptor { opened.descriptor }
    }

    public static let daysDefault: UInt64 = 30
    public static let daysMax = 3_650
    public static let releasesDefault: UInt64 = 10

    public let request: RoutedRequest
    /// Who will be able to open them.
    public let grantee: VerifiedMember
    public private(set) var items: [Item]
    public let notBefore: LedgerTime
    public let notAfter: LedgerTime
    public let releases: UInt64
    /// What the records have now, or what is added too.
    public let coverage: Coverage

    public var kind: GrantKind { request.kind }
    public var purpose: Purpose { request.purpose }

    /// The terms of an approval of `request`, of no record yet. `growing`: for what is added too. Throws `badInput` for terms that go beyond what was
    /// asked for, and why the requester is not to be trusted.
    public init(
        of request: RoutedRequest, days: Int?, releases: UInt64, growing: Bool = false, now: LedgerTime
    ) throws(PartyError) {
        switch request.requester {
        case .success(let member): grantee = member
        case .failure(let failure): throw failure
        }
        guard request.purpose != .removal else {
            throw .badInput(
                "\(request.custodian) asks you to have records removed: medseal approve --removal")
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
        notBefore = now.dayBegun
        self.notAfter = notAfter.dayEnded
        self.releases = releases
        coverage = growing ? .growing : .present
    }

    /// Those of `records` that it can be about: what the custodian keeps of them, or of those `handles`. Throws
    /// `badInput` where that is none, or a handle is not among them.
    public func chosen(
        _ handles: [RecordHandle]?, of records: [OwnRecord]
    ) throws(PartyError) -> [OwnRecord] {
        let kept = records.filter { $0.custodians.contains(request.custodian) }
        var chosen = kept
        if let handles {
            chosen = []
            for handle in handles {
                guard let record = kept.first(where: { $0.handle == handle }) else {
                    throw .badInput("\(request.custodian) keeps no record \(handle) of this wallet")
                }
                chosen.append(record)
            }
        }
        guard !chosen.isEmpty else { throw .badInput("\(request.custodian) keeps no record of this wallet") }
        return chosen
    }

    /// Takes a record up into what will be granted.
    public mutating func add(_ opened: OpenedRecord) { items.append(Item(opened: opened)) }
}
