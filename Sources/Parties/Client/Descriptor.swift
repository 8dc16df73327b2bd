import API
import Age
public import Contract
import Foundation
import Identity
import Remote

/// What a record holds, for those who may open it: sealed to the record's key, like the files.
public struct Descriptor: Codable, Hashable, Sendable {
    public struct File: Codable, Hashable, Sendable {
        /// As the depositor named it. Show it through `SafeText`.
        public var name: String
        public var mediaType: String
        /// Of the plaintext.
        public var byteCount: Int
        /// Of the plaintext.
        public var sha256: Digest
        /// The age file's SHA-256: its address.
        public var ciphertext: Digest
        /// What the scan's own header says, where it is one.
        public var dicom: DICOMAttributes?
    }

    /// The patient's number at the depositing custodian.
    public var patient: String
    /// Unix seconds.
    public var depositedAt: LedgerTime
    public var files: [File]

    public init(patient: String, depositedAt: LedgerTime, files: [File]) {
        self.patient = patient
        self.depositedAt = depositedAt
        self.files = files
    }

    func sealed(to recordRecipient: AgeRecipient) throws -> [UInt8] {
        try seal(try JSON.encode(self), for: .recipients([recordRecipient]))
    }

    /// The descriptor of a record. Throws `unverified` unless the bytes are those that the ledger names, the
    /// record's key opens them, and they speak of exactly the record's files.
    init(opening bytes: [UInt8], of record: RecordState, with recordKey: AgeIdentity) throws(ClientFailure) {
        guard Digest(hashing: bytes) == record.descriptor else {
            throw .unverified("the descriptor is not the one that the ledger names")
        }
        do {
            self = try JSON.decode(Descriptor.self, try open(bytes, with: .identity(recordKey)))
        } catch {
            throw .unverified("the descriptor does not open", cause: error)
        }
        guard files.map(\.ciphertext) == record.files else {
            throw .unverified("the descriptor speaks of other files than the ledger")
        }
    }

    /// A file name for each file that is safe to write and differs from the others', also where case does not
    /// count.
    public var safeFileNames: [String] {
        var taken = Set<String>()
        return files.enumerated().map { index, file in
            let name = SafeText.fileName(file.name, fallback: "file-\(index + 1)")
            var candidate = name
            var number = 2
            while !taken.insert(candidate.lowercased()).inserted {
                let dot = name.lastIndex(of: ".") ?? name.endIndex
                candidate = "\(name[..<dot])-\(number)\(name[dot...])"
                number += 1
            }
            return candidate
        }
    }
}
