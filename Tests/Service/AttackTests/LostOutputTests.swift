import Foundation
import Testing

@testable import StoryPlay
@testable import Surroundings

/// A program whose output is full, closed or read by nobody ends with a sentence and a code, never by a trap; a service whose
/// log is lost goes on.
@Suite struct LostOutputTests {
    /// Runs a shell's line; gives its exit code, minus the signal that ended it, and what it said.
    private func shell(_ line: String) throws -> (code: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = ["-c", line, Repository.programs.path]
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test(arguments: [
        "medseal --help", "medseald --help", "medseal-chaincode --help", "medseal age keygen",
        "medseal ledger --help",
    ])
    func anOutputThatTakesNothingIsTold(_ command: String) throws {
        for lost in [">/dev/full", ">&-"] {
            let (code, text) = try shell("\"$0\"/\(command) \(lost)")
            // The chaincode's codes are its own: 1 is that it cannot go on.
            let expected: Int32 = command.hasPrefix("medseal-chaincode") ? 1 : 3
            #expect(
                code == expected && text.contains("cannot write"), "\(command) \(lost): \(code) \(text)")
        }
        let unread = try shell("\"$0\"/\(command) | true; echo ${PIPESTATUS[0]}")
        // It may have ended before anything was written.
        #expect(
            ["0", "1", "3"].contains(String(unread.text.suffix(2).prefix(1))), "\(command): \(unread.text)")
    }

    @Test(arguments: ["medseal records --home /absent", "medseald run /absent", "medseald validate /absent"])
    func aSentenceThatNobodyHearsIsNoTrap(_ command: String) throws {
        for lost in ["2>/dev/full", "2>&-", "2>&- >&- <&-"] {
            let said = try shell("\"$0\"/\(command) \(lost); echo $?").text
            #expect(
                ["1", "2", "3"].contains(said.trimmingCharacters(in: .whitespacesAndNewlines)), "\(said)")
        }
    }
}
