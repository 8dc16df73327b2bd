import Contract
import Testing
import Vault

extension VaultCheck {
    /// Bytes belong to one record, and in it to one kind (SECURITY.md, T66, T67).
    static let separating: [VaultCheck] = [
        VaultCheck("of one record nothing is found through another") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let (one, other) = (sampleRecord(1), sampleRecord(2))
            try await vault.put(bytes, as: name, in: one)
            #expect(try await vault.size(of: name, in: other) == nil)
            #expect(try await vault.verify(name, in: other) == .absent)
            await #expect(throws: VaultError.absent) { try await vault.open(name, in: other) }
            #expect(try await vault.blobs(of: other).isEmpty)
            #expect(try await vault.absent(of: [name], in: other) == [name])
            try await vault.erase(name, in: other)
            try await vault.erase(other)
            #expect(try await vault.verify(name, in: one) == .sound)
        },
        VaultCheck("the same bytes in two records are kept twice and leave one by one") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            let (one, other) = (sampleRecord(1), sampleRecord(2))
            for record in [one, other] { try await vault.put(bytes, as: name, in: record) }
            try await subject.damage(name, in: one)
            #expect(try await vault.verify(name, in: one) == .damaged)
            #expect(try await vault.verify(name, in: other) == .sound)
            try await vault.erase(one)
            #expect(try await vault.verify(name, in: one) == .absent)
            #expect(try await vault.verify(name, in: other) == .sound)
            #expect(try await vault.records(after: nil, limit: 10).entries == [other])
        },
        VaultCheck("of one kind nothing is found as another") { subject in
            let (vault, (bytes, file)) = (subject.vault, sample(1))
            let names = BlobKind.allCases.map { BlobName(file.digest, $0) }
            for name in names {
                #expect(try await vault.size(of: name, in: record) == nil)
                try await vault.put(bytes, as: name, in: record)
            }
            #expect(try await vault.blobs(of: record).map(\.name) == names.sorted())
            for (index, name) in names.enumerated() {
                try await vault.erase(name, in: record)
                #expect(try await vault.blobs(of: record).count == names.count - index - 1)
            }
        },
        VaultCheck("an erased record is gone with all that was in it, and can begin anew") { subject in
            let (vault, samples) = (subject.vault, (0..<20).map { sample($0, count: 50) })
            let other = sampleRecord(1)
            for blob in samples { try await vault.put(blob.bytes, as: blob.name, in: record) }
            try await vault.put(samples[0].bytes, as: samples[0].name, in: other)
            let open = try await vault.open(samples[3].name, in: record)
            try await vault.erase(record)
            try await vault.erase(record)
            #expect(try await vault.blobs(of: record).isEmpty)
            #expect(try await vault.records(after: nil, limit: 10).entries == [other])
            #expect(try await open.bytes(0..<50) == samples[3].bytes)
            try await vault.put(samples[1].bytes, as: samples[1].name, in: record)
            #expect(try await subject.reopened().verify(samples[1].name, in: record) == .sound)
        },
        // Erasures come and go while others put: what a put has acknowledged is whole or was erased after it.
        VaultCheck("puts and erasures race without harm") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1, count: 5000))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<3 {
                    let own = sample(number + 2)
                    group.addTask {
                        for _ in 0..<40 {
                            try await vault.put(bytes, as: name, in: record)
                            try await vault.put(own.bytes, as: own.name, in: record)
                            try await vault.erase(own.name, in: record)
                        }
                    }
                }
                group.addTask { for _ in 0..<40 { try await vault.erase(record) } }
                try await group.waitForAll()
            }
            try await vault.put(bytes, as: name, in: record)
            #expect(try await vault.verify(name, in: record) == .sound)
            #expect(try await vault.blobs(of: record).map(\.name) == [name])
        },
    ]

    /// Pages.
    static let listing: [VaultCheck] = [
        VaultCheck("a record's pages come in order and hold no more than asked for") { subject in
            let samples = (0..<40).map { sample($0, count: 10 + $0) }
            for blob in samples { try await subject.vault.put(blob.bytes, as: blob.name, in: record) }
            let sorted = samples.sorted { $0.name < $1.name }
            for limit in [1, 7, 40, 41] {
                var seen = [ListedBlob]()
                var last: BlobName?
                repeat {
                    let page = try await subject.vault.blobs(of: record, after: last, limit: limit)
                    #expect(page.entries.count <= limit && page.foreign.isEmpty)
                    seen += page.entries
                    last = page.next?.name
                } while last != nil
                #expect(seen.map(\.name) == sorted.map(\.name))
                #expect(seen.map(\.byteCount) == sorted.map(\.bytes.count))
            }
            // After a name that is not there.
            let between = BlobName(try #require(Digest([UInt8](repeating: 0x80, count: 32))), .file)
            let page = try await subject.vault.blobs(of: record, after: between, limit: 100)
            #expect(page.entries.map(\.name) == sorted.map(\.name).filter { between < $0 })
        },
        VaultCheck("the records' pages come in order and hold no more than asked for") { subject in
            let (records, blob) = ((0..<40).map { sampleRecord($0) }.sorted(), sample(1))
            for record in records { try await subject.vault.put(blob.bytes, as: blob.name, in: record) }
            for limit in [1, 7, 40, 41] {
                var seen = [RecordHandle]()
                var last: RecordHandle?
                repeat {
                    let page = try await subject.vault.records(after: last, limit: limit)
                    #expect(page.entries.count <= limit && page.foreign.isEmpty)
                    seen += page.entries
                    last = page.next
                } while last != nil
                #expect(seen == records)
            }
            let between = try #require(RecordHandle([UInt8](repeating: 0x80, count: 32)))
            let page = try await subject.vault.records(after: between, limit: 100)
            #expect(page.entries == records.filter { between < $0 })
        },
        VaultCheck("a blob's time is when it was put") { subject in
            let (vault, (bytes, name)) = (subject.vault, sample(1))
            try await vault.put(bytes, as: name, in: record)
            let time = try await vault.blobs(of: record)[0].time
            #expect(abs(time - now()) < 3_600)
            try await subject.age(name, in: record, by: 10_000)
            #expect(try await vault.blobs(of: record)[0].time < time - 9_000)
        },
        VaultCheck("inspecting reads every byte of every record, in portions") { subject in
            let vault = subject.vault
            let samples = (0..<9).map { sample($0) }
            var addresses = [BlobAddress]()
            for (index, blob) in samples.enumerated() {
                let address = BlobAddress(sampleRecord(index % 3), blob.name)
                try await vault.put(blob.bytes, as: blob.name, in: address.record)
                addresses.append(address)
            }
            addresses.sort()
            try await subject.damage(addresses[4].blob, in: addresses[4].record)
            for (limit, bytesMax) in [(100, 1_500), (2, 1 << 20), (100, 1 << 20)] {
                var seen = [InspectedPage.Blob]()
                var last: BlobAddress?
                repeat {
                    let page = try await vault.inspect(after: last, limit: limit, bytesMax: bytesMax)
                    #expect(page.blobs.count <= min(limit, bytesMax / 1_000 + 1))
                    seen += page.blobs
                    last = page.next
                } while last != nil
                #expect(seen.map(\.address) == addresses)
                #expect(seen.filter { $0.condition != .sound }.map(\.address) == [addresses[4]])
                #expect(seen.allSatisfy { $0.byteCount == 1_000 })
            }
        },
        VaultCheck("many are looked for as few are") { subject in
            let samples = (0..<50).map { sample($0, count: 20 + $0) }
            for blob in samples.prefix(45) {
                try await subject.vault.put(blob.bytes, as: blob.name, in: record)
            }
            let names = samples.map(\.name)
            #expect(try await subject.vault.absent(of: names, in: record) == Array(names.suffix(5)))
            #expect(try await subject.vault.absent(of: names.suffix(8), in: record) == Array(names.suffix(5)))
        },
    ]
}
