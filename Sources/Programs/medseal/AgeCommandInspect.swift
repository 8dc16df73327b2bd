import Age
import ArgumentParser
import Terminal

/// `medseal age inspect`
struct AgeInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Tell what an age file is, without a key.")

    @OptionGroup var output: OutputOptions

    @Argument(help: "The file to look at; standard input without it.")
    var input: String?

    func run() throws {
        let found = try AgeCommandFile.reading(input) { try inspect(from: &$0) }
        let types = found.header.stanzas.map(\.type)
        let answer = Printed.InspectedFile(
            armored: found.isArmored, stanzas: types, postQuantum: found.isPostQuantum,
            headerBytes: found.headerByteCount, payloadBytes: found.payloadByteCount,
            plaintextBytes: found.plaintextByteCount)
        try output.print(answer) {
            print("format:        age-encryption.org/v1\(found.isArmored ? ", armored" : "")")
            print("sealed to:     \(types.joined(separator: ", "))")
            print("post-quantum:  \(found.isPostQuantum ? "yes" : "no")")
            print("header:        \(found.headerByteCount) bytes, not verified")
            print("payload:       \(found.payloadByteCount) bytes")
            print("plaintext:     \(found.plaintextByteCount) bytes")
        }
    }
}
