import API
import Contract
import Files
import Foundation
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
    struct Blob: Codable, Hashable, Sendable {
        var name: String
        var digest: Digest
        var byteCount: Int
    }

    /// `journal.json`.
    struct Contents: Codable, Hashable, Sendable {
        var record: RecordHandle
        var recipientHash: Digest
        var suite: Suite
        var descriptor: Blob
        var ownerEnvelope: Blob
        var custodianEnvelope: Blob
        var files: [Blob]
        /// The Merkle root of the file, where that is a batch.
        var batch: Digest?
        /// Once the ledger has the record.
        var isDone = false

        var blobs: [Blob] { files + [descriptor, ownerEnvelope, custodianEnvelope] }
    }

    static let fileName = "journal.json"
    let folder: Folder
    private(set) var contents: Contents

    /// Reads the journal of a folder; nil where there is none.
    init?(_ folder: Folder) throws(ClientFailure) {
        guard folder.has(Self.fileName) else { return nil }
        guard let contents = try? JSON.decode(Contents.self, try folder.read(Self.fileName)) else {
            throw .unverified("\(folder.file(Self.fileName)) is malformed: remove its folder to begin anew")
        }
        self.folder = folder
        self.contents = contents
    }

    /// Writes the journal of ciphertext that lies in `draft`, and gives the folder its name.
    init(_ contents: Contents, draft: Folder, name: Folder) throws {
        try draft.write(try JSON.encode(contents), as: Self.fileName)
        try draft.rename(to: name)
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

    init(home: Folder, key signingKey: SigningKey) throws(ClientFailure) {
        let folder = home.folder("deposits")
        try ClientFailure.files { try folder.make() }
        self.folder = folder
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
    func draft() throws -> (folder: Folder, lock: FolderLock) {
        for name in folder.names where name.hasPrefix(Self.draftPrefix) {
            guard let lock = try? FolderLock(folder.folder(name)) else { continue }
            withExtendedLifetime(lock) { folder.remove(name) }
        }
        let draft = folder.folder(Self.draftPrefix + lowercaseHex(Random.bytes(8)))
        try draft.make()
        return (draft, try FolderLock(draft))
    }
}
