import Primitives

/// Seals the file at `path` into an age file at `target`, which appears only when it is whole and durable
/// (mode 0600).
///
/// Throws as `seal(from:to:for:)` does, and `StreamError`; then nothing is left behind.
@discardableResult
public func sealFile(
    at path: String, to target: String, for key: AgeSealing, armored: Bool = false,
    hashing: AgeHashing = .ciphertext, progress: ((Int) -> Void)? = nil
) throws -> SealedFile {
    var source = try FileSource(path: path)
    return try sealFile(
        from: &source, to: target, for: key, armored: armored, hashing: hashing, progress: progress)
}

/// Seals what `source` gives into an age file at `target`. For the rest as `sealFile(at:to:for:)`.
@discardableResult
public func sealFile(
    from source: inout some ByteSource & ~Copyable, to target: String, for key: AgeSealing,
    armored: Bool = false,
    hashing: AgeHashing = .ciphertext, progress: ((Int) -> Void)? = nil
) throws -> SealedFile {
    var file = try UnpublishedFile(at: target)
    var sink = file.sink
    let sealed = try seal(
        from: &source, to: &sink, for: key, armored: armored, hashing: hashing, progress: progress)
    try file.publish()
    return sealed
}

/// Opens the age file at `path` into a file at `target`, which appears only when it is whole, authentic to
/// the last byte and durable (mode 0600).
///
/// Throws as `open(from:to:with:)` does, and `StreamError`; then nothing is left behind.
@discardableResult
public func openFile(
    at path: String, to target: String, with key: AgeOpening,
    hashing: AgeHashing = [.plaintext, .ciphertext],
    progress: ((Int) -> Void)? = nil
) throws -> OpenedFile {
    var source = try FileSource(path: path)
    return try openFile(from: &source, to: target, hashing: hashing, progress: progress) { _ in key }
}

/// Opens what `source` gives into a file at `target`, with a key that is chosen once the header is read. For
/// the rest as `openFile(at:to:with:)`.
@discardableResult
public func openFile(
    from source: inout some ByteSource & ~Copyable, to target: String,
    hashing: AgeHashing = [.plaintext, .ciphertext], progress: ((Int) -> Void)? = nil,
    choosing choose: (AgeHeader) throws -> AgeOpening
) throws -> OpenedFile {
    var file = try UnpublishedFile(at: target)
    var sink = file.sink
    let opened = try open(
        from: &source, to: &sink, hashing: hashing, progress: progress, choosing: choose)
    try file.publish()
    return opened
}
