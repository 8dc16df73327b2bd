public import Age
public import Contract
public import Evidence
import Identity
import Manifests
public import Primitives
public import Sealing
import TransparencyLog

/// The calls that begin a fetch, one after the other: the release onto the ledger, then the envelope, then what
/// describes the files. What they give opens the files, which a driver streams; every byte is held against the hash
/// that the ledger names.
public struct FetchSteps: Sendable {
    /// What a right covers of a record.
    public enum Covered: Sendable {
        /// Parts of it, and which keys the envelope has that open their descriptors and files.
        case parts([RecordPart], RecordKeys.Hashes)
        /// Single files: the digest of the grant's manifest, and the manifest's root.
        case files(manifest: Digest, root: Digest)
    }

    /// What is fetched, and who fetches it.
    public struct Order: Sendable {
        /// What the reader says on the ledger before anything is served.
        public let release: Release
        public let state: RecordState
        public let covered: Covered
        /// The envelope for the reader.
        public let envelope: Digest
        public let binding: Envelope.Binding
        /// The key that signs the release and the calls.
        public let reader: SigningKey
        /// What opens the envelope.
        public let identity: AgeIdentity

        public var record: RecordHandle { release.record }
        public var custodian: OrganisationName { release.custodian }
        /// All that there is of the record is covered.
        public var isWhole: Bool {
            if case .parts(let parts, _) = covered { parts.count == state.parts.count } else { false }
        }

        public init(
            _ release: Release, of state: RecordState, covering covered: Covered, envelope: Digest,
            binding: Envelope.Binding, reader: SigningKey, identity: AgeIdentity
        ) {
            self.release = release
            self.state = state
            self.covered = covered
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
        public let descriptor: Descriptor
        /// The envelope as it was served.
        public let envelope: [UInt8]
        /// Its parts, all open; nil where single files are granted.
        public let opened: OpenedParts?
        /// Where single files are granted: the headers that take the place of theirs, by the files' addresses.
        public let headers: [Digest: PartialEnvelope.File]

        /// Its parts with their descriptors; none where single files are granted.
        public var parts: [OpenedParts.Part] { opened?.parts ?? [] }

        /// All keys of the record. Throws `refused` where the right to it brings less.
        public func wholeKeys() throws(PartyError) -> RecordKeys {
            guard let keys = opened?.keys, keys.additions != nil else {
                throw .refused("this needs all of the record, and the right to it is for less")
            }
            return keys
        }

        /// What opens a file: its part's key, or the reader's own where single files are granted.
        public func key(of file: Descriptor.File) -> AgeIdentity { opened?.key(of: file) ?? order.identity }

        /// The call that gives what the release covers by its digest: a file's ciphertext, an envelope. The answer's
        /// SHA-256 must be `digest`; what its key opens a file to must have the file's `sha256`.
        public func call(for digest: Digest) -> SignedCall {
            SignedCall(call: .released(digest, under: release, at: order.custodian), key: order.reader)
        }
    }

    private enum Stage: Sendable {
        case releasing
        case unwrapping(StatementID)
        case describing(Unwrapped, OpenedParts, next: Digest)
        case listing(Unwrapped, manifest: Digest, root: Digest)
        case done(Fetched)
    }

    private typealias Unwrapped = (release: StatementID, envelope: [UInt8])

    private let order: Order
    private let statement: [UInt8]
    private let network: KnownNetwork
    private let keys: CheckpointKeys
    private var stage = Stage.releasing

    /// Whether a release that was signed before still serves for `order`: made with an hour's validity, it serves for a
    /// quarter of an hour after it was recorded.
    public static func serves(
        _ statement: [UInt8], for order: Order, of network: NetworkID, at now: LedgerTime
    ) -> Bool {
        guard let signed = try? SignedStatement(statement, network: network) else { return false }
        return signed.caller == order.reader.key && signed.statement.assertion == .release(order.release)
            && now + 3_600 < signed.statement.validUntil + Limits.releaseSeconds / 2
    }

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

    /// Whether the release is still to be put onto the ledger.
    public var isUnreleased: Bool { if case .releasing = stage { true } else { false } }

    public var next: Step {
        switch stage {
        case .releasing:
            let isCosigned = !network.genesis.quorum.rules.isEmpty
            return .call(
                SignedCall(
                    call: .submit(statement, keeper: order.custodian, untilCosigned: isCosigned),
                    key: order.reader))
        case .unwrapping(let release): return released(order.envelope, under: release)
        case .describing(let unwrapped, _, let digest): return released(digest, under: unwrapped.release)
        case .listing(let unwrapped, let manifest, _): return released(manifest, under: unwrapped.release)
        case .done(let fetched): return .done(fetched)
        }
    }

    private func released(_ digest: Digest, under release: StatementID) -> Step {
        .call(SignedCall(call: .released(digest, under: release, at: order.custodian), key: order.reader))
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
            stage = .unwrapping(receipt.statement)
        case .unwrapping(let release):
            guard Digest(hashing: body) == order.envelope else { throw Self.otherBytes }
            switch order.covered {
            case .files(let manifest, let root):
                stage = .listing((release, body), manifest: manifest, root: root)
            case .parts(let parts, let hashes):
                let keys = try Envelope.open(
                    body, with: order.identity, expecting: order.binding, of: hashes)
                go(on: try OpenedParts(keys, of: order.record, parts: parts), (release, body))
            }
        case .describing(let unwrapped, var opened, _):
            try opened.take(body)
            go(on: opened, unwrapped)
        case .listing(let unwrapped, let digest, let root):
            guard Digest(hashing: body) == digest else { throw Self.otherBytes }
            stage = .done(try fetched(unwrapped, listed: body, root: root))
        case .done: preconditionFailure("there was no call to answer")
        }
    }

    private mutating func go(on opened: OpenedParts, _ unwrapped: Unwrapped) {
        if let blob = opened.next {
            stage = .describing(unwrapped, opened, next: blob.digest)
        } else {
            stage = .done(
                Fetched(
                    order: order, release: unwrapped.release, descriptor: opened.descriptor,
                    envelope: unwrapped.envelope, opened: opened, headers: [:]))
        }
    }

    /// Single files: their headers out of the envelope.
    private func fetched(
        _ unwrapped: Unwrapped, listed: [UInt8], root: Digest
    ) throws(PartyError) -> Fetched {
        let manifest: Manifest
        do throws(Manifest.Malformed) {
            manifest = try Manifest(decoding: listed)
        } catch { throw .unverified("the grant's manifest is malformed", cause: error) }
        guard manifest.root == root else {
            throw .unverified("the grant's manifest has another root than the ledger names")
        }
        let files = try PartialEnvelope(
            opening: unwrapped.envelope, with: order.identity, expecting: order.binding, files: manifest
        ).files
        var headers = [Digest: PartialEnvelope.File]()
        for file in files { headers[file.description.ciphertext] = file }
        return Fetched(
            order: order, release: unwrapped.release,
            // Of the record itself it says nothing.
            descriptor: Descriptor(patient: "", depositedAt: 0, files: files.map { $0.description }),
            envelope: unwrapped.envelope, opened: nil,
            headers: headers)
    }

    private static let otherBytes = PartyError.unverified(
        "the vault's bytes have not the hash that the ledger names")
}
