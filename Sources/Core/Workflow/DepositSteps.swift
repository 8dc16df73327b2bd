public import Age
public import Contract
public import Evidence
import Identity
import Manifests
public import Primitives
public import Sealing
import TransparencyLog

/// The steps of a deposit in their order: the patient's permit is asked for, then the contract what it would say, then
/// the files are sealed, kept, uploaded, and the statement is ordered and its receipt checked.
///
/// A driver makes the calls, seals, keeps and uploads. What is refused is refused before anything is sealed. Whatever
/// cuts a deposit off, it goes on with what was kept and leaves exactly one record.
public struct DepositSteps: Sendable {
    /// What is deposited, by which member, by what right.
    public struct Order: Sendable {
        public enum Right: Sendable {
            /// A permit of this patient, which the desk takes from the stock for the record.
            case permit(of: AdmittedPatient, desk: DeskKeys)
            /// None, openly marked so; `patient` is whatever the custodian knows the patient by.
            case custodial(CustodialReason, patient: String)
        }

        public let record: RecordHandle
        public let right: Right
        public let custodian: NetworkOrganisation
        /// The key that signs the deposit and the calls.
        public let depositor: SigningKey

        public init(
            _ record: RecordHandle, by right: Right, at custodian: NetworkOrganisation,
            depositor: SigningKey
        ) {
            self.record = record
            self.right = right
            self.custodian = custodian
            self.depositor = depositor
        }

        fileprivate var custodial: CustodialReason? {
            if case .custodial(let reason, _) = right { reason } else { nil }
        }
    }

    public enum Step: Sendable {
        /// Make this call and `take` what comes of it.
        case call(SignedCall)
        /// Seal the files to this recipient, then `take` what was sealed.
        case seal(to: AgeRecipient)
        /// Keep this at rest, durable, with the blobs and the files' ciphertext; then say `kept`.
        case keep(SealedDeposit, blobs: [(kind: BlobKind, bytes: [UInt8])])
        /// Put all that it names into the custodian's vault; then say `uploaded`.
        case upload(SealedDeposit)
        case done(Deposited)
    }

    public struct Deposited: Sendable {
        public let deposit: SealedDeposit
        /// Nil where the ledger had the record before.
        public let receipt: Receipt?
    }

    private enum Stage: Sendable {
        case permitting(AdmittedPatient, DeskKeys)
        case asking(permit: [UInt8]?, VerifiedStatement)
        case sealing(permit: [UInt8]?, RecordKeys)
        case keeping(permit: [UInt8]?, SealedDeposit, blobs: [(kind: BlobKind, bytes: [UInt8])])
        case uploading(permit: [UInt8]?, SealedDeposit)
        case ordering(SealedDeposit, statement: [UInt8])
        case done(Deposited)
    }

    private let order: Order
    private let kind: AgeKeyKind
    private let network: KnownNetwork
    private let keys: CheckpointKeys
    private let begun: LedgerTime
    /// What an earlier try has sealed.
    private let earlier: SealedDeposit?
    /// The ledger had the record at the end of that.
    private let wasDone: Bool
    private var stage: Stage

    /// Whether the contract has refused the permit. It goes with the handle: what was kept is of no use any more, and
    /// another try is another record.
    public private(set) var isPermitRefused = false

    /// A deposit that begins `now`; its record key is of this kind. Throws `unverified` when a key in the genesis is
    /// none.
    public init(
        _ order: Order, kind: AgeKeyKind, of network: KnownNetwork, now: LedgerTime
    ) throws(PartyError) {
        try self.init(order, kind: kind, earlier: nil, wasDone: false, of: network, now: now)
    }

    /// A deposit that goes on with what was kept. `wasDone`: it was through. Throws like the other.
    public init(
        _ order: Order, resuming deposit: SealedDeposit, wasDone: Bool, of network: KnownNetwork,
        now: LedgerTime
    ) throws(PartyError) {
        let kind: AgeKeyKind = deposit.suite == .hybrid ? .hybrid : .x25519
        try self.init(order, kind: kind, earlier: deposit, wasDone: wasDone, of: network, now: now)
    }

