import API
import Contract
public import Files
import Primitives
import Synchronization

/// The signed requests of the last minutes, so that none counts twice, also after a restart.
///
/// They lie in a file that is written before a request is answered. It needs no sync: what a process has written is there
/// after its end, however it ended. A machine that has started anew may have lost some: then nothing is taken that was
/// signed before.
public final class SeenRequests: Sendable {
    public enum Verdict: Sendable {
        case new
        case seen
        /// From before this began, and what was seen then is not known.
        case unknown
        /// As many in one second as are remembered.
        case tooMany
    }

    /// How many are remembered that say to be signed in one second: more than a machine can verify.
    static let perSecondMax = 8_192
    private static let name = "seen-requests"
    private static let recordBytes = 24

    /// The first half of SHA-256 over key and nonce.
    fileprivate struct Fingerprint: Hashable {
        let first: UInt64
        let second: UInt64
    }

    fileprivate struct Memory {
        var seconds: [UInt64: Set<Fingerprint>] = [:]
        var file: OpenFile?
        /// Records in the file, with those that no longer count.
        var written = 0
        var remembered: Int { seconds.values.reduce(0) { $0 + $1.count } }
    }

    private let folder: Folder?
    /// The machine's start, as the kernel names it.
    private let boot: [UInt8]
    /// What says to be signed up to here is not taken.
    private let unknownUntil: UInt64?
    private let memory: Mutex<Memory>

    /// Remembers only as long as it lives: for tests.
    public init() {
        folder = nil
        boot = []
        unknownUntil = nil
        memory = Mutex(Memory())
    }

    /// Goes on with what is in `folder`, at `now` in seconds since 1970. Where that cannot be read or written it works
    /// without it, and what was signed before this moment is not taken.
    public convenience init(in folder: Folder, at now: UInt64) {
        self.init(in: folder, at: now, boot: (try? Folder("/proc/sys/kernel/random").read("boot_id")) ?? [])
    }

    init(in folder: Folder, at now: UInt64, boot: [UInt8]) {
        self.folder = folder
        self.boot = boot
        var memory = Memory()
        if !folder.has(Self.name) {
            // The first start: there is no request from before, but perhaps of this second.
            unknownUntil = now - min(now, 1)
        } else if let bytes = try? folder.read(Self.name, bytesMax: 1 << 30), !boot.isEmpty,
            bytes.starts(with: boot)
        {
            memory.seconds = Self.decode(bytes.dropFirst(boot.count), at: now)
            unknownUntil = nil
        } else {
            unknownUntil = now
        }
        memory.rewrite(Self.name, in: folder, boot)
        self.memory = Mutex(memory)
    }

    /// Takes a request that `key` has signed, as it says at `created`, unless it was taken before.
    func take(nonce: [UInt8], of key: PublicKey, created: UInt64, at now: UInt64) -> Verdict {
        if let unknownUntil, created <= unknownUntil { return .unknown }
        let digest = SHA256.digest(key.bytes + nonce)
        let print = Fingerprint(first: Self.number(digest[0..<8]), second: Self.number(digest[8..<16]))
        return memory.withLock { memory in
            memory.forget(before: now - min(now, RequestSignature.ageSecondsMax))
            var second = memory.seconds[created] ?? []
            if second.contains(print) { return .seen }
            guard second.count < Self.perSecondMax else { return .tooMany }
            // In place: a copy of the set would cost more than the signature.
            memory.seconds[created] = nil
            second.insert(print)
            memory.seconds[created] = second
            if let folder {
                memory.append(Self.record(created, print))
                if memory.written > 2 * memory.remembered + 4_096 {
                    memory.rewrite(Self.name, in: folder, boot)
                }
            }
            return .new
        }
    }

    // MARK: The file: the machine's start, then 8 bytes of time and 16 of fingerprint for each

    fileprivate static func record(_ created: UInt64, _ print: Fingerprint) -> [UInt8] {
        [created, print.first, print.second].flatMap { number in
            withUnsafeBytes(of: number.bigEndian) { Array($0) }
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// A record that was cut off is of a request that was not answered.
    private static func decode(_ bytes: ArraySlice<UInt8>, at now: UInt64) -> [UInt64: Set<Fingerprint>] {
        var seconds: [UInt64: Set<Fingerprint>] = [:]
        let oldest = now - min(now, RequestSignature.ageSecondsMax)
        for start in stride(from: bytes.startIndex, through: bytes.endIndex - recordBytes, by: recordBytes) {
            let created = number(bytes[start..<start + 8])
            guard created >= oldest else { continue }
            seconds[created, default: []].insert(
                Fingerprint(
                    first: number(bytes[start + 8..<start + 16]),
                    second: number(bytes[start + 16..<start + 24])))
        }
        return seconds
    }
}

extension SeenRequests.Memory {
    fileprivate mutating func forget(before oldest: UInt64) {
        guard seconds.keys.contains(where: { $0 < oldest }) else { return }
        seconds = seconds.filter { $0.key >= oldest }
    }

    /// Writes the file anew with what still counts.
    fileprivate mutating func rewrite(_ name: String, in folder: Folder, _ boot: [UInt8]) {
        do {
            let open = try OpenFolder(path: folder.path, followingLink: true)
            let next = name + ".new"
            try open.remove(next)
            let new = try open.createFile(next)
            var bytes = boot
            written = 0
            for (created, prints) in seconds {
                for print in prints {
                    bytes += SeenRequests.record(created, print)
                    written += 1
                }
            }
            try new.write(bytes)
            try open.rename(next, to: name, in: open)
            file = new
        } catch {
            // The old one goes on being written.
        }
    }

    fileprivate mutating func append(_ record: [UInt8]) {
        do {
            try file?.write(record)
            written += 1
        } catch {
            // What is not complete says so after a restart: an empty file is of no start of the machine.
            try? file?.truncate()
            file = nil
        }
    }
}
