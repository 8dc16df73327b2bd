import Glibc
import Synchronization

/// A directory that goes away with this value.
final class TestDirectory: Sendable {
    /// Where `TMPDIR` says: on tmpfs nothing waits for a disk.
    private static let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    /// What the path of each begins with.
    static var prefix: String { "\(parent)/medseal-ledger-" }
    let path: String

    init() {
        var template = Array("\(Self.prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { fatalError("no temporary directory") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in files { unlink(path + "/" + name) }
        rmdir(path)
    }

    /// The names of the files in it, sorted.
    var files: [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names = [String]()
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func read(_ name: String) -> [UInt8] {
        guard let file = fopen(path + "/" + name, "r") else { return [] }
        defer { fclose(file) }
        var bytes = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    func write(_ bytes: [UInt8], to name: String) {
        guard let file = fopen(path + "/" + name, "w") else { fatalError("cannot write \(name)") }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }

    func remove(_ name: String) { unlink(path + "/" + name) }

    /// Every file with its bytes.
    func snapshot() -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: files.map { ($0, read($0)) })
    }

    func restore(_ snapshot: [String: [UInt8]]) {
        for name in files { remove(name) }
        for (name, bytes) in snapshot { write(bytes, to: name) }
    }
}

/// A clock that the test sets.
final class TestClock: Sendable {
    private let seconds: Mutex<UInt64>
    init(_ seconds: UInt64) { self.seconds = Mutex(seconds) }
    func set(_ seconds: UInt64) { self.seconds.withLock { $0 = seconds } }
    var now: UInt64 { seconds.withLock { $0 } }
}
