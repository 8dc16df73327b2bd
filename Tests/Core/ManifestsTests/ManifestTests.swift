import Contract
import Foundation
import Manifests
import Primitives
import Testing
import TransparencyLog

@testable import Surroundings

@Suite struct ManifestTests {
    private func contents(_ count: Int) -> [[UInt8]] { (0..<count).map { Array("file \($0)".utf8) } }
    private func files(_ count: Int) -> [Digest] { contents(count).map { Digest(SHA256.digest($0))! } }

    /// Text and root as Python's hashlib makes them by RFC 6962, section 2.1.
    @Test("text and root are those that others compute")
    func foreign() throws {
        let five = try #require(Manifest(of: files(5)))
        #expect(
            lowercaseHex(SHA256.digest(five.encoded()))
                == "256b1e782319cacaa4184d6d2d0648a95360f60a4a6a4c1305b6541ca9cf1808")
        #expect(
            five.root.hex == "40dd88775f0e5fe66907328c2c5aa19ff19fc194c76663990f0f4418455100b6")
        let study = try #require(Manifest(of: files(20_000)))
        #expect(
            study.root.hex == "b7341b570791577c80a21721a008915fc68eea7f514ad8db195ef01db74d3060")
        #expect(study.encoded().count == 20_000 * Manifest.lineBytes)
    }

    @Test("sha256sum -c checks a record's folder by it, and finds the file that was altered")
    func stockTool() throws {
        let folder = try Scratch()
        for content in contents(7) { _ = try folder.write(Digest(SHA256.digest(content))!.hex, content) }
        let manifest = try folder.write("manifest", try #require(Manifest(of: files(7))).encoded())
        let command = "cd '\(folder.directory.path)' && sha256sum -c --strict --quiet '\(manifest)'"
        #expect(try Command.run("/bin/sh", ["-c", command]).status == 0)
        let victim = files(7)[3].hex
        _ = try folder.write(victim, [1])
        let checked = try Command.run("/bin/sh", ["-c", command])
        #expect(checked.status == 1 && checked.output == "\(victim): FAILED\n")
    }

    @Test("a set of files has one manifest, in whatever order they come")
    func canonical() throws {
        let all = files(9)
        let made = try #require(Manifest(of: all))
        #expect(made == Manifest(of: all.reversed()) && made.files == all.sorted())
        #expect(try Manifest(decoding: made.encoded()) == made)
        #expect(Manifest(of: []) == nil && Manifest(of: all + [all[4]]) == nil)
    }

    @Test("every other spelling is refused, with the line that is wrong")
    func strict() throws {
        let made = try #require(Manifest(of: files(3)))
        let text = made.encoded()
        let lines = (0..<3).map { Array(text[$0 * 131..<($0 + 1) * 131]) }
        func line(of wrong: [UInt8]) -> Int? {
            do throws(Manifest.Malformed) {
                _ = try Manifest(decoding: wrong)
                return nil
            } catch { return error.line }
        }
        #expect(line(of: text) == nil)
        #expect(line(of: []) == 1)
        #expect(line(of: lines[1] + lines[0] + lines[2]) == 2)
        #expect(line(of: lines[0] + lines[1] + lines[1]) == 3)
        for count in 1..<text.count where count % 131 != 0 {
            #expect(line(of: Array(text[..<count])) == count / 131 + 1)
        }
        // Every changed byte is another manifest or none; the name goes with the digest.
        for index in text.indices {
            var altered = text
            altered[index] ^= 1
            #expect(line(of: altered) == index / 131 + 1, "byte \(index)")
        }
        var upper = text
        upper = upper.map { (0x61...0x66).contains($0) ? $0 - 0x20 : $0 }
        #expect(line(of: upper) == 1)
        for wrong in ["\r\n", " *", "  ./"] {
            var altered = lines[0]
            altered.replaceSubrange(64..<66, with: Array(wrong.utf8))
            #expect(line(of: altered + lines[1]) == 1, "\(wrong)")
        }
    }

    @Test("it is read the same in pieces of any length")
    func pieces() throws {
        let made = try #require(Manifest(of: files(40)))
        let text = made.encoded()
        for length in [1, 7, 130, 131, 132, 1_000, text.count] {
            var reader = ManifestReader()
            var files = [Digest]()
            for start in stride(from: 0, to: text.count, by: length) {
                files += try reader.take(text[start..<min(start + length, text.count)])
            }
            #expect(try files == made.files && reader.finish() == made.root && reader.fileCount == 40)
        }
    }

    @Test("at most so many files")
    func bounds() throws {
        func digest(_ number: Int) -> Digest {
            Digest((0..<32).map { $0 < 24 ? 0 : UInt8(truncatingIfNeeded: number >> (8 * (31 - $0))) })!
        }
        let most = (0..<Manifest.filesMax).map(digest)
        let text = try #require(Manifest(of: most)).encoded()
        #expect(text.count == Manifest.bytesMax && Manifest(of: most + [digest(Manifest.filesMax)]) == nil)
        #expect(try Manifest(decoding: text).files.count == Manifest.filesMax)
        let line = digest(Manifest.filesMax).hex
        #expect(throws: Manifest.Malformed.self) {
            try Manifest(decoding: text + Array("\(line)  \(line)\n".utf8))
        }
    }

    @Test("each file is proven to be in it, no other is", arguments: [1, 2, 3, 7, 8, 100])
    func inclusion(_ count: Int) throws {
        let made = try #require(Manifest(of: files(count)))
        for (index, file) in made.files.enumerated() {
            let found = try #require(made.inclusion(of: file))
            #expect(found.index == index)
            #expect(
                found.proof.verify(
                    leafHash: Merkle.leafHash(file.bytes), index: UInt64(index), size: UInt64(count),
                    root: made.root.bytes))
            #expect(made.contains(file))
        }
        let other = files(count + 1)[count]
        #expect(made.inclusion(of: other) == nil && !made.contains(other))
    }
}