    private init(
        _ order: Order, kind: AgeKeyKind, earlier: SealedDeposit?, wasDone: Bool, of network: KnownNetwork,
        now: LedgerTime
    ) throws(PartyError) {
        self.order = order
        self.kind = kind
        self.network = network
        self.earlier = earlier
        self.wasDone = wasDone
        begun = now
        do throws(NoteError) {
            keys = try CheckpointKeys(network.genesis)
        } catch { throw .unverified("a key in the genesis is no key", cause: error) }
        switch order.right {
        case .permit(let patient, let desk): stage = .permitting(patient, desk)
        case .custodial:
            stage = .asking(permit: nil, try Self.foreseen(order, earlier, kind, nil, network.id, at: now))
        }
    }

    public var next: Step {
        switch stage {
        case .permitting(let patient, _):
            call(.takePermit(of: patient.inbox, for: Self.purpose(order.record), at: order.custodian.name))
        case .asking(_, let statement): call(.state(statement.readKeys))
        case .sealing(_, let keys): .seal(to: keys.record.recipient)
        case .keeping(_, let deposit, let blobs): .keep(deposit, blobs: blobs)
        case .uploading(_, let deposit): .upload(deposit)
        case .ordering(_, let statement):
            call(
                .submit(
                    statement, keeper: order.custodian.name,
                    untilCosigned: !network.genesis.quorum.rules.isEmpty))
        case .done(let deposited): .done(deposited)
        }
    }

    private func call(_ call: Call) -> Step { .call(SignedCall(call: call, key: order.depositor)) }

    private static func purpose(_ record: RecordHandle) -> Digest {
        guard let purpose = Digest(record.bytes) else { preconditionFailure("a handle has 32 bytes") }
        return purpose
    }

    // MARK: What came of a step

    /// Takes the answer to the call that came next. Throws `rejected` with the contract's reason, `unverified` for what
    /// does not hold, and `unavailable` where the server is away.
    public mutating func take(_ answer: CallOutcome) throws(PartyError) {
        let body: [UInt8]?
        do throws(PartyError) {
            body = try answer.optionalBody()
        } catch { throw noted(error) }
        switch stage {
        case .permitting(let patient, let desk):
            var permit: [UInt8]?
            if let body { permit = try desk.permit(inAnswer: body, of: patient.inbox) }
            stage = .asking(
                permit: permit, try Self.foreseen(order, earlier, kind, permit, network.id, at: begun))
        case .asking(let permit, let statement):
            guard let body else { throw .refused("the server does not tell the ledger's state") }
            try foresee(statement, permit, body)
        case .ordering(let deposit, let statement):
            guard let body else { throw .refused("the server has no place for this") }
            let receipt = try Receipt(verifying: body, of: statement, network: network.id, keys: keys)
            stage = .done(Deposited(deposit: deposit, receipt: receipt))
        case .sealing, .keeping, .uploading, .done: preconditionFailure("there was no call to answer")
        }
    }

    /// Takes what the descriptor says of the sealed files; `batch` is the Merkle root of the one file, where that is a
    /// batch. Descriptor and envelopes are sealed here, and the record key is forgotten.
    public mutating func take(
        _ files: [Descriptor.File], batch: Digest?, at time: LedgerTime
    ) throws(PartyError) {
        guard case .sealing(let permit, let keys) = stage else {
            preconditionFailure("there was nothing to seal")
        }
        guard let additions = keys.additions else { preconditionFailure("a new record has all its keys") }
        let patient: String
        var ownerEnvelope: [UInt8]?
        switch order.right {
        case .permit(let admitted, _):
            patient = admitted.number
            ownerEnvelope = try Envelope.wrap(keys, record: order.record, for: admitted)
        case .custodial(_, let name): patient = name
        }
        let custodianEnvelope = try Envelope.wrap(keys, record: order.record, for: order.custodian)
        let described = Descriptor(patient: patient, depositedAt: time, files: files)
        guard let manifest = described.manifest else {
            throw .badInput("a record has one file at least, and each has a ciphertext of its own")
        }
        let descriptor = try described.sealed(to: keys.record.recipient)
        let list = manifest.encoded()
        let deposit = SealedDeposit(
            record: order.record, recipientHash: keys.record.recipient.hash,
            additionsHash: additions.recipient.hash, suite: kind.suite,
            descriptor: Digest(hashing: descriptor),
            ownerEnvelope: ownerEnvelope.map { Digest(hashing: $0) },
            custodianEnvelope: Digest(hashing: custodianEnvelope),
            manifest: Digest(hashing: list), root: manifest.root, custodial: order.custodial, batch: batch)
        stage = .keeping(
            permit: permit, deposit,
            blobs: [(.manifest, list), (.descriptor, descriptor), (.custodianEnvelope, custodianEnvelope)]
                + (ownerEnvelope.map { [(.ownerEnvelope, $0)] } ?? []))
    }

