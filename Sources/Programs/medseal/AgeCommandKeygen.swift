import Age
import ArgumentParser
import Foundation
import Primitives
import Remote
import Terminal

/// `medseal age keygen`
struct AgeKeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen", abstract: "Make an identity, or tell the recipient of one.",
        discussion: "The identity file is what `age -i` reads. Its recipient is printed on standard error.")

    @Flag(name: .customLong("x25519"), help: "A classical key, for tools without hybrid keys.")
    var isClassical = false

    @Option(name: [.short, .long], help: "Write the identity to this file, which must not exist yet.")
    var output: String?

    @Option(name: [.customShort("y"), .long], help: "Print the recipients of this identity file instead.")
    var recipientsOf: String?

    @Flag(name: [.short, .long], help: "Seal the identity file under a passphrase.")
    var passphrase = false

    @OptionGroup var passphraseOptions: PassphraseOptions

    mutating func validate() throws {
        guard recipientsOf == nil || (output == nil && !isClassical && !passphrase) else {
            throw ValidationError("--recipients-of goes with no other option.")
        }
    }

    func run() throws {
        if let recipientsOf {
            for identity in try AgeIdentitySource.identities(in: recipientsOf, passphraseOptions) {
                print(identity.recipient.text)
            }
            return
        }
        let identity = AgeIdentity.generate(isClassical ? .x25519 : .hybrid)
        let now = Date().formatted(.iso8601)
        var file = IdentityFile(
            comments: ["created: \(now)", "public key: \(identity.recipient.text)"], identities: [identity]
        ).serialized()
        if passphrase {
            let passphrase = try passphraseOptions.read("New passphrase for the identity file", isNew: true)
            file = SecretBytes(copying: try seal(file, for: .passphrase(passphrase)))
        }
        try AgeCommandFile.write(file, to: output)
        ProcessStreams.tell("Public key: \(identity.recipient.text)")
    }
}

/// Identities out of files, which may themselves be age files under a passphrase.
enum AgeIdentitySource {
    static func identities(in path: String, _ options: PassphraseOptions) throws -> [AgeIdentity] {
        var contents = try AgeCommandFile.contents(of: path)
        defer { wipe(&contents) }
        do {
            if isSealed(contents) {
                let passphrase = try options.read("Passphrase for the identity file \(path)")
                var opened = try open(contents, with: .passphrases(passphrase.spellings))
                defer { wipe(&opened) }
                return try IdentityFile(parsing: opened).identities
            }
            return try IdentityFile(parsing: contents).identities
        } catch AgeError.noMatch {
            throw PartyError.refused("the passphrase does not open \(path)")
        } catch let error as AgeError {
            throw PartyError.badInput("\(path): \(error)")
        }
    }

    private static func isSealed(_ contents: [UInt8]) -> Bool {
        contents.starts(with: Array("age-encryption.org/".utf8))
            || contents.starts(with: Array("-----BEGIN AGE".utf8))
    }
}
