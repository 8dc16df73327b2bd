import Age
import Contract
import Evidence
import Foundation
import Identity
import Primitives
import Sealing
import TransparencyLog
import Workflow

/// A ledger with one server, in memory: it orders what the contract accepts, keeps blobs and letters, and answers
/// calls. No sockets, no files, no clock.
struct ScriptedServer {
    static let now: LedgerTime = 1_800_000_000
    /// Its clock.
    var time = ScriptedServer.now

    let hospital = OrganisationName("hospital1")!
    let insurer = OrganisationName("insurer")!
    let roots: [OrganisationName: SigningKey]
    let authorities: [OrganisationName: CertificateAuthority]
    let desk: AgeIdentity
    /// What opens custodian's envelopes.
    let records: AgeIdentity
    let network: KnownNetwork
    let genesisFile: [UInt8]
    private let log: NoteSigner
    private(set) var leaves: [[UInt8]] = []
    private(set) var state: [StateKey: [UInt8]] = [:]
    private(set) var statements: [VerifiedStatement] = []
    var blobs: [Digest: [UInt8]] = [:]
    var cards: [VerifiedMember.Card] = []
    var letters: [JSONValue] = []
    var handedOver = 0
    /// Sealed entries of the desk's directory, by their indices.
    var directory: [Digest: [UInt8]] = [:]
    /// Sealed permits that are not taken yet, and those that are, by their purposes.
    var stock: [[UInt8]] = []
    private var taken: [Digest: [UInt8]] = [:]
    /// Every call that was made, with what was said to it.
    private(set) var answered: [(call: Call, outcome: CallOutcome)] = []
    var calls: [Call] { answered.map(\.call) }

    /// Why a statement is refused: the contract's word.
    struct Refused: Error, Equatable {
        let code: RejectionCode
    }

    init() throws {
        let names = [(hospital, OrganisationKind.hospital), (insurer, .insurer)]
        let date = Date(timeIntervalSince1970: Double(Self.now))
        let ledgerKey = SigningKey.generate()
        let desk = AgeIdentity.generate(.x25519)
        let records = AgeIdentity.generate(.x25519)
        var roots = [OrganisationName: SigningKey]()
        var authorities = [OrganisationName: CertificateAuthority]()
        var pinned = [Genesis.Organisation]()
        for (name, kind) in names {
            let root = SigningKey.generate()
            let (certificate, key) = try CertificateAuthority.create(organisation: name, now: date)
            roots[name] = root
            authorities[name] = try CertificateAuthority(certificate: certificate, privateKey: key)
            pinned.append(
                Genesis.Organisation(
                    name: name, kind: kind, root: root.key, validator: SigningKey.generate().key,
                    authorityHash: Digest(hashing: certificate),
                    recordsRecipientHash: records.recipient.hash, deskRecipientHash: desk.recipient.hash))
        }
        let genesis = Genesis(
            origin: OriginName("medseal/test")!, ledgerKey: ledgerKey.key, created: Self.now - 1_000,
            organisations: pinned)
        let file = genesis.signed(by: pinned.map { roots[$0.name]! })
        self.roots = roots
        self.authorities = authorities
        self.desk = desk
        self.records = records
        genesisFile = file
        network = KnownNetwork(
            genesis: try Genesis.decode(file), id: Genesis.networkID(of: file),
            organisations: try pinned.map {
                try NetworkOrganisation(
                    authority: authorities[$0.name]!.certificate, recordsRecipient: records.recipient.text,
                    deskRecipient: desk.recipient.text, server: nil, pinned: $0)
            })
        log = try NoteSigner(name: "medseal/test", kind: .note, key: ledgerKey)
        for write in genesis.writes { state[write.key] = write.value }
    }

    // MARK: The ledger

    /// Has a statement ordered. Throws `Refused`.
    @discardableResult
    mutating func order(_ bytes: [UInt8]) throws -> (id: StatementID, position: Int) {
        guard let statement = try SignedStatement(bytes, network: network.id).verified() else {
            throw Refused(code: .malformed)
        }
        if let position = statements.firstIndex(where: { $0.id == statement.id }) {
            return (statement.id, position)
        }
        let state = self.state
        switch decide(statement, at: time, reads: Reads(of: statement) { state[$0] }) {
        case .rejected(let code): throw Refused(code: code)
        case .accepted(let writes): for write in writes { self.state[write.key] = write.value }
        }
        let entry = LogEntry(
            position: UInt64(leaves.count), time: time, statement: bytes,
            writesDigest: Digest(hashing: []), stateDigest: Digest(hashing: []))
        leaves.append(entry.encoded())
        statements.append(statement)
        return (statement.id, leaves.count - 1)
    }

    @discardableResult
    mutating func say(
        _ assertion: Assertion, by key: SigningKey, agreed other: SigningKey? = nil
    ) throws -> StatementID {
        var statement = Statement.make(assertion, now: time)
        if let other { statement = statement.agreed(by: other, signer: key.key, network: network.id) }
        return try order(statement.signed(by: key, network: network.id)).id
    }

    private func root(_ range: Range<Int>) -> [UInt8] {
        guard range.count > 1 else {
            return range.isEmpty ? Merkle.emptyRoot : Merkle.leafHash(leaves[range.lowerBound])
        }
        let middle = Self.middle(range)
        return Merkle.nodeHash(root(range.lowerBound..<middle), root(middle..<range.upperBound))
    }

