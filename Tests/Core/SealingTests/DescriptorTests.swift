import Age
import Contract
import Evidence
import Identity
import Manifests
import Primitives
import Testing

@testable import Sealing

struct DescriptorTests {
    let key = AgeIdentity.generate(.x25519)
    let files = [Digest(hashing: [1]), Digest(hashing: [2])]

    func descriptor(_ files: [Digest]) -> Descriptor {
        Descriptor(
            patient: "P-1", depositedAt: 7,
            files: files.map {
                .init(
                    name: "a", mediaType: "b", byteCount: 1, sha256: Digest(hashing: []), ciphertext: $0,
                    dicom: nil)
            })
    }

    func part(_ sealed: [UInt8]) -> RecordPart {
        let manifest = Manifest(of: files)!
        return RecordPart(
            statement: StatementID([UInt8](repeating: 5, count: 32))!, descriptor: Digest(hashing: sealed),
            manifest: Digest(hashing: manifest.encoded()), root: manifest.root)
    }

    @Test func opensAsItWasSealed() throws {
        let sealed = try descriptor(files).sealed(to: key.recipient)
        #expect(try Descriptor(opening: sealed, of: part(sealed), with: key) == descriptor(files))
    }

    @Test func refusesOtherBytesKeysAndFiles() throws {
        let sealed = try descriptor(files).sealed(to: key.recipient)
        let twin = try descriptor(files).sealed(to: key.recipient)
        #expect(throws: PartyError.self) { try Descriptor(opening: twin, of: part(sealed), with: key) }
        #expect(throws: PartyError.self) {
            try Descriptor(opening: sealed, of: part(sealed), with: .generate(.x25519))
        }
        for other in [[], [files[0]], files + [files[0]], files + [Digest(hashing: [3])]] {
            let sealed = try descriptor(other).sealed(to: key.recipient)
            #expect(throws: PartyError.self) {
                try Descriptor(opening: sealed, of: part(sealed), with: key)
            }
        }
    }

    @Test func refusesAnotherManifestOrRoot() throws {
        let sealed = try descriptor(files).sealed(to: key.recipient)
        var wrong = part(sealed)
        wrong.root = Digest(hashing: [9])
        #expect(throws: PartyError.self) { try Descriptor(opening: sealed, of: wrong, with: key) }
        wrong = part(sealed)
        wrong.manifest = Digest(hashing: [9])
        #expect(throws: PartyError.self) { try Descriptor(opening: sealed, of: wrong, with: key) }
    }

    @Test func partsAreReadTogetherAndFilesFoundByName() throws {
        var (one, two) = (descriptor([files[0]]), descriptor([files[1]]))
        one.patient = "P-9"
        two.files[0].name = "b"
        let whole = Descriptor(of: [one, two])
        #expect(whole.patient == "P-9" && whole.files == one.files + two.files)
        #expect(try whole.files(named: ["b"]).map(\.file) == two.files)
        #expect(try whole.files(named: nil).map(\.name) == ["a", "b"])
        #expect(throws: PartyError.self) { try whole.files(named: ["a", "c"]) }
    }

    /// What the contract does not see of a re-sealing.
    @Test func aResealingIsOfTheSameFilesUnderOtherCiphertext() {
        let (old, fresh) = (descriptor(files), [Digest(hashing: [3]), Digest(hashing: [4])])
        let new = descriptor(fresh)
        #expect(new.isResealing(of: old) && !old.isResealing(of: old))
        #expect(!descriptor([fresh[0]]).isResealing(of: old))
        #expect(!descriptor(fresh + [Digest(hashing: [5])]).isResealing(of: old))
        #expect(!descriptor([fresh[0], files[1]]).isResealing(of: old))
        for change in [
            { $0.patient = "P-2" }, { $0.depositedAt = 8 }, { $0.files[1].name = "c" },
            { $0.files[0].sha256 = Digest(hashing: [8]) }, { $0.files[1].byteCount = 2 },
            { $0.files[1].mediaType = "c" },
        ] as [(inout Descriptor) -> Void] {
            var other = new
            change(&other)
            #expect(!other.isResealing(of: old))
        }
    }

    @Test func mediaTypesComeFromContent() {
        let dicom = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
        #expect(MediaType.of(dicom) == "application/dicom")
        #expect(MediaType.of(Array("%PDF-1.7\n".utf8)) == "application/pdf")
        #expect(MediaType.of([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a]) == "image/png")
        #expect(MediaType.of(Array("Take one a day.\n".utf8)) == "text/plain")
        #expect(MediaType.of([]) == "application/octet-stream")
        #expect(!MediaType.isProgram(dicom))
        // A scan that is a program too: what DICOM leaves free at its beginning is an executable's header.
        #expect(MediaType.isProgram(Array("MZ".utf8) + dicom.dropFirst(2)))
        #expect(MediaType.isProgram([0x7f] + Array("ELF".utf8)))
    }

    /// Explicit little endian: 8-byte headers for short kinds, 12 for OB.
    @Test func readsADICOMHeader() throws {
        func element(_ group: UInt16, _ number: UInt16, _ kind: String, _ value: [UInt8]) -> [UInt8] {
            let tag = [UInt8(group & 255), UInt8(group >> 8), UInt8(number & 255), UInt8(number >> 8)]
            let count = UInt16(value.count)
            let length = [UInt8(count & 255), UInt8(count >> 8)]
            return tag + Array(kind.utf8) + (kind == "OB" ? [0, 0] + length + [0, 0] : length) + value
        }
        let head =
            [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)
            + element(0x0002, 0x0001, "OB", [0, 1])
            + element(0x0002, 0x0010, "UI", Array("1.2.840.10008.1.2.1\0".utf8))
            + element(0x0008, 0x0020, "DA", Array("20040119".utf8))
            + element(0x0008, 0x0060, "CS", Array("CT".utf8))
            + element(0x0018, 0x0015, "CS", Array("CHEST ".utf8))
        let attributes = try #require(DICOMAttributes(head: head))
        #expect(attributes.modality == "CT")
        #expect(attributes.studyDate == "20040119")
        #expect(attributes.bodyPart == "CHEST")
        // Cut off anywhere, it never reads beyond the end.
        for count in 0..<head.count { _ = DICOMAttributes(head: Array(head[..<count])) }
    }
}
