import Foundation

/// A program run to its end.
enum Command {
    struct Outcome {
        /// Its exit code, or the number of the signal that ended it, negative.
        let status: Int32
        let bytes: [UInt8]
        let errors: String

        var output: String { String(decoding: bytes, as: UTF8.self) }
    }

    /// Runs `program`, a path, with `input` on its standard input; `environment` is all that it has, this process' own
    /// where it is nil.
    static func run(
        _ program: String, _ arguments: [String], input: [UInt8] = [], environment: [String: String]? = nil
    ) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let environment { process.environment = environment }
        let (given, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input.isEmpty ? FileHandle.nullDevice : given
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        if !input.isEmpty {
            // A program that does not read to the end is no reason to die.
            signal(SIGPIPE, SIG_IGN)
            DispatchQueue.global().async {
                try? given.fileHandleForWriting.write(contentsOf: Data(input))
                try? given.fileHandleForWriting.close()
            }
        }
        let bytes = [UInt8](output.fileHandleForReading.readDataToEndOfFile())
        let errorText = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let status = process.terminationStatus
        return Outcome(
            status: process.terminationReason == .exit ? status : -status, bytes: bytes, errors: errorText)
    }

    static func openssl(_ arguments: String...) throws -> Outcome { try run("/usr/bin/openssl", arguments) }
}
