import API
import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Primitives
import Remote

/// What a deposit has done so far, durable: whoever is cut off goes on with the same record, permit and
/// ciphertext.
///
/// A folder `deposits/NAME` in the member's home, mode 0700, with `journal.json` and the ciphertext. Nothing
/// in it says whose record it is or what it holds. The name is an HMAC by a key of the member's over the
/// patient's blind index and the plaintexts' digests.
struct DepositJournal: Sendable {
    /// `journal.json`.
    struct Contents: Codable, Hashable, Sendable {
        var record: RecordHandle
        var recipientHash: Digest
        var suite: Suite
        var descriptor: SealedBlob
        var ownerEnvelope: SealedBlob
        var custodianEnvelope: SealedBlob
        var files: [SealedBlob]
        /// The Merkle root of the file, where that is a batch.
        var batch: Digest?
        /// Once the ledger has the record.
        var isDone = false

        var blobs: [SealedBlob] { files + [descriptor, ownerEnvelope, custodianEnvelope] }
    }

    static let fileName = "journal.json"
    let folder: Folder
    private(set) var contents: Contents

    /// Reads the journal of a folder; nil where there is none.
    init?(_ folder: Folder) throws {
        guard folder.has(Self.fileName) else { return nil }
        guard let contents = try? JSON.decode(Contents.self, try folder.read(Self.fileName)) else {
            throw ClientFailure.unverified(
                "\(folder.file(Self.fileName)) is malformed: remove its folder to begin anew")
        }
        self.folder = folder
        self.contents = contents
    }

    /// Writes the journal of ciphertext that lies in `draft`, and gives the folder its name.
    init(_ contents: Contents, draft: SpoolPart, name: Folder) throws {
        try draft.folder.write(try JSON.encode(contents), as: Self.fileName)
        try draft.keep(as: name)
        self.folder = name
        self.contents = contents
    }

    /// Marks the deposit as done and lets the ciphertext go: the vault has it.
    mutating func finish() throws {
        contents.isDone = true
        try folder.write(try JSON.encode(contents), as: Self.fileName)
        for blob in contents.blobs { folder.remove(blob.name) }
    }
}

/// The journals of a member's home.
struct DepositJournals: Sendable {
    let folder: Folder
    private let key: SecretBytes

    static let draftPrefix = ".new-"

    init(home: Folder, key signingKey: SigningKey) {
        folder = home.folder("deposits")
        key = HKDFSHA256.derive(
            signingKey.seed, salt: Array("medseal/deposit-journal".utf8), info: [], count: 32)
    }

    /// The first part of a name: of the patient and the files' sizes, which are known before anything is
    /// read.
    func prefix(patient: Digest, byteCounts: [Int]) -> String {
        let sizes = byteCounts.flatMap { count in withUnsafeBytes(of: UInt64(count).bigEndian) { Array($0) } }
        return lowercaseHex(HMACSHA256.tag(of: [1] + patient.bytes + sizes, key: key).prefix(8)) + "-"
    }

    func name(patient: Digest, byteCounts: [Int], plaintexts: [Digest]) -> Folder {
        let tag = HMACSHA256.tag(of: [2] + patient.bytes + plaintexts.flatMap(\.bytes), key: key)
        return folder.folder(prefix(patient: patient, byteCounts: byteCounts) + lowercaseHex(tag.prefix(16)))
    }

    /// Whether there may be a journal of these files: then it is worth reading them twice.
    func mayHold(patient: Digest, byteCounts: [Int]) -> Bool {
        let prefix = prefix(patient: patient, byteCounts: byteCounts)
        return folder.names.contains { $0.hasPrefix(prefix) }
    }

    /// A fresh folder for ciphertext; drafts that a killed process left are removed.
    func draft() throws -> SpoolPart { try Spool(folder, prefix: Self.draftPrefix).part() }
}
