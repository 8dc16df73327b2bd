import Age
import Primitives
import Testing

@testable import Surroundings

/// One file of several that share a recipient, for somebody who is to have that one alone.
@Suite struct SharedFileKeyTests {
    let record = AgeIdentity.generate(.hybrid)
    let plaintext = Random.bytes(200_000)

    private func header(of file: [UInt8]) throws -> AgeHeader { try AgeHeader.parse(prefixOf: file).header }

    @Test(arguments: AgeKeyKind.allCases)
    func aHeaderOfOnesOwnOpensOneFileAndNoOther(_ kind: AgeKeyKind) throws {
        let grantee = AgeIdentity.generate(kind)
        let stored = try seal(plaintext, for: .recipients([record.recipient]))
        let neighbour = try seal(plaintext, for: .recipients([record.recipient]))
        let own = try header(of: stored).sharing(
            openedWith: .identity(record), for: .recipients([grantee.recipient]))
        #expect(try open(own.replacingHeader(of: stored), with: .identity(grantee)) == plaintext)
        #expect(throws: AgeError.payload("a chunk is not authentic")) {
            try open(own.replacingHeader(of: neighbour), with: .identity(grantee))
        }
        #expect(throws: AgeError.noMatch) { try open(stored, with: .identity(grantee)) }
        #expect(try own.sharesKey(with: try header(of: stored), openedWith: .identity(grantee)))
        #expect(try !own.sharesKey(with: try header(of: neighbour), openedWith: .identity(grantee)))
    }

    @Test func onlyWhoOpensAFileSharesIt() throws {
        let stored = try header(of: try seal([1], for: .recipients([record.recipient])))
        #expect(throws: AgeError.noMatch) {
            try stored.sharing(
                openedWith: .identity(.generate(.hybrid)), for: .recipients([record.recipient]))
        }
        #expect(throws: AgeError.noMatch) {
            try stored.sharesKey(with: stored, openedWith: .identity(.generate(.hybrid)))
        }
        #expect(throws: AgeError.self) { try stored.replacingHeader(of: [1, 2, 3]) }
    }

    @Test func theStockToolOpensIt() throws {
        let grantee = AgeIdentity.generate(.x25519)
        let folder = try Scratch()
        let keys = try folder.write(
            "key", IdentityFile(identities: [grantee]).serialized().withUnsafeBytes { Array($0) })
        let stored = try seal(plaintext, for: .recipients([record.recipient]))
        let own = try header(of: stored).sharing(
            openedWith: .identity(record), for: .recipients([grantee.recipient]))
        let opened = try Command.run(
            try #require(InteropTests.age), ["-d", "-i", keys], input: try own.replacingHeader(of: stored))
        #expect(opened.status == 0 && opened.bytes == plaintext)
    }

    @Test(arguments: [0, 1, 65_536, 200_000]) func itStreams(size: Int) throws {
        let grantee = AgeIdentity.generate(.x25519)
        let plaintext = Random.bytes(size)
        let stored = try seal(plaintext, for: .recipients([record.recipient]))
        let own = try header(of: stored).sharing(
            openedWith: .identity(record), for: .recipients([grantee.recipient]))
        var source = try ReheadedSource(MemorySource(stored), under: own)
        #expect(try source.stored == header(of: stored))
        var sink = MemorySink()
        try open(from: &source, to: &sink, with: .identity(grantee))
        #expect(sink.bytes == plaintext)
        #expect(throws: AgeError.self) { _ = try ReheadedSource(MemorySource([1]), under: own) }
    }
}