    /// It is kept at rest.
    public mutating func kept() {
        guard case .keeping(let permit, let deposit, _) = stage else {
            preconditionFailure("there was nothing to keep")
        }
        stage = .uploading(permit: permit, deposit)
    }

    /// The vault has all of it. `statement` makes one of this moment, with a nonce of its own.
    public mutating func uploaded(_ statement: (Assertion) -> Statement) {
        guard case .uploading(let permit, let deposit) = stage else {
            preconditionFailure("there was nothing to upload")
        }
        let made = statement(deposit.assertion(of: order.custodian.name, permit: permit))
        stage = .ordering(deposit, statement: made.signed(by: order.depositor, network: network.id))
    }

    // MARK: What the contract would say

    /// The deposit as far as it is known before anything is sealed. It is decided on here and never sent.
    private static func foreseen(
        _ order: Order, _ earlier: SealedDeposit?, _ kind: AgeKeyKind, _ permit: [UInt8]?,
        _ network: NetworkID, at time: LedgerTime
    ) throws(PartyError) -> VerifiedStatement {
        let unknown = Digest(hashing: [])
        let deposit =
            earlier
            ?? SealedDeposit(
                record: order.record, recipientHash: unknown, additionsHash: Digest(hashing: [0]),
                suite: kind.suite, descriptor: unknown,
                ownerEnvelope: order.custodial == nil ? unknown : nil, custodianEnvelope: unknown,
                manifest: unknown, root: unknown, custodial: order.custodial)
        let bytes = Statement(
            deposit.assertion(of: order.custodian.name, permit: permit), validUntil: time + 60,
            nonce: [UInt8](repeating: 0, count: Statement.nonceBytes)
        ).signed(by: order.depositor, network: network)
        guard let signed = try? SignedStatement(bytes, network: network), let statement = signed.verified()
        else { throw .unverified("what was kept of the deposit makes no statement") }
        return statement
    }

    /// Decides by the state that the server tells: what it hides, the ledger will still refuse.
    private mutating func foresee(
        _ statement: VerifiedStatement, _ permit: [UInt8]?, _ body: [UInt8]
    ) throws(PartyError) {
        let state = try StateKey.values(of: statement.readKeys, in: body)
        if let earlier, let bytes = state[.record(order.record)], let record = RecordState(bytes: bytes) {
            guard earlier.isRecord(record) else {
                throw .unverified("the ledger has another record under this handle")
            }
            stage = .done(Deposited(deposit: earlier, receipt: nil))
            return
        }
        guard !wasDone else {
            throw .unverified("the ledger had record \(order.record) and has it no more")
        }
        if case .rejected(let code) = decide(
            statement, at: begun, reads: Reads(of: statement) { state[$0] })
        {
            throw noted(.rejected(code))
        }
        if let earlier {
            stage = .uploading(permit: permit, earlier)
        } else {
            stage = .sealing(permit: permit, RecordKeys.generate(kind))
        }
    }

    private mutating func noted(_ failure: PartyError) -> PartyError {
        switch failure.rejection {
        case .permitMissing, .permitForOtherOrganisation, .permitExpired, .permitUsed: isPermitRefused = true
        default: break
        }
        return failure
    }
}
