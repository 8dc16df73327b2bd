public import Contract
import Primitives
public import Vault

/// A vault to be held to `Vault`'s promises, and what a test can do to it behind its back.
///
/// A new kind of vault's test file is one of these and one parameterised test: see MemoryVaultTests.
public protocol VaultSubject: Sendable {
    /// An empty vault.
    var vault: any Vault { get }

    /// The same place opened once more, as after a restart or by another process.
    func reopened() async throws -> any Vault

    /// Makes a blob look as if it had been put `seconds` earlier than it was.
    func age(_ blob: BlobName, in record: RecordHandle, by seconds: Int) async throws

    /// Changes one bit of a blob.
    func damage(_ blob: BlobName, in record: RecordHandle) async throws
}

/// A ciphertext and its name as a file; different for different numbers.
public func sample(_ number: Int, count: Int = 1000) -> (bytes: [UInt8], name: BlobName) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 7 &+ $0 / 256) }
    return (bytes, BlobName(Digest(of: bytes), .file))
}

/// A record's handle; different for different numbers, and of any order.
public func sampleRecord(_ number: Int = 0) -> RecordHandle {
    guard let handle = RecordHandle(SHA256.digest([UInt8(number & 255), UInt8(number >> 8 & 255)])) else {
        preconditionFailure("SHA-256 has 32 bytes")
    }
    return handle
}

extension Digest {
    /// The SHA-256 of `bytes`.
    init(of bytes: [UInt8]) {
        guard let digest = Digest(SHA256.digest(bytes)) else { preconditionFailure("SHA-256 has 32 bytes") }
        self = digest
    }
}
