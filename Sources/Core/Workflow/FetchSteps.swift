public import Age
public import Contract
public import Evidence
import Identity
public import Primitives
public import Sealing
import TransparencyLog

/// The calls that begin a fetch, one after the other: the release onto the ledger, then the envelope, then the
/// descriptor. What they give opens the files, which a driver streams; every byte is held against the hash that the
/// ledger names.
public struct FetchSteps: Sendable {
    /// What is fetched, and who fetches it.
    public struct Order: Sendable {
        public let record: RecordHandle
        public let state: RecordState
        /// The parts of the record that the right to it covers.
        public let parts: [RecordPart]
        public let custodian: OrganisationName
        /// The envelope for the reader.
        public let envelope: Digest
        public let binding: Envelope.Binding
        /// The key that signs the release and the calls.
        public let reader: SigningKey
        /// What opens the envelope.
        public let identity: AgeIdentity

        public init(
            _ record: RecordHandle, _ state: RecordState, parts: [RecordPart], at custodian: OrganisationName,
            envelope: Digest, binding: Envelope.Binding, reader: SigningKey, identity: AgeIdentity
        ) {
            self.record = record
            self.state = state
            self.parts = parts
            self.custodian = custodian
            self.envelope = envelope
            self.binding = binding
            self.reader = reader
            self.identity = identity
        }
    }

    public enum Step: Sendable {
        case call(SignedCall)
        case done(Fetched)
    }

    /// A record that was released and opened.
    public struct Fetched: Sendable {
        public let order: Order
        public let release: StatementID
        public let key: AgeIdentity
        public let descriptor: Descriptor
        /// Envelope and descriptors as they were served; a descriptor for each part.
        public let envelope: [UInt8]
        public let sealedDescriptors: [[UInt8]]

        /// The call that gives a file's ciphertext. Its SHA-256 must be `file.ciphertext`, and what `key` opens it to
        /// must have `file.sha256`.
        public func call(for file: Descriptor.File) -> SignedCall {
            SignedCall(
                call: .released(file.ciphertext, under: release, at: order.custodian), key: order.reader)
        }
    }

    private enum Stage: Sendable {
        case releasing
        case unwrapping(release: StatementID)
        case describing(release: StatementID, envelope: [UInt8], key: AgeIdentity, [Described])
        case done(Fetched)
    }

    private typealias Described = (descriptor: Descriptor, sealed: [UInt8])

    private let order: Order
    private let statement: [UInt8]
    private let network: KnownNetwork
    private let keys: CheckpointKeys
    private var stage = Stage.releasing

    /// `statement` is the signed release: the same again after a fetch that was cut off, so that it does not use up
    /// another of the patient's releases. Throws `unverified` when a key in the genesis is none.
    public init(
        _ order: Order, release statement: [UInt8], of network: KnownNetwork
    ) throws(PartyError) {
        self.order = order
        self.statement = statement
        self.network = network
        do throws(NoteError) {
            keys = try CheckpointKeys(network.genesis)
        } catch { throw .unverified("a key in the genesis is no key", cause: error) }
    }

    public var next: Step {
        let call: Call
        switch stage {
        case .releasing:
            call = .submit(
                statement, keeper: order.custodian,
                untilCosigned: !network.genesis.quorum.rules.isEmpty)
        case .unwrapping(let release): call = .released(order.envelope, under: release, at: order.custodian)
        case .describing(let release, _, _, let described):
            call = .released(
                order.parts[described.count].descriptor, under: release, at: order.custodian)
        case .done(let fetched): return .done(fetched)
        }
        return .call(SignedCall(call: call, key: order.reader))
    }

    /// Takes the answer to the call that came next. Throws `rejected` with the contract's reason, `unverified` for what
    /// does not hold, and `unavailable` where the server is away.
    public mutating func take(_ answer: CallOutcome) throws(PartyError) {
        guard let body = try answer.optionalBody() else {
            throw .refused("the vault has nothing of this kind for you")
        }
        switch stage {
        case .releasing:
            let receipt = try Receipt(verifying: body, of: statement, network: network.id, keys: keys)
            stage = .unwrapping(release: receipt.statement)
        case .unwrapping(let release):
            guard Digest(hashing: body) == order.envelope else { throw Self.otherBytes }
            let key = try Envelope.open(
                body, with: order.identity, expecting: order.binding,
                recipientHash: order.state.recipientHash)
            stage = .describing(release: release, envelope: body, key: key, [])
        case .describing(let release, let envelope, let key, var described):
            let part = order.parts[described.count]
            described.append((try Descriptor(opening: body, of: part, with: key), body))
            guard described.count == order.parts.count else {
                stage = .describing(release: release, envelope: envelope, key: key, described)
                return
            }
            stage = .done(
                Fetched(
                    order: order, release: release, key: key,
                    descriptor: Descriptor(of: described.map { $0.descriptor }), envelope: envelope,
                    sealedDescriptors: described.map { $0.sealed }))
        case .done: preconditionFailure("there was no call to answer")
        }
    }

    private static let otherBytes = PartyError.unverified(
        "the vault's bytes have not the hash that the ledger names")
}
