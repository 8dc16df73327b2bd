import Age
import ArgumentParser

/// `medseal age inspect`
struct AgeInspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Tell what an age file is, without a key.")

    @Flag(help: ArgumentHelp("Print JSON."))
    var json = false

    @Argument(help: "The file to look at; standard input without it.")
    var input: String?

    func run() throws {
        let found = try AgeCommandFile.reading(input) { try inspect(from: &$0) }
        let types = found.header.stanzas.map(\.type)
        if json {
            // A type is visible ASCII: a quotation mark and a backslash are all that JSON wants escaped.
            let quoted = types.map {
                "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
            }
            print(
                """
                {"armored":\(found.isArmored),"stanzas":[\(quoted.joined(separator: ","))],\
                "postQuantum":\(found.isPostQuantum),"headerBytes":\(found.headerByteCount),\
                "payloadBytes":\(found.payloadByteCount),"plaintextBytes":\(found.plaintextByteCount)}
                """)
            return
        }
        print("format:        age-encryption.org/v1\(found.isArmored ? ", armored" : "")")
        print("sealed to:     \(types.joined(separator: ", "))")
        print("post-quantum:  \(found.isPostQuantum ? "yes" : "no")")
        print("header:        \(found.headerByteCount) bytes, not verified")
        print("payload:       \(found.payloadByteCount) bytes")
        print("plaintext:     \(found.plaintextByteCount) bytes")
    }
}