@Suite struct ManifestSearchTests {
    /// Answers what the search asks for, and counts the bytes.
    private func search(_ file: Digest, in text: [UInt8]) throws -> (found: Bool, bytes: Int, reads: Int)? {
        guard var search = ManifestSearch(for: file, inManifestOf: text.count) else { return nil }
        var (bytes, reads) = (0, 0)
        while true {
            switch search.next {
            case .found(let found): return (found, bytes, reads)
            case .read(let range):
                bytes += range.count
                reads += 1
                try search.take(Array(text[range]))
            }
        }
    }

    @Test("it finds what the whole manifest has, and nothing else", arguments: [1, 2, 255, 256, 257, 5_000])
    func agrees(_ count: Int) throws {
        let files = (0..<count).map { Digest(SHA256.digest(Array("file \($0)".utf8)))! }
        let made = try #require(Manifest(of: files))
        let text = made.encoded()
        for file in made.files where count < 1_000 || file.bytes[0] < 30 {
            #expect(try search(file, in: text)?.found == true)
        }
        for number in 0..<50 {
            let other = Digest(SHA256.digest(Array("other \(number)".utf8)))!
            #expect(try search(other, in: text)?.found == false)
        }
        for edge in [[UInt8](repeating: 0, count: 32), [UInt8](repeating: 255, count: 32)] {
            #expect(try search(Digest(edge)!, in: text)?.found == false)
        }
    }

    @Test("of a study's manifest it reads a few lines")
    func reads() throws {
        let files = (0..<20_000).map { Digest(SHA256.digest(Array("file \($0)".utf8)))! }
        let text = try #require(Manifest(of: files)).encoded()
        let searched = try #require(try search(files[12_345], in: text))
        #expect(searched.found && searched.reads <= 8 && searched.bytes <= 300 * Manifest.lineBytes)
    }

    @Test("what is no manifest is refused before or while it is read")
    func refuses() throws {
        let file = Digest([UInt8](repeating: 1, count: 32))!
        for wrong in [0, 1, 130, 132, Manifest.bytesMax + 131] {
            #expect(ManifestSearch(for: file, inManifestOf: wrong) == nil)
        }
        #expect(throws: Manifest.Malformed.self) {
            try search(file, in: [UInt8](repeating: 0x20, count: 131 * 300))
        }
        var begun = try #require(ManifestSearch(for: file, inManifestOf: 131))
        #expect(throws: Manifest.Malformed.self) { try begun.take([]) }
    }
}
