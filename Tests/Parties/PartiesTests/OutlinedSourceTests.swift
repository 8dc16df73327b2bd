import Age
import Contract
import Evidence
import Files
import Foundation
import Identity
import Primitives
import Synchronization
import Testing

@testable import Homes
@testable import Members
@testable import Remote
@testable import Surroundings

/// Large files are sealed again while they are sent: the same bytes from any place on, or none.
@Suite struct OutlinedSourceTests {
    /// A file that a test changes.
    private final class Scan: Sendable {
        private let content: Mutex<[UInt8]>

        init(_ content: [UInt8]) { self.content = Mutex(content) }

        func change(at place: Int) { content.withLock { $0[place] ^= 1 } }

        func shorten() { content.withLock { _ = $0.removeLast() } }

        var source: SourceFile {
            SourceFile(name: "scan.dcm", byteCount: content.withLock { $0.count }) { offset in
                let position = Mutex(offset)
                return { [self] buffer in
                    let content = content.withLock { $0 }
                    return position.withLock { position in
                        let piece = content[min(position, content.count)...].prefix(min(buffer.count, 99_999))
                        buffer.copyBytes(from: piece)
                        position += piece.count
                        return piece.count
                    }
                }
            }
        }
    }

    private let plaintext = Random.bytes(9_000_000)
    private let identity = AgeIdentity.generate(.x25519)
    private let key = SigningKey.generate()

    private func read(_ content: RepeatableContent, from offset: Int) throws -> [UInt8] {
        let next = try content.reading(from: offset)
        var bytes = [UInt8]()
        while let piece = try next() { bytes += piece }
        return bytes
    }

    @Test func itIsSealedAgainFromAnyPlace() async throws {
        let scratch = try Scratch()
        let folder = Folder(scratch.directory.path)
        let sources = OutlinedSources([Scan(plaintext).source], of: key)
        let sealed = try await SealedFiles(sources, to: identity.recipient, into: folder)
        #expect(folder.names == [OutlineFile.name])
        // As a journal keeps it, for another process.
        let blob = try SealedBlob(JSONValue(canonical: sealed.blobs[0].json.encoded))
        #expect(blob == sealed.blobs[0])
        let content = try blob.content(in: folder, OutlinedSources(sources.files, of: key))
        let file = try read(content, from: 0)
        #expect(file.count == blob.byteCount && Digest(hashing: file) == blob.digest)
        #expect(try open(file, with: .identity(identity)) == plaintext)
        for offset in [1, 300, 65_536, 4_195_328, 8_000_000, file.count - 1, file.count] {
            #expect(try read(content, from: offset) == Array(file[offset...]), "\(offset)")
        }
    }

    /// Sealed side by side, each with an outline of its own.
    @Test func manySmallFilesAreSealedAgainToo() async throws {
        let scratch = try Scratch()
        let folder = Folder(scratch.directory.path)
        let contents = (0..<60).map { Random.bytes($0 * 1_000) }
        let sources = OutlinedSources(contents.map { Scan($0).source }, of: key)
        let sealed = try await SealedFiles(sources, to: identity.recipient, into: folder)
        #expect(folder.names == [OutlineFile.name])
        for (content, blob) in zip(contents, sealed.blobs) {
            let file = try read(try blob.content(in: folder, sources), from: 0)
            #expect(Digest(hashing: file) == blob.digest)
            #expect(try open(file, with: .identity(identity)) == content)
        }
    }

    /// Not a byte of a part that would be another one (SECURITY.md, T14).
    @Test func aChangedSourceGivesNothingOfTheChangedPart() async throws {
        let scratch = try Scratch()
        let folder = Folder(scratch.directory.path)
        let scan = Scan(plaintext)
        let sources = OutlinedSources([scan.source], of: key)
        let blob = try await SealedFiles(sources, to: identity.recipient, into: folder).blobs[0]
        let content = try blob.content(in: folder, sources)
        let file = try read(content, from: 0)
        scan.change(at: 5_000_000)
        let next = try content.reading(from: 0)
        var given = [UInt8]()
        #expect(throws: ChangedSourceError.self) { while let piece = try next() { given += piece } }
        #expect(given.count > 4_000_000 && given == Array(file.prefix(given.count)))
        #expect(given.count < 5_000_000)
        #expect(throws: ChangedSourceError.self) { try read(content, from: 4_900_000) }
        #expect(try read(content, from: 8_600_000) == Array(file[8_600_000...]))
        scan.shorten()
        #expect(throws: ChangedSourceError.self) { try read(content, from: 8_600_000) }
    }

    @Test func anotherMembersSecretOrOtherFilesGiveNothing() async throws {
        let scratch = try Scratch()
        let folder = Folder(scratch.directory.path)
        let sources = OutlinedSources([Scan(plaintext).source], of: key)
        let blob = try await SealedFiles(sources, to: identity.recipient, into: folder).blobs[0]
        let other = try blob.content(in: folder, OutlinedSources(sources.files, of: .generate()))
        #expect(throws: ChangedSourceError.self) { try read(other, from: 0) }
        #expect(throws: PartyError.self) { try blob.content(in: folder, nil) }
        try folder.write(Array("{".utf8), as: OutlineFile.name)
        #expect(throws: PartyError.self) { try read(try blob.content(in: folder, sources), from: 0) }
        folder.remove(OutlineFile.name)
        #expect(throws: PartyError.self) { try read(try blob.content(in: folder, sources), from: 0) }
        #expect(throws: PartyError.self) { try blob.content(in: folder, OutlinedSources([], of: key)) }
    }
}
