import Age
import ArgumentParser
import Glibc
import Primitives
import Remote

/// `medseal age`: age files and keys, in the formats of the stock `age` tool.
struct AgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "age",
        abstract: "Seal and open age files (c2sp.org/age), with hybrid post-quantum keys by default.",
        subcommands: [
            AgeKeygenCommand.self, AgeEncryptCommand.self, AgeDecryptCommand.self, AgeInspectCommand.self,
        ])
}

/// Files by the names of a command line, `-` for standard input and output.
enum AgeCommandFile {
    /// Runs `body` with a source of the file's bytes.
    static func reading<Result>(_ path: String?, _ body: (inout FileSource) throws -> Result) throws -> Result
    {
        guard let path, path != "-" else {
            var source = FileSource(descriptor: STDIN_FILENO)
            return try body(&source)
        }
        do {
            var source = try FileSource(path: path)
            return try body(&source)
        } catch let error as StreamError {
            throw PartyError(error.isAboutTheName ? .badInput : .unavailable, "\(path): \(error)")
        }
    }

    /// All bytes of a small file, at most 1 MiB.
    static func contents(of path: String) throws -> [UInt8] {
        try reading(path) { source in
            let limit = 1 << 20
            var bytes = [UInt8](repeating: 0, count: limit + 1)
            var count = 0
            while count < bytes.count {
                let read = try bytes.withUnsafeMutableBytes {
                    try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
                }
                guard read > 0 else { break }
                count += read
            }
            defer { wipe(&bytes) }
            guard count <= limit else {
                throw PartyError.badInput("\(path): too long for a key file; name the file with the keys")
            }
            return Array(bytes[..<count])
        }
    }

    /// Writes a small file that must not exist yet: whole or not at all, mode 0600; or to standard output.
    static func write(_ bytes: SecretBytes, to path: String?) throws {
        guard let path, path != "-" else {
            var sink = FileSink(descriptor: STDOUT_FILENO)
            return try bytes.withUnsafeBytes { try sink.write($0) }
        }
        let descriptor = Glibc.open(
            path, O_WRONLY | O_CREAT | O_CLOEXEC | O_EXCL, 0o600)
        guard descriptor >= 0 else {
            throw PartyError.unavailable("\(path): \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var sink = FileSink(descriptor: descriptor)
        do {
            try bytes.withUnsafeBytes { try sink.write($0) }
            guard fsync(descriptor) == 0 else {
                throw PartyError.unavailable("\(path): \(String(cString: strerror(errno)))")
            }
        } catch {
            unlink(path)
            throw error
        }
    }
}
