import Age
import Contract
import Evidence
import Identity
import Manifests
import Primitives
import Testing

@testable import Sealing

/// A grant of single files opens those, and nothing else of the record.
@Suite struct PartialEnvelopeTests {
    let recordKey = AgeIdentity.generate(.hybrid)
    let grantee = AgeIdentity.generate(.hybrid)
    let binding = Envelope.Binding.grant(
        RecordHandle([UInt8](repeating: 1, count: 32))!, nonce: [UInt8](repeating: 2, count: 16),
        grantee: PublicKey([UInt8](repeating: 3, count: 32))!, notAfter: 7)

    struct Stored {
        let plaintext: [UInt8]
        let bytes: [UInt8]
        let file: PartialEnvelope.Stored
    }

    func stored(_ text: String) throws -> Stored {
        let plaintext = Array(text.utf8)
        let bytes = try Age.seal(plaintext, for: .recipients([recordKey.recipient]))
        let description = Descriptor.File(
            name: text, mediaType: "text/plain", byteCount: Int64(plaintext.count),
            sha256: Digest(hashing: plaintext), ciphertext: Digest(hashing: bytes), dicom: nil)
        return Stored(
            plaintext: plaintext, bytes: bytes,
            file: (description, try AgeHeader.parse(prefixOf: bytes).header, recordKey))
    }

    func envelope(_ files: [Stored]) throws -> [UInt8] {
        try PartialEnvelope.seal(
            files.map(\.file), binding, to: grantee.recipient)
    }

    func manifest(_ files: [Stored]) throws -> Manifest {
        try #require(Manifest(of: files.map(\.file.description.ciphertext)))
    }

    @Test func itOpensTheFilesThatWereGrantedAndNoOther() throws {
        let files = try ["one", "two", "three"].map { try stored($0) }
        let granted = Array(files[..<2])
        let opened = try PartialEnvelope(
            opening: try envelope(granted), with: grantee, expecting: binding, files: try manifest(granted))
        #expect(opened.files.map(\.description) == granted.map(\.file.description))
        for (file, stored) in zip(opened.files, granted) {
            #expect(
                try Age.open(file.header.replacingHeader(of: stored.bytes), with: .identity(grantee))
                    == stored.plaintext)
            #expect(try file.belongs(to: stored.file.header, openedWith: grantee))
            #expect(try !file.belongs(to: files[2].file.header, openedWith: grantee))
            #expect(throws: AgeError.self) {
                try Age.open(file.header.replacingHeader(of: files[2].bytes), with: .identity(grantee))
            }
        }
    }

    @Test func refusesOtherReadersBindingsAndFiles() throws {
        let files = try ["one", "two"].map { try stored($0) }
        let sealed = try envelope(files)
        func opens(
            _ bytes: [UInt8], _ identity: AgeIdentity, _ binding: Envelope.Binding, _ manifest: Manifest
        ) -> Bool {
            (try? PartialEnvelope(
                opening: bytes, with: identity, expecting: binding, files: manifest)) != nil
        }
        let right = try manifest(files)
        #expect(opens(sealed, grantee, binding, right))
        #expect(!opens(sealed, .generate(.hybrid), binding, right))
        #expect(!opens(sealed, grantee, binding, try manifest([files[0]])))
        #expect(!opens(sealed, grantee, binding, try manifest(files + [try stored("three")])))
        #expect(!opens(try envelope([files[0], files[0]]), grantee, binding, try manifest([files[0]])))
        let record = RecordHandle([UInt8](repeating: 1, count: 32))!
        for other in [
            Envelope.Binding.grant(
                record, nonce: [UInt8](repeating: 2, count: 16),
                grantee: PublicKey([UInt8](repeating: 3, count: 32))!, notAfter: 8),
            .owner(record), .custodian(record),
        ] { #expect(!opens(sealed, grantee, other, right)) }
        // The record's own envelope is none of single files.
        let whole = try Age.seal(
            IdentityFile(comments: binding.comments, identities: [recordKey]).serialized(),
            for: .recipients([grantee.recipient]))
        #expect(!opens(whole, grantee, binding, right))
    }

    @Test func onlyWhoHasTheRecordKeyMakesOne() throws {
        var file = try stored("one").file
        file.key = .generate(.hybrid)
        #expect(throws: PartyError.self) {
            try PartialEnvelope.seal([file], binding, to: grantee.recipient)
        }
    }
}
