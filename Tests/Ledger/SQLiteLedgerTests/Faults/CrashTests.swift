import Contract
import Glibc
import Identity
import Ledger
import Primitives
import Synchronization
import Testing
import TransparencyLog

@testable import LedgerCases
@testable import SQLiteLedger

/// Killed processes and full disks: what was acknowledged is there, what was not is not half there.
@Suite struct CrashTests {
    let network = TestNetwork()
    let directory = TestDirectory()

    /// Each round a process of its own submits from four tasks at once and is killed in the midst of it.
    @Test func whatAKilledProcessAcknowledgedIsThere() async throws {
        try await network.make(in: directory).close()
        var size: UInt64 = 2
        for round in 0..<8 {
            let path = directory.path
            let killed = await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                try await submitUntilKilled(in: path)
            }
            #expect(killed != nil)

            let ledger = try network.open(directory)
            #expect(ledger.state == .healthy)
            #expect(try ledger.examine() == [])
            let entries = try ledger.entries(from: 0, limit: 1_000_000)
            let acknowledged = directory.read("acknowledged").split(separator: 0x0a)
            for line in acknowledged {
                let id = try #require(StatementID(hex: String(decoding: line, as: UTF8.self)))
                let position = try #require(try ledger.position(of: id), "round \(round)")
                let statement = try LogEntry.decode(entries[Int(position)]).statement
                #expect(network.id(of: statement) == id)
            }
            #expect(UInt64(entries.count) >= size)
            size = UInt64(entries.count)
            ledger.close()
        }
        #expect(size > 2, "no process came to submit anything")
    }

    /// The entry is durable, but nobody was told: after a restart the retry gets its receipt.
    @Test func aFailingAnchorStopsTheLedger() async throws {
        let ledger = try await network.make(in: directory)
        // Where the anchor's next version would be written there is a directory.
        mkdir(directory.path + "/checkpoint.new", 0o700)
        let statement = network.deposit()
        await #expect(throws: LedgerError.self) { try await ledger.submit(statement) }
        guard case .readOnly(.storageFailed) = ledger.state else {
            Issue.record("the ledger is \(ledger.state)")
            return
        }
        await #expect(throws: LedgerError.self) { try await ledger.submit(network.deposit()) }
        #expect(try ledger.entries(from: 0, limit: 10).count == 2, "what is not anchored is not shown")
        ledger.close()

        rmdir(directory.path + "/checkpoint.new")
        let again = try network.open(directory)
        #expect(again.state == .healthy)
        #expect(try await again.commit(statement).position == 2)
        #expect(try again.examine() == [])
    }

    /// A retry is not told that all is well before the anchor that failed is made up for.
    @Test func anAnchorThatFoundTheDiskFullIsMadeUpFor() async throws {
        let ledger = try await network.make(in: directory)
        symlink("/dev/full", directory.path + "/checkpoint.new")
        let statement = network.deposit()
        await #expect(throws: LedgerError.diskFull) { try await ledger.submit(statement) }
        #expect(ledger.state == .healthy)
        #expect(try ledger.entries(from: 0, limit: 10).count == 2, "what is not anchored is not shown")

        let receipt = try await ledger.commit(statement)
        #expect(receipt.position == 2)
        #expect(receipt.passages == [], "it had been committed before")
        #expect(directory.read("checkpoint") == receipt.checkpoint)
        #expect(try Checkpoint(decoding: SignedNote(decoding: receipt.checkpoint).text).head.size == 3)
        #expect(try ledger.checkpoint() == receipt.checkpoint)
        #expect(try ledger.examine() == [])
    }

    /// On a small file system of its own, which only root can mount.
    @Test(.enabled(if: SmallDisk.isAvailable, "mounting a file system needs root"))
    func aFullDiskIsToldAndOutlived() async throws {
        let disk = try SmallDisk(mebibytes: 2)
        defer { disk.unmount() }
        let ledger = try await network.make(in: disk.directory)
        let first = try await ledger.commit(network.deposit())
        disk.fill()
        var refused = [[UInt8]]()
        for _ in 0..<20 {
            let statement = network.deposit()
            do throws(LedgerError) {
                _ = try await ledger.submit(statement)
            } catch {
                #expect(error == .diskFull)
                refused.append(statement)
            }
        }
        #expect(refused.count > 0)
        #expect(ledger.state == .healthy)
        #expect(try ledger.examine() == [])
        #expect(try ledger.position(of: first.statement) == 2)

        disk.free()
        for statement in refused { try await ledger.commit(statement) }
        #expect(try ledger.examine() == [])
        ledger.close()
        let again = try network.open(disk.directory)
        #expect(again.state == .healthy)
        #expect(try again.entries(from: 0, limit: 100).count == 23)
        again.close()
    }
}

/// Opens the ledger in `path`, submits deposits, writes the id of each acknowledged one to the file
/// `acknowledged`, and is killed by its own hand within a few hundredths of a second.
private func submitUntilKilled(in path: String) async throws {
    let network = TestNetwork()
    let ledger = try EmbeddedLedger(
        directory: path, genesis: network.file, key: network.ledgerKey, clock: { TestNetwork.created + 10 })
    let log = open(path + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { _ in
            usleep(UInt32.random(in: 1_000..<60_000))
            kill(getpid(), SIGKILL)
            return nil
        }, nil)
    await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
            group.addTask {
                while case .committed(let receipt)? = try? await ledger.submit(network.deposit()) {
                    let line = Array((receipt.statement.hex + "\n").utf8)
                    write(log, line, line.count)
                }
            }
        }
    }
}

/// A tmpfs of a few MiB, mounted for one test.
private struct SmallDisk {
    let directory = TestDirectory()

    static let isAvailable: Bool = {
        guard geteuid() == 0, let disk = try? SmallDisk(mebibytes: 1) else { return false }
        disk.unmount()
        return true
    }()

    struct NotMounted: Error {}

    init(mebibytes: Int) throws {
        guard mount("tmpfs", directory.path, "tmpfs", 0, "size=\(mebibytes)m") == 0 else {
            throw NotMounted()
        }
    }

    func unmount() { umount(directory.path) }

    /// Leaves no byte free.
    func fill() {
        let file = open(directory.path + "/filler", O_WRONLY | O_CREAT, 0o600)
        defer { close(file) }
        let block = [UInt8](repeating: 0, count: 4096)
        while write(file, block, block.count) > 0 {}
    }

    func free() { directory.remove("filler") }
}
