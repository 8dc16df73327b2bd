import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Remote
import Testing
import Workflow

@testable import Homes
@testable import Members

struct DepositJournalTests {
    let home = Folder(NSTemporaryDirectory()).folder("medseal-\(lowercaseHex(Random.bytes(6)))")
    let key = SigningKey.generate()
    let patient = Digest(hashing: [1])
    let plaintexts = [Digest(hashing: [2]), Digest(hashing: [3])]

    func journals() -> DepositJournals { DepositJournals(home: home, key: key) }

    let blobs = ["0.age", "1.age", "small-0.age"].map {
        SealedBlob(
            name: $0, blob: BlobName(Digest(hashing: Array($0.utf8)), .file), byteCount: $0.utf8.count)
    }

    func deposit() -> SealedDeposit {
        SealedDeposit(
            record: RecordHandle(Random.bytes(32))!, recipientHash: Digest(hashing: [9]),
            additionsHash: Digest(hashing: [10]), suite: .hybrid,
            descriptor: Digest(hashing: [4]), ownerEnvelope: Digest(hashing: [5]),
            custodianEnvelope: Digest(hashing: [6]), manifest: Digest(hashing: [7]),
            root: Digest(hashing: [8]))
    }

    @Test func theNameIsOfPatientFilesAndMember() throws {
        let journals = journals()
        let name = journals.name(patient: patient, byteCounts: [4, 5], plaintexts: plaintexts)
        #expect(name == journals.name(patient: patient, byteCounts: [4, 5], plaintexts: plaintexts))
        #expect(name.name.hasPrefix(journals.prefix(patient: patient, byteCounts: [4, 5])))
        let others = [
            journals.name(patient: Digest(hashing: [7]), byteCounts: [4, 5], plaintexts: plaintexts),
            journals.name(patient: patient, byteCounts: [4, 5], plaintexts: plaintexts.reversed()),
            DepositJournals(home: home, key: .generate()).name(
                patient: patient, byteCounts: [4, 5], plaintexts: plaintexts),
        ]
        for other in others { #expect(other != name) }
    }

    @Test func goesOnAfterItWasCutOff() throws {
        let journals = journals()
        #expect(!journals.mayHold(patient: patient, byteCounts: [4, 5]))
        let draft = try journals.draft()
        defer { withExtendedLifetime(draft) {} }
        let deposit = deposit()
        for blob in blobs { try draft.folder.write(Array(blob.name.utf8), as: blob.name) }
        let name = journals.name(patient: patient, byteCounts: [4, 5], plaintexts: plaintexts)
        _ = try DepositJournal(deposit, blobs, draft: draft, name: name)
        #expect(!draft.folder.exists)
        #expect(self.journals().mayHold(patient: patient, byteCounts: [4, 5]))
        var again = try #require(try DepositJournal(name))
        #expect(again.deposit == deposit && again.blobs == blobs && !again.isDone)
        try again.finish()
        #expect(name.names == [DepositJournal.fileName])
        #expect(try DepositJournal(name)?.isDone == true)
    }

    @Test func draftsOfTheDeadAreRemovedAndThoseOfTheLivingStay() throws {
        let journals = journals()
        let dead = journals.folder.folder(".new-dead")
        try dead.make()
        try dead.write([1], as: "0.age")
        let living = try journals.draft()
        #expect(!dead.exists)
        let other = try journals.draft()
        #expect(living.folder.exists && other.folder.exists && living.folder != other.folder)
        do throws(FileError) {
            _ = try FolderLock(living.folder)
            Issue.record("another process's draft was locked")
        } catch {
            #expect(error.code == .locked)
        }
        withExtendedLifetime((living, other)) {}
    }

    /// Whoever is cut off before there is a journal takes up the same handle, and with it the same permit.
    @Test func aReservedHandleIsTakenUpAgain() throws {
        let journals = journals()
        func fresh() -> RecordHandle { RecordHandle(Random.bytes(32))! }
        let first: RecordHandle
        do {
            let living = try journals.reserve(for: patient, fresh)
            first = living.record
            let beside = try journals.reserve(for: patient, fresh)
            #expect(beside.record != first)
            let other = try journals.reserve(for: Digest(hashing: [7]), fresh)
            #expect(other.record != first && other.record != beside.record)
            beside.end()
            other.end()
            withExtendedLifetime((living, beside, other)) {}
        }
        let again = try journals.reserve(for: patient, fresh)
        #expect(again.record == first)
        again.end()
        #expect(try journals.reserve(for: patient, fresh).record != first)
    }

    @Test func onlyItsOwnerMayLook() throws {
        let journals = journals()
        let draft = try journals.draft()
        defer { withExtendedLifetime(draft) {} }
        let name = journals.name(patient: patient, byteCounts: [1], plaintexts: plaintexts)
        _ = try DepositJournal(deposit(), blobs, draft: draft, name: name)
        func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(try mode(name.path) == 0o700)
        #expect(try mode(name.file(DepositJournal.fileName)) == 0o600)
    }

    @Test func aDamagedJournalIsNotGoneOnWith() throws {
        let folder = home.folder("damaged")
        try folder.make()
        #expect(try DepositJournal(folder) == nil)
        try folder.write(Array("{".utf8), as: DepositJournal.fileName)
        #expect(throws: PartyError.self) { try DepositJournal(folder) }
    }
}
