import Glibc
import Primitives

/// A file of credentials as AWS's tools have it.
enum CredentialFile {
    private static let bytesMax = 64 << 10

    /// Reads the credentials of `profile`. Throws `misconfigured` and says what to do; never what the file holds.
    static func read(_ path: String, profile: String) throws(BucketError) -> Credentials {
        var bytes = try content(of: path)
        defer { wipe(&bytes) }
        guard let credentials = credentials(in: bytes, profile: profile) else {
            throw BucketError(
                .misconfigured,
                "\(path) has no profile [\(profile)] with aws_access_key_id and aws_secret_access_key")
        }
        return credentials
    }

    /// Nil when the profile is not there or lacks one of the two.
    static func credentials(in bytes: [UInt8], profile: String) -> Credentials? {
        var values = [String: [UInt8]]()
        defer { for name in values.keys { wipe(&values[name]!) } }
        var isWanted = false
        for line in bytes.split(separator: 0x0a) {
            let line = trimmed(line)
            if line.first == 0x5b {
                isWanted = Array(line) == Array("[\(profile)]".utf8)
            } else if isWanted, let sign = line.firstIndex(of: 0x3d), line.first != 0x23, line.first != 0x3b {
                let name = String(decoding: trimmed(line[..<sign]), as: UTF8.self)
                values[name] = Array(trimmed(line[line.index(after: sign)...]))
            }
        }
        guard let accessKey = values["aws_access_key_id"], var secret = values["aws_secret_access_key"] else {
            return nil
        }
        return Credentials(
            accessKey: accessKey, secret: &secret, sessionToken: values["aws_session_token"])
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8?) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0d }
        var text = text
        while isSpace(text.first) { text.removeFirst() }
        while isSpace(text.last) { text.removeLast() }
        return text
    }

    private static func content(of path: String) throws(BucketError) -> [UInt8] {
        func cannot(_ why: String) -> BucketError {
            BucketError(.misconfigured, "cannot read the credentials in \(path): \(why)")
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw cannot(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw cannot("it is no file")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw cannot("others may read it, run `chmod 600` on it first")
        }
        guard status.st_size <= bytesMax else { throw cannot("it is too long") }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = Glibc.read(descriptor, &bytes, bytesMax)
        guard count >= 0 else { throw cannot(String(cString: strerror(errno))) }
        bytes.removeLast(bytesMax - count)
        return bytes
    }
}
