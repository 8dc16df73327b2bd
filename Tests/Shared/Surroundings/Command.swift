import Foundation
import Synchronization

/// A program run to its end.
enum Command {
    struct Outcome {
        /// Its exit code, or the number of the signal that ended it, negative.
        let status: Int32
        let bytes: [UInt8]
        let errors: String

        var output: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs `program`, a path, with `input` on its standard input. It works in `folder`, and `environment` is all that it
    /// has; where they are nil, in this process' own. With `mergingErrors` what it prints as errors is in its output.
    static func run(
        _ program: String, _ arguments: [String], in folder: URL? = nil, input: [UInt8] = [],
        environment: [String: String]? = nil, mergingErrors: Bool = false
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = folder }
        if let environment { process.environment = environment }
        let (given, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input.isEmpty ? FileHandle.nullDevice : given
        process.standardOutput = output
        process.standardError = mergingErrors ? output : errors
        try process.run()
        // Each on a thread of its own: the program may wait for any of them to be filled or emptied.
        let others = DispatchGroup()
        let errorBytes = Mutex(Data())
        if !mergingErrors {
            DispatchQueue.global().async(group: others) {
                let bytes = errors.fileHandleForReading.readDataToEndOfFile()
                errorBytes.withLock { $0 = bytes }
            }
        }
        if !input.isEmpty {
            // A program that does not read to the end is no reason to die.
            signal(SIGPIPE, SIG_IGN)
            DispatchQueue.global().async {
                try? given.fileHandleForWriting.write(contentsOf: Data(input))
                try? given.fileHandleForWriting.close()
            }
        }
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        others.wait()
        process.waitUntilExit()
        let status = process.terminationStatus
        return Outcome(
            status: process.terminationReason == .exit ? status : -status, bytes: bytes,
            errors: String(decoding: errorBytes.withLock { $0 }, as: UTF8.self))
    }

    static func openssl(_ arguments: String...) throws -> Outcome { try run("/usr/bin/openssl", arguments) }
}
