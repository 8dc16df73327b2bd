import Contract
import Evidence
import Files
import Homes
import Identity
import Primitives
import Workflow

/// What a deposit has done so far, durable: a deposit that is cut off goes on with the same record, permit
/// and ciphertext.
///
/// A folder `deposits/NAME` in the member's home, mode 0700, with `journal.json` and the ciphertext. Nothing
/// in it says whose record it is or what it holds. The name is an HMAC by a key of the member's over the
/// patient's blind index and the plaintexts' digests.
struct DepositJournal: Sendable {
    static let fileName = "journal.json"
    /// Of 50,000 files.
    private static let bytesMax = 16 << 20

    let folder: Folder
    let deposit: SealedDeposit
    /// The ciphertext in the folder, and what is sealed again.
    let blobs: [SealedBlob]
    /// Whether the ledger has the record.
    private(set) var isDone: Bool

    /// Reads the journal of a folder; nil where there is none.
    init?(_ folder: Folder) throws {
        guard folder.has(Self.fileName) else { return nil }
        do {
            var fields = try JSONFields(
                JSONValue(canonical: try folder.read(Self.fileName, bytesMax: Self.bytesMax)))
            deposit = try SealedDeposit(try fields.value("deposit"))
            blobs = try fields.array("blobs").map { try SealedBlob($0) }
            isDone = try fields.value("isDone") == .bool(true)
            try fields.end()
        } catch is JSONValue.Malformed {
            throw PartyError.unverified(
                "\(folder.file(Self.fileName)) is malformed: remove its folder to begin anew")
        }
        self.folder = folder
    }

    /// Writes the journal of ciphertext that lies in `draft`, and gives the folder its name.
    init(_ deposit: SealedDeposit, _ blobs: [SealedBlob], draft: SpoolPart, name: Folder) throws {
        folder = name
        self.deposit = deposit
        self.blobs = blobs
        isDone = false
        try write(in: draft.folder)
        try draft.keep(as: name)
    }

    /// Marks the deposit as done and lets the ciphertext go, and what it could be made of again: the vault has it.
    mutating func finish() throws {
        guard !isDone else { return }
        isDone = true
        try write(in: folder)
        for name in Set(blobs.map(\.name)) { folder.remove(name) }
    }

    private func write(in folder: Folder) throws {
        let json = JSONValue.object([
            ("deposit", deposit.json), ("blobs", .array(blobs.map(\.json))), ("isDone", .bool(isDone)),
        ])
        try folder.write(json.encoded, as: Self.fileName)
    }
}

/// The journals of a member's home.
struct DepositJournals: Sendable {
    let folder: Folder
    private let key: SecretBytes

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
    func draft() throws -> SpoolPart { try Spool(folder).part() }

    /// Has the next `reserve` for the patient give this handle: its permit may have been taken.
    func takeUpAgain(_ record: RecordHandle, for patient: Digest) throws {
        try reservation(of: record, for: patient).make()
    }

    private var reserved: Folder { folder.folder("reserved") }

    private func prefix(ofReservationsFor patient: Digest) -> String {
        lowercaseHex(HMACSHA256.tag(of: [3] + patient.bytes, key: key).prefix(8)) + "-"
    }

    private func reservation(of record: RecordHandle, for patient: Digest) -> Folder {
        reserved.folder(prefix(ofReservationsFor: patient) + record.hex)
    }

    /// A handle for a record of the patient: one that an earlier deposit was cut off with before it had a journal, or a
    /// `fresh` one.
    func reserve(for patient: Digest, _ fresh: () -> RecordHandle) throws -> ReservedHandle {
        try reserved.make()
        let prefix = prefix(ofReservationsFor: patient)
        for name in reserved.names where name.hasPrefix(prefix) {
            guard let record = RecordHandle(hex: String(name.dropFirst(prefix.count))) else { continue }
            if let handle = try ReservedHandle(record, reserved.folder(name)) { return handle }
        }
        while true {
            let record = fresh()
            let reservation = reservation(of: record, for: patient)
            // Before it is locked, another process may take it up for a deposit of the same patient's, and end it.
            do throws(FileError) {
                try reservation.make()
            } catch {
                guard error.code == .absent, reserved.exists else { throw error }
                continue
            }
            if let handle = try ReservedHandle(record, reservation) { return handle }
        }
    }
}

/// A handle for which the patient's permit may have been taken, until its deposit has a journal: one that is cut off
/// meanwhile takes up the same handle, so that no permit is lost.
///
/// An empty folder whose name is a tag of the patient, by the member's key, and the handle. It is this process's alone.
struct ReservedHandle: Sendable {
    let record: RecordHandle
    private let folder: Folder
    private let lock: FolderLock

    /// Nil while another process deposits under the handle, and where one has.
    fileprivate init?(_ record: RecordHandle, _ folder: Folder) throws(FileError) {
        self.record = record
        self.folder = folder
        do throws(FileError) {
            lock = try FolderLock(folder)
        } catch {
            guard [.locked, .absent].contains(error.code) else { throw error }
            return nil
        }
        // It may have ended before it was locked.
        guard folder.exists else { return nil }
    }

    /// The handle will not be taken up again.
    func end() { folder.parent.remove(folder.name) }
}
