public import Glibc

/// An open file; closed with its last reference.
public final class OpenFile: Sendable {
    let descriptor: Int32
    private let name: String

    init(_ descriptor: Int32, _ name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    deinit { close(descriptor) }

    public func status() throws(FileError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw FileError(after: "fstat", "cannot look at \(name)")
        }
        return status
    }

    public func byteCount() throws(FileError) -> Int { Int(try status().st_size) }

    /// Reads at `offset` until `buffer` is full or the file ends; returns the number of bytes read.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
        var done = 0
        while done < buffer.count, let start = buffer.baseAddress?.advanced(by: done) {
            let count = pread(descriptor, start, buffer.count - done, off_t(offset + done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(after: "pread", "cannot read \(name)")
            }
            done += count
        }
        return done
    }

    /// The bytes from `offset` on, at most `count` of them.
    public func read(_ count: Int, at offset: Int) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            do throws(FileError) {
                done = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }

    /// Writes all of `bytes` at the file's end.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let count = Glibc.write(descriptor, start, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw FileError(after: "write", "cannot write \(name)")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// The same for an array.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        var failure: FileError?
        bytes.withUnsafeBytes { buffer in
            do throws(FileError) { try write(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Takes away all that was written.
    public func truncate() throws(FileError) {
        guard uninterrupted({ ftruncate(descriptor, 0) }) == 0 else {
            throw FileError(after: "ftruncate", "cannot shorten \(name)")
        }
    }

    /// On return, what was written survives a power cut.
    public func synchronize() throws(FileError) {
        guard uninterrupted({ fsync(descriptor) }) == 0 else {
            throw FileError(after: "fsync", "cannot write \(name) to the disk")
        }
    }

    /// Sets who may do what with it, whatever the process's mask.
    func setMode(_ mode: UInt32) throws(FileError) {
        guard fchmod(descriptor, mode) == 0 else { throw FileError(after: "fchmod", "cannot write \(name)") }
    }

    /// Sets the time of the last change to now.
    public func touch() throws(FileError) {
        guard futimens(descriptor, nil) == 0 else {
            throw FileError(after: "futimens", "cannot renew \(name)")
        }
    }

    /// Waits for the advisory lock, which is let go with the last reference.
    public func lock() throws(FileError) {
        guard uninterrupted({ flock(descriptor, LOCK_EX) }) == 0 else {
            throw FileError(after: "flock", "cannot lock \(name)")
        }
    }

    /// Takes the advisory lock if nothing else holds it. Says whether it has it.
    public func tryLock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}

/// Makes the call again for as long as a signal cuts it off.
func uninterrupted(_ call: () -> Int32) -> Int32 {
    while true {
        let result = call()
        if result != -1 || errno != EINTR { return result }
    }
}
