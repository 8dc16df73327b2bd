import Contract
import Foundation
import Identity
import Ledger
import Primitives
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import SQLiteLedger

/// A ledger that is saved as tiles and starts again from them.
@Suite struct ArchiveTests {
    let network = TestNetwork()
    let directory = TestDirectory()
    let folder = TestFolder()

    private func copy(of forge: Forge) throws -> ValidatorCopy {
        try ValidatorCopy.create(at: directory.path, genesis: network.file)
        let copy = try ValidatorCopy(directory: directory.path, genesis: network.file)
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(), clock: ValidatorCopyTests.now)
        return copy
    }

    /// By what c2sp.org/tlog-tiles says of the layout, and by the reader for tiles.
    @Test func anArchiveIsTiles() throws {
        let forge = Forge(network, deposits: 598)
        try copy(of: forge).export(to: folder.path)
        #expect(
            folder.files == [
                "checkpoint", "genesis.cbor", "ledger.vkey", "tile/0/000", "tile/0/001", "tile/0/002.p/88",
                "tile/1/000.p/2", "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
            ])
        #expect(folder.read("genesis.cbor") == network.file)
        let key = try VerifierKey(encoded: folder.read("ledger.vkey"))
        let head = try VerifiedCheckpoint(opening: folder.read("checkpoint"), log: key).checkpoint.head
        let tiles = TileNodes(size: head.size) { folder.read(String(decoding: $0.encoded, as: UTF8.self)) }
        #expect(try TreeHead(size: head.size, reading: tiles) == head)
        #expect(head == forge.checkpoint().checkpoint.head)
        #expect(
            EntryBundle.decode(folder.read("tile/entries/001"), width: 256)
                == Array(forge.entries[256..<512]))
    }

    /// Total loss: the ledger goes on with its key from the archive, and so does another organisation's copy.
    @Test func aLedgerStartsAgainFromAnArchive() async throws {
        var forge = Forge(network, deposits: 298)
        try copy(of: forge).export(to: folder.path)
        let archive = try Archive(at: folder.path)
        #expect(archive.genesis == network.file)
        #expect(archive.checkpoint.checkpoint.head.size == 300)
        let (first, second) = (TestDirectory(), TestDirectory())
        var told = [UInt64]()
        try archive.restore(to: first.path) { done, total in told += [done, total] }
        #expect(told == [300, 300])
        #expect(first.files == ["checkpoint", "ledger.sqlite"])
        let ledger = try network.open(first)
        #expect(ledger.state == .healthy)
        #expect(try ledger.examine() == [])
        #expect(try ledger.entries(from: 0, limit: 1000) == forge.entries)
        #expect(try await ledger.commit(network.deposit()).position == 300)

        try archive.restore(to: second.path)
        let restored = try ValidatorCopy(directory: second.path, genesis: network.file)
        forge.append(network.deposit())
        try forge.extend(restored)
        try restored.confirm(forge.checkpoint(), clock: ValidatorCopyTests.now)
    }

    @Test func anEmptyLogIsArchivedToo() throws {
        try EmbeddedLedger.create(at: directory.path, genesis: network.file)
        try network.open(directory).close()
        let stored = try OfflineLedger(directory: directory.path, genesis: network.file)
        try stored.export(to: folder.path)
        stored.close()
        #expect(folder.files == ["checkpoint", "genesis.cbor", "ledger.vkey"])
        let target = TestDirectory()
        try Archive(at: folder.path).restore(to: target.path)
        #expect(try network.open(target).state == .healthy)
    }

    @Test func aRunningLedgerIsArchived() async throws {
        let ledger = try await network.make(in: directory)
        try await ledger.commit(network.deposit())
        let early = try ledger.tile(TilePath(.entries, index: 0, width: 3))
        #expect(EntryBundle.decode(early ?? [], width: 3) == (try ledger.entries(from: 0, limit: 3)))
        #expect(try ledger.tile(TilePath(.entries, index: 0, width: 4)) == nil)
        try ledger.export(to: folder.path)
        try await ledger.commit(network.deposit())
        #expect(try ledger.tile(TilePath(.entries, index: 0, width: 3)) == early)
        #expect(try ledger.tile(TilePath(.hashes(level: 0), index: 0, width: 4))?.count == 128)
        let target = TestDirectory()
        try Archive(at: folder.path).restore(to: target.path)
        #expect(try network.open(target).entries(from: 0, limit: 10).count == 3)
        ledger.close()
        #expect(throws: LedgerError.closed) { try ledger.tile(TilePath(.entries, index: 0, width: 3)) }
    }

    @Test func anArchiveGrowsWithTheLog() throws {
        var forge = Forge(network, deposits: 100)
        let copy = try copy(of: forge)
        try copy.export(to: folder.path)
        for _ in 0..<200 { forge.append(network.deposit()) }
        try forge.extend(copy)
        try copy.confirm(forge.checkpoint(), clock: ValidatorCopyTests.now)
        try copy.export(to: folder.path)
        #expect(folder.files.contains("tile/entries/000.p/102"))
        #expect(folder.files.contains("tile/entries/000"))
        let target = TestDirectory()
        try Archive(at: folder.path).restore(to: target.path)
        // What is damaged in it is written again.
        folder.write([1, 2, 3], to: "tile/entries/000")
        try copy.export(to: folder.path)
        #expect(EntryBundle.decode(folder.read("tile/entries/000"), width: 256) != nil)
    }

    /// One line a change to an archive, and what it is refused with. Nothing is there afterwards.
    @Test func aChangedArchiveIsRefused() throws {
        let forge = Forge(network, deposits: 298)
        try copy(of: forge).export(to: folder.path)
        let bundle = folder.read("tile/entries/000")
        let other = Forge(TestNetwork(origin: "medseal/other"))
        var flipped = bundle
        flipped[flipped.count - 40] ^= 1
        var longer = Forge(network, repeating: forge.entries)
        longer.append(network.deposit())
        var swapped = forge.entries[..<256]
        swapped.swapAt(7, 8)
        let fork = Forge(network, deposits: 298)
        let lines: [(name: String, bytes: [UInt8]?, refusal: RestoreError)] = [
            ("genesis.cbor", nil, .file("genesis.cbor", "is missing")),
            (
                "genesis.cbor", other.network.file,
                .file("ledger.vkey", "is not the key that the genesis names")
            ),
            ("ledger.vkey", Array("x".utf8), .file("ledger.vkey", "is not the key that the genesis names")),
            ("checkpoint", nil, .file("checkpoint", "is missing")),
            (
                "checkpoint", other.checkpoint().note.encoded,
                .file("checkpoint", "is not signed by the ledger")
            ),
            ("checkpoint", fork.checkpoint().note.encoded, .otherRoot(size: 300)),
            (
                "checkpoint", longer.checkpoint().note.encoded,
                .file("tile/entries/001.p/45", "is missing")
            ),
            ("tile/entries/000", nil, .file("tile/entries/000", "is missing")),
            (
                "tile/entries/000", Array(bundle.dropLast()),
                .file("tile/entries/000", "is not a bundle of 256 entries")
            ),
            (
                "tile/entries/000", flipped,
                .fault(
                    .init(
                        position: 255,
                        reason: "statement \(id(of: forge.entries[255])) was recorded with other writes"))
            ),
            (
                "tile/entries/000", EntryBundle.encode(Array(swapped)),
                .fault(.init(position: 7, reason: "the entry says that its position is 8"))
            ),
        ]
        for (name, bytes, refusal) in lines {
            let before = folder.read(name)
            if let bytes { folder.write(bytes, to: name) } else { folder.remove(name) }
            let target = TestDirectory()
            #expect(throws: refusal, "\(name)") { try Archive(at: folder.path).restore(to: target.path) }
            #expect(!target.files.contains("ledger.sqlite") && !target.files.contains("checkpoint"))
            folder.write(before, to: name)
            // A second attempt, over what the first left behind.
            if name.hasPrefix("tile") { try Archive(at: folder.path).restore(to: target.path) }
        }
    }

    /// Of every file in it (`flips`): refused, or harmless because nothing is made from it but what it was.
    @Test func everyFlippedByteOfAnArchiveIsFoundOrChangesNothing() throws {
        let forge = Forge(network, deposits: 4)
        try copy(of: forge).export(to: folder.path)
        let target = TestDirectory()
        try Archive(at: folder.path).restore(to: target.path)
        let content = try target.content()
        let head = forge.checkpoint().checkpoint.head
        for name in folder.files {
            let whole = folder.read(name)
            for (offset, bits) in flips(in: whole.count) {
                var bytes = whole
                bytes[offset] ^= bits
                folder.write(bytes, to: name)
                let target = TestDirectory()
                if (try? Archive(at: folder.path).restore(to: target.path)) != nil {
                    // Hashes in tiles are computed again, not believed; who reads them finds what was changed.
                    #expect(name.hasPrefix("tile/0/"), "byte \(offset) of \(name)")
                    #expect(try target.content() == content, "byte \(offset) of \(name)")
                    let tiles = TileNodes(size: head.size) {
                        folder.read(String(decoding: $0.encoded, as: UTF8.self))
                    }
                    #expect(
                        (try? TreeHead(size: head.size, reading: tiles)) != head, "byte \(offset) of \(name)")
                } else {
                    #expect(!target.files.contains("ledger.sqlite"), "byte \(offset) of \(name)")
                }
            }
            folder.write(whole, to: name)
        }
    }

    private func id(of entry: [UInt8]) -> StatementID {
        // The ledger has just given it: an entry.
        network.id(of: try! LogEntry.decode(entry).statement)
    }

    @Test func anOldArchiveIsNotRestoredUnderANewerAnchor() throws {
        let forge = Forge(network, deposits: 10)
        let copy = try copy(of: forge)
        try copy.export(to: folder.path)
        var (newer, fork) = (forge, Forge(network, deposits: 8))
        newer.append(network.deposit())
        fork.append(network.deposit())
        let archive = try Archive(at: folder.path)
        #expect(throws: RestoreError.ledger(.inUse)) { try archive.restore(to: directory.path) }
        copy.close()
        #expect(throws: RestoreError.ledger(.exists)) { try archive.restore(to: directory.path) }
        let target = TestDirectory()
        for (note, reason) in [
            (newer.checkpoint().note.encoded, ReadOnlyReason.behindAnchor(anchored: 13, present: 12)),
            (fork.checkpoint().note.encoded, .differsFromAnchor(size: 11)), ([], .anchorDamaged),
        ] {
            target.write(note, to: "checkpoint")
            #expect(throws: RestoreError.ledger(.readOnly(reason))) { try archive.restore(to: target.path) }
            #expect(target.read("checkpoint") == note)
            #expect(!target.files.contains("ledger.sqlite"))
        }
        target.write(forge.checkpoint(size: 5).note.encoded, to: "checkpoint")
        try archive.restore(to: target.path)
        #expect(target.read("checkpoint") == forge.checkpoint().note.encoded)
    }

    /// Each round a process of its own restores and is killed in the midst of it.
    @Test func aKilledRestoringLeavesNothing() async throws {
        try copy(of: Forge(network, deposits: 298)).export(to: folder.path)
        let target = TestDirectory()
        for _ in 0..<4 {
            let (from, to) = (folder.path, target.path)
            let ended = await #expect(processExitsWith: .signal(SIGKILL)) {
                [from = from as String, to = to as String] in
                killSoon(within: 1_000..<200_000)
                while true {
                    try Archive(at: from).restore(to: to)
                    unlink(to + "/ledger.sqlite")
                }
            }
            #expect(ended != nil)
            if target.files.contains("ledger.sqlite") {
                let ledger = try network.open(target)
                #expect(try ledger.state == .healthy && ledger.examine() == [])
                ledger.close()
                target.remove("ledger.sqlite")
            }
        }
        try Archive(at: folder.path).restore(to: target.path)
    }

    @Test func tilesAreCheckedAsTheyAreRead() throws {
        let forge = Forge(network, deposits: 298)
        let copy = try copy(of: forge)
        func tile(_ content: TilePath.Content, _ index: UInt64, _ width: Int) throws -> [UInt8]? {
            try copy.tile(TilePath(content, index: index, width: width))
        }
        // Every width that the log has passed, and none that it has not.
        #expect(try tile(.entries, 0, 255) == EntryBundle.encode(Array(forge.entries[..<255])))
        #expect(try tile(.entries, 1, 44) != nil)
        #expect(try tile(.entries, 1, 45) == nil)
        #expect(try tile(.hashes(level: 0), 1, 44)?.count == 44 * 32)
        #expect(try tile(.hashes(level: 0), 1, 45) == nil)
        #expect(try tile(.hashes(level: 1), 0, 1)?.count == 32)
        #expect(try tile(.hashes(level: 1), 0, 2) == nil)
        #expect(try tile(.hashes(level: 9), 0, 1) == nil)

        try directory.change("UPDATE entries SET entry = randomblob(100) WHERE position = 3")
        try directory.change(changeNode(8, 0))
        let damaged = LedgerError.damaged(Finding(.entry(3), "differs from its leaf hash"))
        #expect(throws: damaged) { try tile(.entries, 0, 256) }
        #expect(throws: damaged) { try tile(.hashes(level: 0), 0, 4) }
        #expect(try tile(.hashes(level: 0), 0, 3) != nil)
        #expect(throws: LedgerError.self) { try tile(.hashes(level: 1), 0, 1) }
        #expect(throws: LedgerError.self) { try copy.export(to: folder.path) }
        // The root first, before any tile is written.
        try directory.change(changeNode(5, 8))
        let root = Finding(.tree, "has another root than the checkpoint")
        #expect(throws: LedgerError.damaged(root)) { try copy.export(to: TestFolder().path) }
        #expect(folder.read("checkpoint") == [], "the checkpoint comes last")
    }
}

/// A folder that goes away with this value.
final class TestFolder: Sendable {
    let path = "/tmp/medseal-archive-\(UInt64.random(in: 0 ... .max))"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The paths of the files in it, sorted.
    var files: [String] {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return names.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    func read(_ name: String) -> [UInt8] {
        FileManager.default.contents(atPath: path + "/" + name).map { Array($0) } ?? []
    }

    func write(_ bytes: [UInt8], to name: String) {
        _ = FileManager.default.createFile(atPath: path + "/" + name, contents: Data(bytes))
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path + "/" + name) }
}
