import Contract
import Testing
import Vault

extension VaultCheck {
    /// Blobs that come in several goes (SECURITY.md, T53, T58).
    static let resuming: [VaultCheck] = [
        VaultCheck("what was kept is gone on with, and is a blob when it is whole") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1, count: 300_000))
            let partial = PartialBlob(name, in: record, from: sender(1))
            #expect(try await vault.byteCount(of: partial) == 0)
            for end in [1, 1, 70_001, 299_999] {
                let incoming = try await vault.resume(partial)
                let start = await incoming.byteCount
                try await incoming.write(Array(bytes[start..<end]))
                #expect(await incoming.byteCount == end)
                try await incoming.keep()
                await #expect(throws: VaultError.closed) { try await incoming.write([1]) }
                await #expect(throws: VaultError.closed) { try await incoming.keep() }
                await #expect(throws: VaultError.closed) { try await incoming.finish() }
                await incoming.abort()
                #expect(try await vault.byteCount(of: partial) == end)
                #expect(try await vault.size(of: name, in: record) == nil)
                #expect(try await vault.blobs(of: record).isEmpty)
            }
            let last = try await vault.resume(partial)
            try await last.write(Array(bytes[299_999...]))
            try await last.finish()
            #expect(try await vault.verify(name, in: record) == .sound)
            #expect(try await vault.byteCount(of: partial) == 0)
        },
        VaultCheck("what is finished without another byte is a blob too") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let partial = PartialBlob(name, in: record, from: sender(1))
            let first = try await vault.resume(partial)
            try await first.write(bytes)
            try await first.keep()
            try await vault.resume(partial).finish()
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("each sender's part is its own, in one record and for one name") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let others = [
                PartialBlob(name, in: record, from: sender(2)),
                PartialBlob(name, in: sampleRecord(5), from: sender(1)),
                PartialBlob(BlobName(name.digest, .descriptor), in: record, from: sender(1)),
            ]
            for other in others {
                let spoilt = try await vault.resume(other)
                try await spoilt.write([9, 9])
                try await spoilt.keep()
            }
            let own = PartialBlob(name, in: record, from: sender(1))
            #expect(try await vault.byteCount(of: own) == 0)
            let incoming = try await vault.resume(own)
            try await incoming.write(bytes)
            try await incoming.finish()
            for other in others { #expect(try await vault.byteCount(of: other) == 2) }
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("two cannot bring the same part at once") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let partial = PartialBlob(name, in: record, from: sender(1))
            let first = try await vault.resume(partial)
            try await first.write(Array(bytes.prefix(10)))
            await #expect(throws: VaultError.inUse) { try await vault.resume(partial) }
            await #expect(throws: VaultError.inUse) { try await vault.byteCount(of: partial) }
            try await first.write(Array(bytes.dropFirst(10)))
            try await first.keep()
            let second = try await vault.resume(partial)
            // Late, and of no effect.
            await first.abort()
            try await second.finish()
            #expect(try await vault.verify(name, in: record) == .sound)
        },
        VaultCheck("other bytes than the name's are found out, and nothing is left of them") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let partial = PartialBlob(name, in: record, from: sender(1))
            let wrong = try await vault.resume(partial)
            try await wrong.write([0] + bytes.prefix(500))
            try await wrong.keep()
            let rest = try await vault.resume(partial)
            try await rest.write(Array(bytes.dropFirst(501)))
            await #expect(throws: VaultError.digestMismatch) { try await rest.finish() }
            #expect(try await vault.byteCount(of: partial) == 0)
            #expect(try await vault.blobs(of: record).isEmpty)
            let aborted = try await vault.resume(partial)
            try await aborted.write(bytes)
            await aborted.abort()
            #expect(try await vault.byteCount(of: partial) == 0)
        },
        VaultCheck("an erased record's parts are gone, others' stay") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let parts = [record, sampleRecord(5)].map { PartialBlob(name, in: $0, from: sender(1)) }
            for partial in parts {
                let incoming = try await vault.resume(partial)
                try await incoming.write(bytes)
                try await incoming.keep()
            }
            try await vault.erase(record)
            #expect(try await vault.byteCount(of: parts[0]) == 0)
            #expect(try await vault.byteCount(of: parts[1]) == bytes.count)
        },
        VaultCheck("parts are swept by their age, and a sender keeps no more than so many") { subject in
            let vault = subject.vault
            let parts = (0...KeptPart.perSenderMax).map {
                PartialBlob(sample($0).name, in: record, from: sender(1))
            }
            let other = PartialBlob(sample(1).name, in: record, from: sender(2))
            let beginning = now()
            for partial in [other] + parts {
                let incoming = try await vault.resume(partial)
                try await incoming.write([1, 2, 3])
                try await incoming.keep()
            }
            func keptCount() async throws -> Int {
                var count = 0
                for partial in parts where try await vault.byteCount(of: partial) == 3 { count += 1 }
                return count
            }
            #expect(try await keptCount() == KeptPart.perSenderMax)
            #expect(try await vault.byteCount(of: other) == 3)
            #expect(try await vault.removeLeftovers(begunBefore: beginning - 60).removedCount == 0)
            let open = try await vault.resume(other)
            let swept = try await vault.removeLeftovers(begunBefore: now() + 60)
            #expect(swept.removedCount == KeptPart.perSenderMax && swept.foreign.isEmpty)
            #expect(try await keptCount() == 0)
            try await open.keep()
            #expect(try await vault.byteCount(of: other) == 3)
        },
    ]
}

/// A sender's key; different for different numbers.
private func sender(_ number: UInt8) -> PublicKey {
    guard let key = PublicKey([UInt8](repeating: number, count: 32)) else { preconditionFailure("32 bytes") }
    return key
}
