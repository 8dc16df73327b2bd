/// Something sealed that a statement names by its SHA-256, and as what.
public struct NamedBlob: Hashable, Sendable {
    public let digest: Digest
    public let role: BlobRole

    init(_ digest: Digest, _ role: BlobRole) {
        self.digest = digest
        self.role = role
    }

    /// Where it lies in its record; nil for a letter, which lies on a desk.
    public var name: BlobName? { role.kind.map { BlobName(digest, $0) } }
}

/// What a blob is in the statement that names it. All but letters lie in vaults, letters on a desk.
public enum BlobRole: Hashable, Sendable {
    /// The list of files that belong to the record; they are named by it.
    case manifest
    /// The list of the single files that a grant is for; nil where the statement itself is the grant.
    case grantManifest(of: StatementID?)
    case descriptor
    /// The record key, sealed to the record's owner.
    case ownerEnvelope
    /// The record key, sealed to the organisation that keeps the record.
    case custodianEnvelope
    /// The record key, sealed to a grantee; nil where the statement itself is the grant.
    case grantEnvelope(of: StatementID?)
    /// The record key, sealed to a delegate.
    case delegateEnvelope(of: PublicKey)
    /// The record key, sealed to the reader in an emergency.
    case emergencyEnvelope
    /// The own key of what is added, sealed to the record's key for that.
    case additionEnvelope
    case letter

    /// What a blob of this role is stored as; nil for a letter.
    public var kind: BlobKind? {
        switch self {
        case .manifest: .manifest
        case .grantManifest: .grantManifest
        case .descriptor: .descriptor
        case .ownerEnvelope: .ownerEnvelope
        case .custodianEnvelope: .custodianEnvelope
        case .grantEnvelope: .grantEnvelope
        case .delegateEnvelope: .delegateEnvelope
        case .emergencyEnvelope: .emergencyEnvelope
        case .additionEnvelope: .additionEnvelope
        case .letter: nil
        }
    }
}

extension [NamedBlob] {
    /// What brings files into a record: their manifest and their descriptor.
    static func contents(_ manifest: Digest, _ descriptor: Digest) -> [NamedBlob] {
        [NamedBlob(manifest, .manifest), NamedBlob(descriptor, .descriptor)]
    }

    /// One, or none where `digest` is nil.
    static func one(_ digest: Digest?, _ role: BlobRole) -> [NamedBlob] {
        digest.map { [NamedBlob($0, role)] } ?? []
    }
}

extension Assertion {
    /// The manifest that it names and the root that it states of it, where it brings files to a record.
    public var contents: (manifest: Digest, root: Digest)? {
        switch self {
        case .deposit(let it): (it.manifest, it.root)
        case .append(let it): (it.manifest, it.root)
        case .reseal(let it): (it.manifest, it.root)
        default: nil
        }
    }
}
