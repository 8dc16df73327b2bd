import Age
public import Contract
public import Evidence
public import Identity
import Primitives
public import Sealing

/// A wallet at one of the organisations that it has joined.
public struct WalletMembership: Sendable {
    /// How many permits an organisation may have had of it: a server that claims more is not believed.
    static let permitsMax = 10_000

    public let wallet: Wallet
    public let organisation: OrganisationName
    /// How many permits the wallet remembers to have handed over.
    public let handedOver: Int

    public init(_ wallet: Wallet, at organisation: OrganisationName, handedOver: Int) {
        self.wallet = wallet
        self.organisation = organisation
        self.handedOver = handedOver
    }
}

/// A record whose owner key a wallet derives.
public struct OwnRecord: Sendable {
    public let handle: RecordHandle
    /// Whose permit it was deposited under.
    public let depositedAt: OrganisationName
    /// The number of its owner key there.
    public let index: UInt64
    public let state: RecordState
    /// The organisations that keep it, those that the network names.
    public let custodians: [OrganisationName]
    /// Those that have kept it and say that it is gone.
    public let erasures: [Erasure]

    /// A custodian's word that a record is gone from its vault.
    public struct Erasure: Sendable {
        public let organisation: OrganisationName
        public let time: LedgerTime
    }

    /// Whether it is served no more: its owner had it removed, or all who kept it have erased it.
    public var isGone: Bool { state.removed != nil || (custodians.isEmpty && !erasures.isEmpty) }
}

/// An own record, opened.
public struct OpenedRecord: Sendable {
    public let record: OwnRecord
    /// All of its parts are open.
    public let parts: OpenedParts
    public var descriptor: Descriptor { parts.descriptor }

    /// `parts` are the record's, all open.
    public init(_ record: OwnRecord, _ parts: OpenedParts) {
        self.record = record
        self.parts = parts
    }
}

extension OwnRecord {
    /// Its parts, to be opened with the keys that the owner's envelope brings. Throws `unverified` unless that is the
    /// record's and the wallet's.
    public func parts(envelope: [UInt8], with wallet: Wallet) throws(PartyError) -> OpenedParts {
        let keys = try Envelope.open(
            envelope, with: wallet.inboxIdentity(organisation: depositedAt), expecting: .owner(handle),
            of: state.keyHashes)
        return try OpenedParts(keys, of: handle, parts: state.parts)
    }
}

/// A request that was routed to a patient. Who asks for what, and until when, is read from the signed
/// statements; only the words and the kind come from the custodian's letter.
public struct RoutedRequest: Sendable {
    public let id: StatementID
    public let custodian: OrganisationName
    /// Who asks, verified; or why that cannot be trusted.
    public let requester: Swift.Result<VerifiedMember, PartyError>
    public let requesterOrganisation: OrganisationName
    public let purpose: Purpose
    public let notAfter: LedgerTime
    public let stage: RequestState.Stage
    public let kind: GrantKind
    /// What the requester wrote, escaped.
    public let text: String
    /// The requester's name was approved before, with another key: its organisation should be asked why.
    public let isUnderAnotherKey: Bool
    /// The number of the one-time key that may answer.
    public let answeringIndex: UInt64

    /// Whether it waits for an answer at `time`.
    public func isWaiting(at time: LedgerTime) -> Bool { stage == .routed && time < notAfter }

    /// Those of `records` that it can be about: what the custodian keeps of them, or of those `handles`.
    ///
    /// Throws `badInput` where that is none, or a handle is not among them, and `rejected` for a handle of a record that
    /// is gone.
    public func chosen(
        _ handles: [RecordHandle]?, of records: [OwnRecord]
    ) throws(PartyError) -> [OwnRecord] {
        let kept = records.filter { $0.custodians.contains(custodian) && !$0.isGone }
        var chosen = kept
        if let handles {
            chosen = []
            for handle in handles where !chosen.contains(where: { $0.handle == handle }) {
                if records.contains(where: { $0.handle == handle && $0.isGone }) {
                    throw .rejected(.recordRemoved, "record \(handle)")
                }
                guard let record = kept.first(where: { $0.handle == handle }) else {
                    throw .badInput("\(custodian) keeps no record \(handle) of this wallet")
                }
                chosen.append(record)
            }
        }
        guard !chosen.isEmpty else { throw .badInput("\(custodian) keeps no record of this wallet") }
        return chosen
    }

