/// The first page of a network: its ledger's key and its organisations, signed by every organisation's root.
///
/// The file is a COSE_Sign message (RFC 9052, section 4.1) over `payload()`; the network's id is the SHA-256
/// of the file.
public struct Genesis: Hashable, Sendable {
    public struct Organisation: Hashable, Sendable {
        public var name: OrganisationName
        public var kind: OrganisationKind
        /// The Ed25519 key that enrols and retires the organisation's members.
        public var root: PublicKey
        /// The Ed25519 key with which its validator cosigns checkpoints and signs its calls.
        public var validator: PublicKey
        /// SHA-256 of the certificate of its authority, DER.
        public var authorityHash: Digest
        /// SHA-256 of the age recipient that custodian's envelopes are sealed to, as text.
        public var recordsRecipientHash: Digest
        /// SHA-256 of the age recipient that letters, permits and the directory are sealed to, as text.
        public var deskRecipientHash: Digest

        public init(
            name: OrganisationName, kind: OrganisationKind, root: PublicKey, validator: PublicKey,
            authorityHash: Digest, recordsRecipientHash: Digest, deskRecipientHash: Digest
        ) {
            self.name = name
            self.kind = kind
            self.root = root
            self.validator = validator
            self.authorityHash = authorityHash
            self.recordsRecipientHash = recordsRecipientHash
            self.deskRecipientHash = deskRecipientHash
        }
    }

    /// The checkpoint origin of its log, a name such as `medseal/4f1c`; also the name of the ledger's note
    /// key.
    public var origin: OriginName
    /// The Ed25519 key that signs checkpoints.
    public var ledgerKey: PublicKey
    public var created: LedgerTime
    public var organisations: [Organisation]
    /// Whose validators must have cosigned a checkpoint before anybody believes it.
    public var quorum: Quorum
    /// The log's times are whole multiples of so many seconds: who came at which minute is nobody's to learn.
    public var timeStep: UInt64

    static let tag: UInt64 = 98
    public static let organisationsMax = 64
    /// A minute: validators allow a clock five minutes, and a statement's validity is counted by it.
    public static let timeStepMax: UInt64 = 60

    public init(
        origin: OriginName, ledgerKey: PublicKey, created: LedgerTime, organisations: [Organisation],
        quorum: Quorum = .none, timeStep: UInt64 = 1
    ) {
        precondition(Self.isTime(created, step: timeStep), "a network begins at a time of its ledger's")
        self.origin = origin
        self.ledgerKey = ledgerKey
        self.created = created
        self.organisations = organisations
        self.quorum = quorum
        self.timeStep = timeStep
    }

    /// The ledger's time when a clock shows `moment`: the multiple of `timeStep` before it.
    public func time(at moment: UInt64) -> LedgerTime { moment - moment % timeStep }

    private static func isTime(_ time: LedgerTime, step: UInt64) -> Bool {
        (1...timeStepMax).contains(step) && time % step == 0
    }

    public func payload() -> [UInt8] {
        CBOR.map([
            .init(0, .unsigned(StatementKind.genesis.rawValue)), .init(3, .text(origin.bytes)),
            .init(4, .bytes(ledgerKey.bytes)), .init(5, .unsigned(created)),
            .init(6, .array(organisations.map { $0.item })), .init(7, quorum.item),
            .init(8, .unsigned(timeStep)),
        ]).encoded()
    }

    /// What each root signs: Sig_structure of COSE_Sign, without external data (no network exists yet).
    public static func signedContent(payload: [UInt8], root: PublicKey) -> [UInt8] {
        CBOR.array([
            .text(Array("Signature".utf8)), .bytes([]), .bytes(CoseSign1.protected(root)), .bytes([]),
            .bytes(payload),
        ]).encoded()
    }

    /// The genesis file. `signatures` are in the order of `organisations`.
    public func encoded(signatures: [[UInt8]]) -> [UInt8] {
        precondition(signatures.count == organisations.count, "one signature for each organisation")
        let signers = zip(organisations, signatures).map { organisation, signature in
            CBOR.array([.bytes(CoseSign1.protected(organisation.root)), .map([]), .bytes(signature)])
        }
        return CBOR.tagged(Self.tag, .array([.bytes([]), .map([]), .bytes(payload()), .array(signers)]))
            .encoded()
    }

    /// Throws when `bytes` are not the one encoding of a genesis that every one of its organisations has
    /// signed.
    public static func decode(
        _ bytes: [UInt8], isValid: (SignatureClaim) -> Bool
    ) throws(CBOR.Malformed) -> Genesis {
        guard case .tagged(tag, .array(let parts)) = try CBOR.decode(bytes), parts.count == 4,
            parts[0] == .bytes([]),
            parts[1] == .map([]), case .bytes(let payload) = parts[2], case .array(let signers) = parts[3]
        else { throw CBOR.Malformed("not a COSE_Sign message") }
        let genesis = try decodePayload(payload)
        guard signers.count == genesis.organisations.count else {
            throw CBOR.Malformed("not signed by each of its organisations")
        }
        for (organisation, signer) in zip(genesis.organisations, signers) {
            guard case .array(let fields) = signer, fields.count == 3,
                fields[0] == .bytes(CoseSign1.protected(organisation.root)), fields[1] == .map([]),
                case .bytes(let signature) = fields[2], signature.count == 64
            else { throw CBOR.Malformed("not signed by the root of \(organisation.name)") }
            let message = signedContent(payload: payload, root: organisation.root)
            guard isValid(SignatureClaim(key: organisation.root, message: message, signature: signature))
            else {
                throw CBOR.Malformed("the signature of \(organisation.name) does not hold")
            }
        }
        return genesis
    }

