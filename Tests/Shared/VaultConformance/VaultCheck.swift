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
    public static let all = keeping + separating + listing + resuming

    public func callAsFunction(_ subject: some VaultSubject) async throws { try await hold(subject) }
}

func now() -> Int { Int(Date().timeIntervalSince1970) }

/// The record in which a check keeps its blobs where it needs no other.
let record = sampleRecord()

extension VaultCheck {
    /// Putting, reading, erasing.
    static let keeping: [VaultCheck] = [
        VaultCheck("what was put is found under its name") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            #expect(try await vault.size(of: name, in: record) == nil)
            await #expect(throws: VaultError.absent) { try await vault.open(name, in: record) }
            #expect(try await vault.verify(name, in: record) == .absent)
            try await vault.put(bytes, as: name, in: record)
            #expect(try await vault.size(of: name, in: record) == bytes.count)
            #expect(try await vault.verify(name, in: record) == .sound)
            let reopened = try await subject.reopened()
            #expect(try await reopened.open(name, in: record).bytes(0..<bytes.count) == bytes)
        },
        VaultCheck("ranges are read as they are") { subject in
            let (bytes, name) = sample(2, count: 3 * blobPieceBytes + 17)
            try await subject.vault.put(bytes, as: name, in: record)
            let blob = try await subject.vault.open(name, in: record)
            #expect(blob.byteCount == bytes.count)
            let last = bytes.count
            for range in [
                0..<last, 0..<1, last - 1..<last, 500..<600, 7..<7,
                blobPieceBytes - 1..<2 * blobPieceBytes + 1,
            ] {
                #expect(try await blob.bytes(range) == Array(bytes[range]))
            }
        },
        VaultCheck("a stream in pieces is one blob") { subject in
            let (bytes, name) = sample(3, count: 300_000)
            let incoming = try await subject.vault.begin(name, in: record)
            for start in stride(from: 0, to: bytes.count, by: 7_001) {
                try await incoming.write(Array(bytes[start..<min(start + 7_001, bytes.count)]))
            }
            try await incoming.write([])
            #expect(try await subject.vault.size(of: name, in: record) == nil)
            try await incoming.finish()
            #expect(try await subject.vault.open(name, in: record).bytes(0..<bytes.count) == bytes)
        },
        VaultCheck("the empty blob is one") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(0, count: 0))
            try await vault.put(bytes, as: name, in: record)
            #expect(try await vault.size(of: name, in: record) == 0)
            #expect(try await vault.open(name, in: record).bytes(0..<0) == [])
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("a wrong digest leaves nothing") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(4))
            for wrong in [bytes + [0], Array(bytes.dropLast()), []] {
                await #expect(throws: VaultError.digestMismatch) {
                    try await vault.put(wrong, as: name, in: record)
                }
            }
            let (kept, records) = (
                try await vault.blobs(of: record), try await vault.records(after: nil, limit: 10)
            )
            #expect(kept.isEmpty && records.entries.isEmpty)
        },
        VaultCheck("what is given up leaves nothing, what is finished takes no more") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(5))
            let aborted = try await vault.begin(name, in: record)
            try await aborted.write(bytes)
            await aborted.abort()
            await #expect(throws: VaultError.closed) { try await aborted.write(bytes) }
            await #expect(throws: VaultError.closed) { try await aborted.finish() }
            do {
                let forgotten = try await vault.begin(name, in: record)
                try await forgotten.write(bytes)
            }
            #expect(try await vault.blobs(of: record).isEmpty)
            let finished = try await vault.begin(name, in: record)
            try await finished.write(bytes)
            try await finished.finish()
            await #expect(throws: VaultError.closed) { try await finished.finish() }
            await finished.abort()
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("erased is gone, erasing again is fine, who has it open reads on") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(7))
            try await vault.put(bytes, as: name, in: record)
            let open = try await vault.open(name, in: record)
            try await vault.erase(name, in: record)
            try await vault.erase(name, in: record)
            #expect(try await vault.blobs(of: record).isEmpty)
            await #expect(throws: VaultError.absent) { try await vault.open(name, in: record) }
            #expect(try await open.bytes(0..<1000) == bytes)
            try await vault.put(bytes, as: name, in: record)
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("the same put many times at once is kept once") { subject in
            let (vault, other) = (subject.vault, try await subject.reopened())
            let (bytes, name) = sample(9, count: 100_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        try await (number % 2 == 0 ? vault : other).put(bytes, as: name, in: record)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await vault.blobs(of: record).map(\.name) == [name])
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("putting again mends damage and makes it new") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(3))
            try await vault.put(bytes, as: name, in: record)
            try await subject.damage(name, in: record)
            try await subject.age(name, in: record, by: 7_200)
            #expect(try await vault.verify(name, in: record) == .damaged)
            #expect(try await vault.blobs(of: record)[0].time < now() - 3_600)
            try await vault.put(bytes, as: name, in: record)
            #expect(try await vault.verify(name, in: record) == .sound)
            #expect(try await vault.blobs(of: record)[0].time > now() - 3_600)
        },
        VaultCheck("what still comes in is no leftover") { subject in
            let (bytes, name) = sample(1)
            let slow = try await subject.vault.begin(name, in: record)
            try await slow.write(bytes)
            #expect(try await subject.vault.removeLeftovers(begunBefore: now() + 9) == Leftovers())
            try await slow.finish()
            #expect(try await subject.vault.verify(name, in: record) == .sound)
        },
    ]
}
