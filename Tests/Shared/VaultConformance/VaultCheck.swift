import Contract
import Foundation
public import Testing
import Vault

/// One promise of `Vault`, held against an empty vault.
public struct VaultCheck: Sendable, CustomTestStringConvertible {
    public let testDescription: String
    let hold: @Sendable (any VaultSubject) async throws -> Void

    init(_ name: String, _ hold: @escaping @Sendable (any VaultSubject) async throws -> Void) {
        testDescription = name
        self.hold = hold
    }

    /// Every promise; each is held against a vault of its own.
    public static let all = keeping + scrubbing

    public func callAsFunction(_ subject: some VaultSubject) async throws { try await hold(subject) }
}

func now() -> Int { Int(Date().timeIntervalSince1970) }

extension VaultCheck {
    /// Putting, reading, erasing, listing.
    static let keeping: [VaultCheck] = [
        VaultCheck("what was put is found under its digest") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(1))
            #expect(try await vault.size(of: digest) == nil)
            await #expect(throws: VaultError.absent) { try await vault.open(digest) }
            #expect(try await vault.verify(digest) == .absent)
            #expect(try await vault.put(bytes, digest: digest) == false)
            #expect(try await vault.size(of: digest) == bytes.count)
            #expect(try await vault.verify(digest) == .sound)
            let reopened = try await subject.reopened()
            #expect(try await reopened.open(digest).bytes(0..<bytes.count) == bytes)
        },
        VaultCheck("ranges are read as they are") { subject in
            let (bytes, digest) = sample(2, count: 3 * blobPieceBytes + 17)
            try await subject.vault.put(bytes, digest: digest)
            let blob = try await subject.vault.open(digest)
            #expect(blob.byteCount == bytes.count)
            let last = bytes.count
            for range in [
                0..<last, 0..<1, last - 1..<last, 500..<600, 7..<7,
                blobPieceBytes - 1..<2 * blobPieceBytes + 1,
            ] {
                #expect(try await blob.bytes(range) == Array(bytes[range]))
            }
        },
        VaultCheck("a stream in pieces is one ciphertext") { subject in
            let (bytes, digest) = sample(3, count: 300_000)
            let incoming = try await subject.vault.begin()
            for start in stride(from: 0, to: bytes.count, by: 7_001) {
                try await incoming.write(Array(bytes[start..<min(start + 7_001, bytes.count)]))
            }
            try await incoming.write([])
            #expect(try await incoming.finish(expecting: digest) == false)
            #expect(try await subject.vault.open(digest).bytes(0..<bytes.count) == bytes)
        },
        VaultCheck("the empty ciphertext is one") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(0, count: 0))
            try await vault.put(bytes, digest: digest)
            #expect(try await vault.size(of: digest) == 0)
            #expect(try await vault.open(digest).bytes(0..<0) == [])
            #expect(try await vault.verify(digest) == .sound)
        },
        VaultCheck("a wrong digest leaves nothing") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(4))
            for wrong in [bytes + [0], Array(bytes.dropLast()), []] {
                await #expect(throws: VaultError.digestMismatch) {
                    try await vault.put(wrong, digest: digest)
                }
            }
            let kept = try await vault.digests()
            #expect(kept.isEmpty)
        },
        VaultCheck("what is given up leaves nothing, what is finished takes no more") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(5))
            let aborted = try await vault.begin()
            try await aborted.write(bytes)
            await aborted.abort()
            await #expect(throws: VaultError.closed) { try await aborted.write(bytes) }
            await #expect(throws: VaultError.closed) { try await aborted.finish(expecting: digest) }
            do {
                let forgotten = try await vault.begin()
                try await forgotten.write(bytes)
            }
            #expect(try await vault.digests().isEmpty)
            let finished = try await vault.begin()
            try await finished.write(bytes)
            _ = try await finished.finish(expecting: digest)
            await #expect(throws: VaultError.closed) { try await finished.finish(expecting: digest) }
            await finished.abort()
            #expect(try await vault.verify(digest) == .sound)
        },
        VaultCheck("erased is gone, erasing again is fine, who has it open reads on") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(7))
            try await vault.put(bytes, digest: digest)
            let open = try await vault.open(digest)
            try await vault.erase(digest)
            try await vault.erase(digest)
            #expect(try await vault.digests().isEmpty)
            await #expect(throws: VaultError.absent) { try await vault.open(digest) }
            #expect(try await open.bytes(0..<1000) == bytes)
        },
        VaultCheck("the same put many times at once is kept once") { subject in
            let (vault, other) = (subject.vault, try await subject.reopened())
            let (bytes, digest) = sample(9, count: 100_000)
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<24 {
                    group.addTask { try await (number % 2 == 0 ? vault : other).put(bytes, digest: digest) }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(answers.filter { !$0 }.count == 1)
            #expect(try await vault.digests() == [digest])
            #expect(try await vault.verify(digest) == .sound)
            #expect(try await vault.put(bytes, digest: digest) == true)
        },
        VaultCheck("pages come in order and hold no more than asked for") { subject in
            let samples = (0..<40).map { sample($0, count: 10 + $0) }
            for blob in samples { try await subject.vault.put(blob.bytes, digest: blob.digest) }
            let sorted = samples.sorted { $0.digest < $1.digest }
            for limit in [1, 7, 40, 41] {
                var seen = [VaultPage.Blob]()
                var last: Digest?
                repeat {
                    let page = try await subject.vault.page(after: last, limit: limit)
                    #expect(page.blobs.count <= limit && page.foreign.isEmpty)
                    seen += page.blobs
                    last = page.next
                } while last != nil
                #expect(seen == sorted.map { .init(digest: $0.digest, byteCount: $0.bytes.count) })
            }
            // After a digest that is not there.
            let between = try #require(Digest([UInt8](repeating: 0x80, count: 32)))
            let page = try await subject.vault.page(after: between, limit: 100)
            #expect(page.blobs.map(\.digest) == sorted.map(\.digest).filter { between < $0 })
        },
        VaultCheck("inspecting reads every byte, in portions") { subject in
            let vault = subject.vault
            let samples = (0..<9).map { sample($0) }.sorted { $0.digest < $1.digest }
            for blob in samples { try await vault.put(blob.bytes, digest: blob.digest) }
            try await subject.damage(samples[4].digest)
            var seen = [(Digest, BlobCondition)]()
            var last: Digest?
            repeat {
                let (page, conditions) = try await vault.inspect(after: last, limit: 100, bytesMax: 1_500)
                #expect(page.blobs.count <= 2)
                seen += zip(page.blobs.map(\.digest), conditions)
                last = page.next
            } while last != nil
            #expect(seen.map(\.0) == samples.map(\.digest))
            #expect(seen.filter { $0.1 == .damaged }.map(\.0) == [samples[4].digest])
        },
        VaultCheck("putting again repairs what is damaged") { subject in
            let (vault, (bytes, digest)) = (subject.vault, sample(3))
            try await vault.put(bytes, digest: digest)
            try await subject.damage(digest)
            #expect(try await vault.verify(digest) == .damaged)
            #expect(try await vault.put(bytes, digest: digest) == false)
            #expect(try await vault.verify(digest) == .sound)
        },
    ]
}