    private static func middle(_ range: Range<Int>) -> Int {
        var half = 1
        while 2 * half < range.count { half *= 2 }
        return range.lowerBound + half
    }

    /// RFC 6962, section 2.1.1, word for word.
    private func path(_ index: Int, _ range: Range<Int>) -> [[UInt8]] {
        guard range.count > 1 else { return [] }
        let middle = Self.middle(range)
        let (left, right) = (range.lowerBound..<middle, middle..<range.upperBound)
        return left.contains(index)
            ? path(index, left) + [root(right)] : path(index, right) + [root(left)]
    }

    var note: [UInt8] {
        get throws {
            try log.sign(
                Checkpoint(
                    origin: "medseal/test",
                    head: TreeHead(size: UInt64(leaves.count), root: root(0..<leaves.count)))
            ).encoded
        }
    }

    /// What a party sees of it now.
    func view(lists: [OrganisationName: [UInt8]] = [:]) throws -> LedgerView {
        let checkpoint = try CheckpointKeys(network.genesis).open(try note)
        return LedgerView(network, under: checkpoint, now: time, lists: lists)
    }

    // MARK: Calls

    /// What the server says to a call.
    mutating func answer(_ call: Call) throws -> CallOutcome {
        let outcome = try said(to: call)
        answered.append((call, outcome))
        return outcome
    }

    private mutating func said(to call: Call) throws -> CallOutcome {
        switch call {
        case .entry(let position):
            let leaf = leaves[Int(position)]
            let count = UInt32(leaf.count)
            return .body([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + leaf)
        case .inclusion(let position, let size):
            let hashes = path(Int(position), 0..<Int(size))
            return json([("hashes", .array(hashes.map { .base64($0) }))])
        case .positions(let query):
            let found = statements.indices.filter { index in
                let statement = statements[index]
                return (query.subject.map { statement.subjects.contains($0) } ?? true)
                    && (query.kind.map { statement.assertion.kind == $0 } ?? true)
                    && (query.after.map { UInt64(index) > $0 } ?? true)
            }
            return json([("positions", .array(found.map { .number(UInt64($0)) }))])
        case .state(let keys):
            let values = keys.map { (lowercaseHex($0.bytes), state[$0].map { .base64($0) } as JSONValue?) }
            return json([("values", .object(values))])
        case .card(let key, _):
            return json([
                (
                    "members",
                    .array(
                        cards.filter { $0.key == key }.map {
                            .object([
                                ("key", .text($0.key.hex)), ("organisation", .text($0.organisation.bytes)),
                                ("recipient", .text($0.recipient)), ("certificate", .base64($0.certificate)),
                            ])
                        })
                )
            ])
        case .organisations: return json([("organisations", .array([]))])
        case .revocationList: return .absent
        case .inbox:
            return json([
                ("admitted", .bool(true)), ("permitsHandedOver", .number(UInt64(handedOver))),
                ("permitsLeft", .number(0)),
            ])
        case .directoryEntry(let index, _):
            return directory[index].map { json([("entry", .base64($0))]) } ?? .absent
        case .takePermit(_, let purpose, _):
            if taken[purpose] == nil, !stock.isEmpty { taken[purpose] = stock.removeFirst() }
            return taken[purpose].map { json([("permit", .base64($0))]) } ?? .absent
        case .letters(_, let request, let place):
            let letters = letters.filter { letter in
                guard let request else { return true }
                guard case .members(let fields) = letter else { return false }
                return fields.contains { $0.value == .text(request.hex) }
            }
            let all = letters[min(Int(place ?? 0), letters.count)...]
            let next = all.startIndex + 2
            return json(
                [("letters", .array(Array(all.prefix(2))))]
                    + (next < letters.count ? [("next", .number(UInt64(next)))] : []))
        case .released(let digest, let release, let custodian):
            guard let bytes = state[.release(release)], let released = ReleaseState(bytes: bytes),
                released.custodian == custodian, let blob = blobs[digest]
            else { return .absent }
            return .body(blob)
        case .put(let bytes, _, _, _):
            blobs[Digest(hashing: bytes)] = bytes
            return .body([])
        case .leave: return try leave(call)
        case .submit(let bytes, _, _):
            let (id, position): (StatementID, Int)
            do {
                (id, position) = try order(bytes)
            } catch let refused as Refused {
                return .rejected(refused.code)
            }
            return json([
                ("statement", .text(id.hex)), ("position", .number(UInt64(position))),
                ("time", .number(time)), ("acknowledged", .text("durable")),
                ("checkpoint", .base64(try note)),
            ])
        }
    }

    private mutating func leave(_ call: Call) throws -> CallOutcome {
        letters.append(try JSONValue(canonical: call.form.body))
        return .body([])
    }

    private func json(_ members: [(name: String, value: JSONValue?)]) -> CallOutcome {
        .body(JSONValue.object(members).encoded)
    }

    /// What a reading comes to, as a driver runs it.
    mutating func read<Result>(
        _ view: LedgerView? = nil, _ body: @escaping (inout LedgerView) throws(Pause) -> Result
    ) throws -> Result {
        var reading = Reading(try view ?? self.view(), body)
        while true {
            switch try reading.next() {
            case .done(let result): return result
            case .calls(let calls): for call in calls { reading.take(try answer(call), to: call) }
            }
        }
    }
}