    /// Those of `records` that the custodian has kept and that are gone.
    public func gone(among records: [OwnRecord]) -> [OwnRecord] {
        records.filter { record in
            record.isGone
                && (record.custodians + record.erasures.map { $0.organisation }).contains(custodian)
        }
    }
}

extension LedgerView {
    /// The keys of all permits that were handed over, by their numbers.
    public mutating func answeringKeys(_ membership: WalletMembership) throws(Pause) -> [PublicKey: UInt64] {
        let name = membership.organisation
        if let keys = answeringKeys[name] { return keys }
        let inbox = membership.wallet.inboxKey(organisation: name).key
        let known = try json(of: .inbox(inbox, at: name)) { fields throws(JSONValue.Malformed) in
            let count = try fields.count("permitsHandedOver")
            guard count <= WalletMembership.permitsMax else { throw JSONValue.Malformed("too many permits") }
            return count
        }
        var keys = [PublicKey: UInt64]()
        for index in 0..<UInt64(max(membership.handedOver, known)) {
            keys[membership.wallet.ownerKey(organisation: name, index: index).key] = index
        }
        answeringKeys[name] = keys
        return keys
    }

    // MARK: Records

    /// Every record that was deposited under a permit of this wallet at this organisation. Nobody had to be told a
    /// name: the wallet knows its own keys.
    public mutating func ownRecords(_ membership: WalletMembership) throws(Pause) -> [OwnRecord] {
        let keys = try answeringKeys(membership).sorted { $0.value < $1.value }
        let uses = try state(keys.map { .permit($0.key) })
        var found = [(handle: RecordHandle, key: PublicKey, index: UInt64)]()
        for (key, index) in keys {
            guard let bytes = uses[.permit(key)], case .record(let handle)? = PermitState(bytes: bytes)?.use
            else { continue }
            found.append((handle, key, index))
        }
        let names = network.custodians.map { $0.name }
        let states = try state(
            found.flatMap { item in [.record(item.handle)] + names.map { .custody(item.handle, $0) } })
        var records = [OwnRecord]()
        for item in found {
            guard let bytes = states[.record(item.handle)], let state = RecordState(bytes: bytes) else {
                throw .failure(.unverified("the ledger's state does not know record \(item.handle)"))
            }
            // A reassignment names its key before it takes effect, and the key before it ends then.
            guard state.owner(at: now) == item.key else { continue }
            var custodians = [OrganisationName]()
            var erasures = [OwnRecord.Erasure]()
            for name in names {
                guard let bytes = states[.custody(item.handle, name)] else { continue }
                guard let custody = CustodyState(bytes: bytes) else {
                    throw .failure(.unverified("the server tells a malformed value of the ledger's state"))
                }
                if let time = custody.erased {
                    erasures.append(OwnRecord.Erasure(organisation: name, time: time))
                } else {
                    custodians.append(name)
                }
            }
            records.append(
                OwnRecord(
                    handle: item.handle, depositedAt: membership.organisation, index: item.index,
                    state: state, custodians: custodians, erasures: erasures))
        }
        return records
    }

    /// How its owner fetches a record: from where it was deposited, or else from another custodian. Fails with
    /// `refused` where it was removed, no custodian keeps it any more, or it has no owner yet.
    public mutating func order(
        of record: OwnRecord, by wallet: Wallet
    ) throws(Pause) -> FetchSteps.Order {
        guard record.state.removed == nil else { throw .failure(.rejected(.recordRemoved)) }
        let isKept = record.custodians.contains(record.depositedAt)
        guard let custodian = isKept ? record.depositedAt : record.custodians.first,
            let custody: CustodyState = try state(.custody(record.handle, custodian))
        else { throw .failure(.refused("no custodian keeps record \(record.handle) any more")) }
        guard let envelope = record.state.ownerEnvelope(in: custody, of: custodian, at: now) else {
            throw .failure(.refused("the record has no owner yet"))
        }
        return FetchSteps.Order(
            Release(record: record.handle, custodian: custodian, basis: .owner), of: record.state,
            covering: .parts(record.state.parts, record.state.keyHashes), envelope: envelope,
            binding: .owner(record.handle),
            reader: wallet.ownerKey(organisation: record.depositedAt, index: record.index),
            identity: wallet.inboxIdentity(organisation: record.depositedAt))
    }

