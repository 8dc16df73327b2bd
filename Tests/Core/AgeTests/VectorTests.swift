import Age
import Foundation
import Primitives
import Testing

/// An age file with the verdict that has to be reached, made outside this code (Vectors/make.py).
struct AgeVector: CustomTestStringConvertible {
    enum Verdict: String {
        case success, header
        case noMatch = "no match"
        case headerMAC = "header MAC"
        case payload, armor
    }

    let name: String
    let verdict: Verdict
    let opening: AgeOpening
    /// The same as text: a passphrase, or none, and identities.
    let texts: (passphrase: [UInt8], identities: [[UInt8]])
    let plaintextSHA256: String
    let file: [UInt8]

    var testDescription: String { name }

    /// How many files there are: a loader that finds none would make every test pass.
    static let count = 142

    static let all: [AgeVector] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".vector") }.sorted().compactMap { name in
            (try? Data(contentsOf: folder.appending(path: name))).flatMap { AgeVector(name, Array($0)) }
        }
    }()

    init?(_ name: String, _ bytes: [UInt8]) {
        guard let end = bytes.indices.dropLast().first(where: { bytes[$0] == 10 && bytes[$0 + 1] == 10 })
        else { return nil }
        var verdict: Verdict?
        var identities = [AgeIdentity]()
        var opening: AgeOpening?
        var texts: (passphrase: [UInt8], identities: [[UInt8]]) = ([], [])
        var digest: String?
        for line in String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n") {
            guard let colon = line.firstRange(of: ": ") else { return nil }
            let value = String(line[colon.upperBound...])
            switch line[..<colon.lowerBound] {
            case "expect": verdict = Verdict(rawValue: value)
            case "comment": break
            case "identity":
                guard let identity = try? AgeIdentity(secretKey: Array(value.utf8)) else { return nil }
                identities.append(identity)
                texts.identities.append(Array(value.utf8))
            case "passphrase":
                opening = .passphrase(SecretBytes(copying: Array(value.utf8)))
                texts.passphrase = Array(value.utf8)
            case "plaintext": digest = value
            default: return nil
            }
        }
        guard let verdict, let digest else { return nil }
        self.name = name
        self.verdict = verdict
        self.opening = opening ?? .identities(identities)
        self.texts = texts
        plaintextSHA256 = digest
        file = Array(bytes[(end + 2)...])
    }

    /// The verdict of `body`.
    static func verdict(of body: () throws -> Void) throws -> Verdict {
        do {
            try body()
            return .success
        } catch let error as AgeError {
            switch error {
            case .header: return .header
            case .noMatch: return .noMatch
            case .headerMAC: return .headerMAC
            case .payload: return .payload
            case .armor: return .armor
            case .key: throw error
            }
        }
    }
}

@Suite struct VectorTests {
    @Test func everyVectorIsLoaded() {
        #expect(AgeVector.all.count == AgeVector.count)
        #expect(Set(AgeVector.all.map(\.verdict)).count == 6)
    }

    @Test(arguments: AgeVector.all) func verdictAndReleasedPlaintext(vector: AgeVector) throws {
        var source = MemorySource(vector.file)
        var sink = MemorySink()
        let verdict = try AgeVector.verdict { try open(from: &source, to: &sink, with: vector.opening) }
        #expect(verdict == vector.verdict)
        #expect(SHA256.digest(sink.bytes).hex == vector.plaintextSHA256)
    }

    @Test(arguments: AgeVector.all) func inMemoryAndInSmallPieces(vector: AgeVector) throws {
        #expect(
            try AgeVector.verdict { _ = try Age.open(vector.file, with: vector.opening) } == vector.verdict)
        var source = DribblingSource(vector.file)
        var sink = MemorySink()
        #expect(
            try AgeVector.verdict { try open(from: &source, to: &sink, with: vector.opening) }
                == vector.verdict)
        guard !vector.name.hasPrefix("armor") else { return }
        // The push interface: the same verdict, and nothing released that is not authentic.
        let verdict = try AgeVector.verdict {
            var stream = OpeningStream(with: vector.opening)
            for start in stride(from: 0, to: vector.file.count, by: 30_000) {
                _ = try stream.update(vector.file[start..<min(start + 30_000, vector.file.count)])
            }
            _ = try stream.finish()
        }
        #expect(verdict == vector.verdict)
    }

    @Test(arguments: AgeVector.all.filter { $0.verdict != .header && !$0.name.hasPrefix("armor") })
    func headersRoundTrip(vector: AgeVector) throws {
        let (header, count) = try AgeHeader.parse(prefixOf: vector.file)
        #expect(header.serialized() == Array(vector.file[..<count]))
        #expect(try AgeHeader(parsing: header.serialized()) == header)
    }
}

/// Gives few bytes at a time, as a slow pipe does.
struct DribblingSource: ByteSource {
    private var source: MemorySource
    private var size = 1

    init(_ bytes: [UInt8]) {
        source = MemorySource(bytes)
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        size = size % 997 + 1
        return try source.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(size, buffer.count)]))
    }
}

extension [UInt8] {
    var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
