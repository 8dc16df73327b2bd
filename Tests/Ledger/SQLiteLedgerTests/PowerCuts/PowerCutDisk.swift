import Glibc

@testable import LedgerCases

/// An ext4 file system on a loop device, whose power can be cut: what was not synced by then is lost.
final class PowerCutDisk {
    /// Where it is mounted.
    let mountPoint = TestDirectory()
    /// The file that it lies in, on tmpfs where there is one: what a cut takes away is the same, only sooner.
    private let image: String

    static let isAvailable: Bool = {
        do {
            let disk = try PowerCutDisk()
            defer { disk.unmount() }
            return PowerCutDisk.cut(disk.mountPoint.path)
        } catch {
            print("No power cuts: \(error)")
            return false
        }
    }()

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    init() throws {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/dev/shm"
        let name = mountPoint.path.split(separator: "/").last!
        image = "\(access(folder, W_OK) == 0 ? folder : "/tmp")/\(name).ext4"
        guard geteuid() == 0 else { throw Failure(description: "only root can mount") }
        try shell("truncate -s 96M \(image) && mkfs.ext4 -q -F \(image)")
        try mount()
    }

    deinit {
        unmount()
        unlink(image)
    }

    private func mount() throws { try shell("mount -o loop \(image) \(mountPoint.path)") }

    /// A process that is only just ending, or being started, may still have a file open.
    func unmount() {
        for _ in 0..<1000 {
            if umount(mountPoint.path) == 0 || errno == EINVAL { return }
            usleep(5_000)
        }
        print("\(mountPoint.path) is still in use; unmounted for whoever comes next")
        umount2(mountPoint.path, 2)  // MNT_DETACH
    }

    /// Power returns: the file system is mounted again, and its journal replayed.
    func remount() throws {
        unmount()
        try mount()
    }

    /// Cuts the power: nothing reaches the disk any more, not even the file system's own journal. From now on
    /// until `remount` writing and syncing fail. Returns whether that was possible.
    @discardableResult static func cut(_ mountPoint: String) -> Bool {
        let directory = open(mountPoint, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { return false }
        defer { close(directory) }
        // EXT4_IOC_SHUTDOWN is _IOR('X', 125, __u32); 2 is EXT4_GOING_FLAGS_NOLOGFLUSH.
        var flags: UInt32 = 2
        return ioctl(directory, 0x8004_587d, &flags) == 0
    }

    /// Writes some of what is not synced yet to the disk, as a kernel may at any time and in any order.
    static func writeBack(_ directory: String, _ dice: inout Dice) {
        for name in ["ledger.sqlite", "ledger.sqlite-wal", "checkpoint", "checkpoint.new"] where dice.flip() {
            let file = open(directory + "/" + name, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { continue }
            let pages = max(1, Int(lseek(file, 0, SEEK_END)) / 4096)
            let start = dice.roll(0..<pages)
            let count = dice.roll(1..<pages + 1)
            _ = syncFileRange(file, start * 4096, count * 4096, 6)
            close(file)
        }
        guard dice.flip() else { return }
        // Syncing any file commits what the journal has of all of them.
        let other = open(directory + "/other", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        write(other, "x", 1)
        fsync(other)
        close(other)
    }
}

/// `sync_file_range`, which Glibc's module does not show; the flags 6 are SYNC_FILE_RANGE_WRITE and _WAIT_AFTER.
private let syncFileRange = unsafeBitCast(
    dlsym(nil, "sync_file_range"), to: (@convention(c) (Int32, Int, Int, UInt32) -> Int32).self)

private func shell(_ command: String) throws {
    let status = system(command)
    guard status == 0 else { throw PowerCutDisk.Failure(description: "`\(command)` failed (\(status))") }
}

/// Random numbers that a seed repeats (SplitMix64).
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func roll(_ range: Range<Int>) -> Int { .random(in: range, using: &self) }
    mutating func flip() -> Bool { .random(using: &self) }
}