    // MARK: Requests

    /// The requests that were routed to this wallet by this organisation, as its letters name them.
    public mutating func inbox(
        _ membership: WalletMembership, known: KnownMembers
    ) throws(Pause) -> [RoutedRequest] {
        let letters = try letters(membership)
        guard !letters.isEmpty else { return [] }
        let keys = try answeringKeys(membership)
        var requests = [RoutedRequest]()
        for letter in letters where !requests.contains(where: { $0.id == letter.request }) {
            let request = try routed(
                letter.request, body: letter.body, keys: keys, membership: membership, known: known)
            if let request { requests.append(request) }
        }
        return requests
    }

    /// One request, if it was routed to this wallet by this organisation: however many others there are, none is read.
    public mutating func request(
        _ id: StatementID, _ membership: WalletMembership, known: KnownMembers
    ) throws(Pause) -> RoutedRequest? {
        for letter in try letters(membership, about: id) where letter.request == id {
            let keys = try answeringKeys(membership)
            let request = try routed(
                id, body: letter.body, keys: keys, membership: membership, known: known)
            if let request { return request }
        }
        return nil
    }

    /// The letters to this wallet's inbox at this organisation, about one request or all: each names a request, and says
    /// nothing that is believed.
    public mutating func letters(
        _ membership: WalletMembership, about request: StatementID? = nil
    ) throws(Pause) -> [(request: StatementID, body: [UInt8])] {
        let name = membership.organisation
        let inbox = membership.wallet.inboxKey(organisation: name).key
        var letters = [(request: StatementID, body: [UInt8])]()
        var place: UInt64?
        // A server that lists without end is not believed.
        for _ in 0..<Self.letterPagesMax {
            place = try json(of: .letters(name, about: request, after: place)) {
                fields throws(JSONValue.Malformed) in
                for value in try fields.array("letters") {
                    var letter = try JSONFields(value)
                    guard try letter.utf8("addressee") == Array(inbox.hex.utf8) else { continue }
                    letters.append((try letter.bytes32("request"), try letter.base64("body")))
                }
                return fields.has("next") ? try fields.number("next") : nil
            }
            if place == nil { break }
        }
        return letters
    }

    private static var letterPagesMax: Int { 64 }

    /// One request, from the ledger. Nil when the letter is not the one that a route on the ledger names, or
    /// when the route does not carry a permit of this wallet: then nobody has asked this patient anything.
    private mutating func routed(
        _ id: StatementID, body: [UInt8], keys: [PublicKey: UInt64], membership: WalletMembership,
        known: KnownMembers
    ) throws(Pause) -> RoutedRequest? {
        let custodian = membership.organisation
        var answeringIndex: UInt64?
        for logged in try statements(PositionQuery(subject: id.bytes, kind: .route)) {
            guard case .route(let route) = logged.statement.assertion, route.request == id,
                route.organisation == custodian, route.letter == Digest(hashing: body),
                let permit = logged.statement.permit, let index = keys[permit.key]
            else { continue }
            answeringIndex = index
        }
        guard let answeringIndex,
            let statement = try statements(PositionQuery(subject: id.bytes, kind: .request))
                .first(where: { $0.statement.id == id })?.statement,
            case .request(let request) = statement.assertion, request.custodian == custodian,
            let state: RequestState = try state(.request(id)),
            let letter = try? Letter.open(
                body, with: membership.wallet.inboxIdentity(organisation: custodian),
                as: ForwardedLetter.self),
            letter.request == id, let kind = GrantKind(name: letter.kind)
        else { return nil }
        var requester = try member(statement.caller)
        if case .success(let member) = requester, member.organisation != request.organisation {
            requester = .failure(
                .unverified("the requester is not of the organisation that the request names"))
        }
        var isUnderAnotherKey = false
        if case .success(let member) = requester { isUnderAnotherKey = known.isUnderAnotherKey(member) }
        return RoutedRequest(
            id: id, custodian: custodian, requester: requester, requesterOrganisation: request.organisation,
            purpose: request.purpose, notAfter: request.notAfter, stage: state.stage, kind: kind,
            text: SafeText.escaped(letter.text), isUnderAnotherKey: isUnderAnotherKey,
            answeringIndex: answeringIndex)
    }
}
