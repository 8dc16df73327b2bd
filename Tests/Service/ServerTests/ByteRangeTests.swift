import API
import Contract
import HTTPTypes
import Identity
import Primitives
import Testing

@testable import Server

/// Ranges as RFC 9110 has them, sections 13.1.5, 14.2, 15.3.7 and 15.5.17.
@Suite struct ByteRangeTests {
    private let tag = "\"ab\""

    private func range(_ text: String?, ifRange: String? = nil, of byteCount: Int = 1_000) -> ByteRange {
        var headers = HTTPFields()
        headers[.range] = text
        headers[.ifRange] = ifRange
        return ByteRange(of: byteCount, tag: tag, askedBy: headers)
    }

    @Test(arguments: [
        ("bytes=0-", 0..<1_000), ("bytes=0-0", 0..<1), ("bytes=500-599", 500..<600),
        ("bytes=999-", 999..<1_000),
        ("bytes=500-5000", 500..<1_000), ("BYTES=1-2", 1..<3), ("bytes=-1", 999..<1_000),
        ("bytes=-5000", 0..<1_000), ("bytes=0-9223372036854775806", 0..<1_000),
    ])
    func aPart(_ text: String, _ bounds: Range<Int>) {
        #expect(range(text) == .part(bounds))
    }

    @Test(arguments: ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999-"])
    func noneOfIt(_ text: String) {
        #expect(range(text) == .unsatisfiable)
    }

    @Test func nothingHasNoRange() {
        for text in ["bytes=0-", "bytes=0-0", "bytes=-1"] {
            #expect(range(text, of: 0) == .unsatisfiable, "\(text)")
        }
        #expect(range(nil, of: 0) == .whole)
    }

    @Test(arguments: [
        "", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=0-1,5-6", "items=0-5", "bytes=a-b",
        "bytes=0-1-2",
        "bytes=+1-2", "bytes= 1-2", "bytes=99999999999999999999-", "bytes=0x1-2",
    ])
    func whatIsNoRangeIsIgnored(_ text: String) {
        #expect(range(text) == .whole)
    }

    @Test func onlyOfTheSameBytes() {
        #expect(range("bytes=5-", ifRange: tag) == .part(5..<1_000))
        for other in ["\"cd\"", "W/\"ab\"", "ab", "Tue, 01 Dec 2026 00:00:00 GMT", ""] {
            #expect(range("bytes=5-", ifRange: other) == .whole, "\(other)")
        }
        #expect(range(nil, ifRange: tag) == .whole)
    }

    @Test func answersSayWhatTheyGive() async throws {
        let world = try World()
        let clinician = try await world.enrol(world.hospital1, .clinician)
        let content = Random.bytes(100_000)
        let record = try await world.deposit(by: clinician, at: world.hospital1, content: content)
        let release = try await world.release(record, by: clinician, of: world.hospital1, basis: .care).id
        func read(_ headers: HTTPFields) async throws -> World.Answer {
            try await world.fetch(
                record.files, by: clinician, release: release, from: world.hospital1, headers: headers)
        }
        let etag = "\"\(Digest(hashing: content).hex)\""
        let whole = try await read([:])
        #expect(whole.status == 200 && whole.body == content && whole.headers[.eTag] == etag)
        #expect(whole.headers[.acceptRanges] == "bytes" && whole.headers[.contentRange] == nil)
        let part = try await read([.range: "bytes=70000-", .ifRange: etag])
        #expect(part.status == 206 && part.body == Array(content[70_000...]))
        #expect(part.headers[.contentRange] == "bytes 70000-99999/100000" && part.headers[.eTag] == etag)
        let other = try await read([.range: "bytes=70000-", .ifRange: "\"other\""])
        #expect(other.status == 200 && other.body == content)
        let none = try await read([.range: "bytes=100000-"])
        #expect(none.status == 416 && none.headers[.contentRange] == "bytes */100000")
        #expect(none.problem?.type == .unsatisfiableRange)
    }
}
