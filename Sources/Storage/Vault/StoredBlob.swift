internal import Primitives

/// A ciphertext open for reading. It stays readable after it was erased, until the last reference goes.
public final class StoredBlob: Sendable {
    /// Size when it was opened.
    public let byteCount: Int
    private let file: FileDescriptor

    init(_ file: FileDescriptor, byteCount: Int) {
        self.file = file
        self.byteCount = byteCount
    }

    /// Fills `buffer` from byte `offset` on and returns how many bytes there were: less than the buffer's
    /// count at the file's end, 0 beyond it.
    ///
    /// Any number of readers may call it at once. It does not check the digest; whoever opens the ciphertext
    /// does. Throws `changedWhileRead` when the file has become shorter, `system`.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(VaultError) -> Int {
        precondition(offset >= 0, "no byte stands before the first")
        guard offset < byteCount else { return 0 }
        let expected = min(buffer.count, byteCount - offset)
        let count = try file.read(
            into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<expected]), at: offset)
        guard count == expected else { throw .changedWhileRead }
        return count
    }

    /// The bytes from `offset` on, at most `count` of them; see `read(into:at:)`.
    public func read(_ count: Int, at offset: Int) throws(VaultError) -> [UInt8] {
        let available = max(0, min(count, byteCount - offset))
        var bytes = [UInt8](repeating: 0, count: available)
        var failure: VaultError?
        bytes.withUnsafeMutableBytes { buffer in
            do throws(VaultError) { _ = try read(into: buffer, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
        return bytes
    }
}

extension FileDescriptor {
    /// The SHA-256 of the whole file: 32 bytes.
    func digest() throws(VaultError) -> [UInt8] {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var hash = SHA256()
        var offset = 0
        while true {
            let count = try read(into: buffer, at: offset)
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
            if count < buffer.count { return hash.finish() }
        }
    }
}
