/// What a blob of a record is stored as: the role in which statements or manifests name it, without the
/// party that it is for.
public enum BlobKind: UInt8, Sendable, CaseIterable {
    case file
    case manifest
    case grantManifest
    case descriptor
    case ownerEnvelope
    case custodianEnvelope
    case grantEnvelope
    case delegateEnvelope
    case emergencyEnvelope
    case additionEnvelope

    /// As it stands in names and paths.
    public var name: String {
        switch self {
        case .file: "file"
        case .manifest: "manifest"
        case .grantManifest: "grant-manifest"
        case .descriptor: "descriptor"
        case .ownerEnvelope: "owner-envelope"
        case .custodianEnvelope: "custodian-envelope"
        case .grantEnvelope: "grant-envelope"
        case .delegateEnvelope: "delegate-envelope"
        case .emergencyEnvelope: "emergency-envelope"
        case .additionEnvelope: "addition-envelope"
        }
    }
}

/// The name of a blob within its record: the SHA-256 of its bytes, and what it is stored as.
///
/// The same bytes stored as two kinds are two blobs, each served and erased by itself.
public struct BlobName: Hashable, Sendable {
    public let digest: Digest
    public let kind: BlobKind

    public init(_ digest: Digest, _ kind: BlobKind) {
        self.digest = digest
        self.kind = kind
    }

    /// Reads what `text` writes; nil for anything else.
    public init?(_ text: some Collection<UInt8>) {
        guard let digest = decodeLowercaseHex(Array(text.prefix(Self.digestDigits))).flatMap({ Digest($0) })
        else { return nil }
        let rest = Array(text.dropFirst(Self.digestDigits))
        guard let kind = BlobKind.allCases.first(where: { rest == Array(Self.suffix($0).utf8) }) else {
            return nil
        }
        self.init(digest, kind)
    }

    /// The digest as 64 lowercase hexadecimal digits, so that `sha256sum -c` finds the files; then, for
    /// all but files, a dot and the kind: `ab...cd.descriptor`.
    public var text: String { digest.hex + Self.suffix(kind) }

    private static let digestDigits = 64

    private static func suffix(_ kind: BlobKind) -> String { kind == .file ? "" : ".\(kind.name)" }
}

/// In the order of their texts.
extension BlobName: Comparable {
    public static func < (one: BlobName, other: BlobName) -> Bool {
        if one.digest != other.digest { return one.digest < other.digest }
        return Array(suffix(one.kind).utf8).lexicographicallyPrecedes(Array(suffix(other.kind).utf8))
    }
}

/// Where a blob lies: its record, and its name there. Nothing of one record is ever reached through another.
public struct BlobAddress: Hashable, Sendable {
    public let record: RecordHandle
    public let blob: BlobName

    public init(_ record: RecordHandle, _ blob: BlobName) {
        self.record = record
        self.blob = blob
    }

    /// Reads what `text` writes; nil for anything else.
    public init?(_ text: some Collection<UInt8>) {
        let digits = Array(text.prefix(64))
        let rest = Array(text.dropFirst(64))
        guard let record = decodeLowercaseHex(digits).flatMap({ RecordHandle($0) }), rest.first == 0x2f,
            let blob = BlobName(rest.dropFirst())
        else { return nil }
        self.init(record, blob)
    }

    /// The handle as 64 lowercase hexadecimal digits, a slash, and the blob's name.
    public var text: String { "\(record.hex)/\(blob.text)" }
}

/// By record, then by name.
extension BlobAddress: Comparable {
    public static func < (one: BlobAddress, other: BlobAddress) -> Bool {
        one.record != other.record ? one.record < other.record : one.blob < other.blob
    }
}