    private static func decodePayload(_ bytes: [UInt8]) throws(CBOR.Malformed) -> Genesis {
        var fields = try FieldReader(try CBOR.decode(bytes))
        guard try fields.value(0) == StatementKind.genesis.rawValue else {
            throw CBOR.Malformed("not a genesis")
        }
        guard case .text(let text) = try fields.item(3), let origin = OriginName(text) else {
            throw CBOR.Malformed("the origin is not a name")
        }
        let ledgerKey: PublicKey = try fields.value(4)
        let created: LedgerTime = try fields.value(5)
        guard case .array(let items) = try fields.item(6), (1...organisationsMax).contains(items.count)
        else {
            throw CBOR.Malformed("a genesis names 1 to \(organisationsMax) organisations")
        }
        let quorum = try Quorum(try fields.item(7))
        let timeStep: UInt64 = try fields.value(8)
        try fields.finish()
        guard isTime(created, step: timeStep) else {
            throw CBOR.Malformed("times go in steps of 1 to \(timeStepMax) seconds, from the first")
        }
        var organisations = [Organisation]()
        for item in items { organisations.append(try Organisation(item)) }
        guard Set(organisations.map { $0.name }).count == organisations.count,
            Set(organisations.flatMap { [$0.root, $0.validator] } + [ledgerKey]).count
                == 2 * organisations.count + 1
        else { throw CBOR.Malformed("two organisations share a name, or two roles share a key") }
        guard quorum.isMet(by: organisations.map { $0.kind }) else {
            throw CBOR.Malformed("the quorum asks for more organisations than there are")
        }
        return Genesis(
            origin: origin, ledgerKey: ledgerKey, created: created, organisations: organisations,
            quorum: quorum, timeStep: timeStep)
    }

    /// The state in which the network begins.
    public var writes: [Write] {
        let network = NetworkState(
            activeOrganisations: UInt64(organisations.count),
            quorum: quorum.rules.map { rule in
                QuorumStanding(
                    count: rule.count, kinds: rule.kinds,
                    validators: UInt64(organisations.count { rule.kinds.contains($0.kind) }))
            })
        let ledger = NetworkKeyState(part: .ledger)
        return [
            Write(key: .network, value: network.encoded()),
            Write(key: .networkKey(ledgerKey), value: ledger.encoded()),
        ] + organisations.flatMap { $0.writes(cosigns: true) }
    }
}

extension Genesis.Organisation: FieldValue {
    /// As it stands when it joins, and the part that its keys have from then on.
    func writes(cosigns: Bool) -> [Write] {
        let organisation = OrganisationState(kind: kind, root: root, suspended: false, cosigns: cosigns)
        return [
            Write(key: .organisation(name), value: organisation.encoded()),
            Write(key: .networkKey(root), value: NetworkKeyState(part: .root).encoded()),
            Write(key: .networkKey(validator), value: NetworkKeyState(part: .validator).encoded()),
        ]
    }

    var item: CBOR {
        .array([
            .name(name), .unsigned(kind.rawValue), .bytes32(root), .bytes32(validator),
            .bytes32(authorityHash), .bytes32(recordsRecipientHash), .bytes32(deskRecipientHash),
        ])
    }

    init(_ item: CBOR) throws(CBOR.Malformed) {
        guard case .array(let parts) = item, parts.count == 7, case .text(let nameBytes) = parts[0],
            let name = OrganisationName(nameBytes), case .unsigned(let kindNumber) = parts[1],
            let kind = OrganisationKind(rawValue: kindNumber), let root: PublicKey = parts[2].bytes32(),
            let validator: PublicKey = parts[3].bytes32(),
            let authorityHash: Digest = parts[4].bytes32(), let recordsHash: Digest = parts[5].bytes32(),
            let deskHash: Digest = parts[6].bytes32()
        else { throw CBOR.Malformed("an organisation of the genesis is malformed") }
        self.init(
            name: name, kind: kind, root: root, validator: validator, authorityHash: authorityHash,
            recordsRecipientHash: recordsHash, deskRecipientHash: deskHash)
    }

    static func read(_ item: CBOR, field: UInt64) throws(CBOR.Malformed) -> Genesis.Organisation {
        try Genesis.Organisation(item)
    }

    var text: FieldText {
        .text(
            "\(name), \(kind.name), root \(root), validator \(validator), authority \(authorityHash), "
                + "records \(recordsRecipientHash), desk \(deskRecipientHash)")
    }
}

/// A log's origin: `a-z`, `0-9`, `-`, `.` and `/`, 1 to 80 of them; what a checkpoint's first line may hold
/// without doubt.
public struct OriginName: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    public init?(_ bytes: [UInt8]) {
        let allowed = bytes.allSatisfy { (0x61...0x7a).contains($0) || (0x2d...0x39).contains($0) }
        guard (1...80).contains(bytes.count), allowed else { return nil }
        self.bytes = bytes
    }

    public init?(_ text: String) { self.init(Array(text.utf8)) }

    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
