public import Contract
import Ledger
import Manifests
import Vault

// The files of a record: statements name manifests, and manifests name the files. What a manifest names is kept,
// served and erased with it.

extension RecordKeeping {
    /// A manifest that a statement names is not one, has another root than the statement says, or is of files that the
    /// record has not.
    public struct UnfitManifestError: Error, Hashable, Sendable {
        public let manifest: BlobName
        public let reason: String
    }

    /// What lies in a vault of what a statement speaks of: what it names itself, and where it says that an organisation
    /// has received a record, all that there is of that.
    func names(in assertion: Assertion) throws -> [BlobName] {
        let own = assertion.blobs.compactMap(\.name)
        guard case .acknowledge(let it) = assertion,
            let record = try state(.record(it.record), as: RecordState.self)
        else { return own }
        return own + record.parts.flatMap(\.names)
    }

    /// Those of the files that a statement speaks of which are not at `custodian`. To be asked once its manifests are.
    ///
    /// Throws `UnfitManifestError`.
    func absentFiles(
        of assertion: Assertion, in record: RecordHandle, at custodian: Custodian
    ) async throws -> [BlobName] {
        var stated = [(manifest: BlobName, root: Digest)]()
        var parts = [RecordPart]()
        switch assertion {
        case .acknowledge(let it):
            parts = try state(.record(it.record), as: RecordState.self)?.parts ?? []
            stated = parts.map { (BlobName($0.manifest, .manifest), $0.root) }
        case .grant(let it):
            guard let manifest = it.manifest, let root = it.root else { return [] }
            stated = [(BlobName(manifest, .grantManifest), root)]
            parts = try state(.record(it.record), as: RecordState.self)?.parts ?? []
        default:
            guard let (manifest, root) = assertion.contents else { return [] }
            stated = [(BlobName(manifest, .manifest), root)]
        }
        let files = StoredFiles(vault: custodian.vault, record: record)
        var named = Set<Digest>()
        for (manifest, root) in stated {
            let found = try await files.named(by: manifest)
            guard found.root == root else {
                throw UnfitManifestError(manifest: manifest, reason: "its root is not the one that is stated")
            }
            named.formUnion(found.files)
        }
        if case .grant = assertion, let manifest = stated.first?.manifest {
            for file in named
            where try await !files.has(file, in: parts.map { BlobName($0.manifest, .manifest) }) {
                throw UnfitManifestError(manifest: manifest, reason: "it has a file that the record has not")
            }
        }
        return try await custodian.vault.absent(of: named.map { BlobName($0, .file) }, in: record)
    }
}

/// What the manifests of a record say that lie in a vault.
struct StoredFiles {
    let vault: any Vault
    let record: RecordHandle

    /// The files of a manifest, and its root. Throws `UnfitManifestError` where it is none, and `VaultError`.
    func named(by manifest: BlobName) async throws -> (files: [Digest], root: Digest) {
        let stored = try await vault.open(manifest, in: record)
        guard stored.byteCount <= Manifest.bytesMax else {
            throw RecordKeeping.UnfitManifestError(manifest: manifest, reason: "it is too long")
        }
        var reader = ManifestReader()
        var files = [Digest]()
        do {
            try await stored.read(0..<stored.byteCount) { files += try reader.take($0) }
            return (files, try reader.finish())
        } catch let malformed as Manifest.Malformed {
            throw RecordKeeping.UnfitManifestError(manifest: manifest, reason: malformed.description)
        }
    }

    /// Whether one of `manifests`, which were read before, has the file. Reads a few lines of each.
    func has(_ file: Digest, in manifests: [BlobName]) async throws -> Bool {
        for manifest in manifests {
            let stored = try await vault.open(manifest, in: record)
            guard var search = ManifestSearch(for: file, inManifestOf: stored.byteCount) else {
                throw VaultError.damaged
            }
            while case .read(let range) = search.next { try search.take(try await stored.bytes(range)) }
            if search.next == .found(true) { return true }
        }
        return false
    }
}

extension RecordPart {
    /// What it names in a vault.
    var names: [BlobName] {
        [BlobName(manifest, .manifest), BlobName(descriptor, .descriptor)]
            + (key.map { [BlobName($0.envelope, .additionEnvelope)] } ?? [])
    }
}
