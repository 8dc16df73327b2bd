import Age
import Contract
import Evidence
import Identity
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

    func record(_ sealed: [UInt8]) -> RecordState {
        RecordState(
            owner: SigningKey.generate().key, suite: .hybrid, recipientHash: key.recipient.hash,
            descriptor: Digest(hashing: sealed), files: files)
    }

    @Test func opensAsItWasSealed() throws {
        let sealed = try descriptor(files).sealed(to: key.recipient)
        #expect(try Descriptor(opening: sealed, of: record(sealed), with: key) == descriptor(files))
    }

    @Test func refusesOtherBytesKeysAndFiles() throws {
        let sealed = try descriptor(files).sealed(to: key.recipient)
        let twin = try descriptor(files).sealed(to: key.recipient)
        #expect(throws: ClientFailure.self) { try Descriptor(opening: twin, of: record(sealed), with: key) }
        #expect(throws: ClientFailure.self) {
            try Descriptor(opening: sealed, of: record(sealed), with: .generate(.x25519))
        }
        for other in [[files[0]], [files[1], files[0]], files + [Digest(hashing: [3])]] {
            let sealed = try descriptor(other).sealed(to: key.recipient)
            #expect(throws: ClientFailure.self) {
                try Descriptor(opening: sealed, of: record(sealed), with: key)
            }
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
