public import Contract
import Identity
public import Manifests
import TransparencyLog

/// One ciphertext file of a record with the proof that a statement on the ledger brought it there: a file to hand on,
/// verified with nothing but the network's genesis, and without the record's other files (docs/reference/format.md,
/// "File proof").
public struct FileProof: Sendable {
    /// The file's address: SHA-256 of its bytes as they are stored.
    public let file: Digest
    /// The deposit, the appending or the re-sealing that brought it, and that it is on the ledger.
    public let statement: StatementProof
    /// The record that the file is of.
    public let record: RecordHandle

    private static let name: [UInt8] = Array("medseal-file-proof".utf8)
    private static let version: UInt64 = 1
    public static let bytesMax = 1 << 20

    /// Verifies a proof file: the file is in the manifest whose root the statement names, and the statement is on the
    /// ledger. Throws `unverified`, with what does not hold.
    ///
    /// Index and size only say how the path goes: the root tells nobody how many files there are, so they are no part
    /// of what is proven.
    public init(verifying proof: [UInt8], genesis: [UInt8]) throws(PartyError) {
        guard proof.count <= Self.bytesMax, case .array(let parts)? = try? CBOR.decode(proof),
            parts.count == 7, parts[0] == .text(Self.name), parts[1] == .unsigned(Self.version),
            case .bytes(let fileBytes) = parts[2], let file = Digest(fileBytes),
            case .unsigned(let index) = parts[3], case .unsigned(let size) = parts[4],
            case .array(let items) = parts[5], case .bytes(let statementProof) = parts[6]
        else { throw .unverified("this is no proof of a record's file") }
        var hashes = [[UInt8]]()
        for case .bytes(let hash) in items { hashes.append(hash) }
        guard hashes.count == items.count else { throw .unverified("the path in the proof is malformed") }
        statement = try StatementProof(verifying: statementProof, genesis: genesis)
        let assertion = statement.statement.assertion
        guard let record = assertion.record, let root = assertion.contents?.root else {
            throw .unverified("the statement in the proof brings no files to a record")
        }
        guard
            InclusionProof(hashes: hashes).verify(
                leafHash: Merkle.leafHash(file.bytes), index: index, size: size, root: root.bytes)
        else { throw .unverified("the file is not among those that the statement is about") }
        self.file = file
        self.record = record
    }

    /// Whether `bytes` begin as such a proof does.
    public static func isOne(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x87] + CBOR.text(name).encoded())
    }

    /// The proof file of `file`, one of `manifest`'s; `statement` is the proof file of the statement that names the
    /// manifest. Nil where the manifest has no such file.
    public static func encoded(_ file: Digest, in manifest: Manifest, statement: [UInt8]) -> [UInt8]? {
        guard let (index, proof) = manifest.inclusion(of: file) else { return nil }
        return CBOR.array([
            .text(name), .unsigned(version), .bytes(file.bytes), .unsigned(UInt64(index)),
            .unsigned(UInt64(manifest.files.count)), .array(proof.hashes.map { .bytes($0) }),
            .bytes(statement),
        ]).encoded()
    }
}
