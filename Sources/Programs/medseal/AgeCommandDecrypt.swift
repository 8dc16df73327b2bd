import Age
import ArgumentParser
import Primitives
import Remote
import Terminal

/// `medseal age decrypt`
struct AgeDecryptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decrypt", abstract: "Open a file, armored or not.",
        discussion: """
            With identities (-i) it opens what was sealed to them, without it asks for the passphrase. An identity file may \
            itself be sealed under a passphrase. Without INPUT it reads standard input, without -o it writes standard output.
            """)

    @Option(name: [.short, .long], help: "Open with the identities in this file. May be repeated.")
    var identity: [String] = []

    @OptionGroup var passphraseOptions: PassphraseOptions

    @Option(help: ArgumentHelp("Refuse a passphrase file whose work factor is above this (1 to 22)."))
    var maximumWorkFactor = 18

    @Option(
        name: [.short, .long], help: "Write to this file, which appears only when everything is authentic.")
    var output: String?

    @Argument(help: "The file to open.")
    var input: String?

    func run() throws {
        let identities = try identity.flatMap { try AgeIdentitySource.identities(in: $0, passphraseOptions) }
        let choose = { (header: AgeHeader) throws -> AgeOpening in
            guard header.stanzas.contains(where: \.isPassphrase) else {
                guard !identities.isEmpty else {
                    throw PartyError.badInput("this file needs an identity (-i)")
                }
                return .identities(identities)
            }
            guard identities.isEmpty else {
                throw PartyError.badInput("this file needs a passphrase, not an identity: leave out -i")
            }
            return .passphrases(
                try passphraseOptions.read("Passphrase").spellings, maximumWorkFactor: maximumWorkFactor)
        }
        let place = try OutputPlace(output, notOver: [input ?? "-"])
        do {
            _ = try AgeCommandFile.reading(input) { source in
                if case .file(let path) = place {
                    return try openFile(from: &source, to: path, hashing: [], choosing: choose)
                }
                return try place.writing { try open(from: &source, to: &$0, hashing: [], choosing: choose) }
            }
        } catch AgeError.noMatch {
            let file = input ?? "standard input"
            throw PartyError.refused(
                identities.isEmpty
                    ? "the passphrase does not open \(file)"
                    : "none of the identities opens \(file): it was sealed to other keys")
        }
    }
}
