public import ArgumentParser
public import Primitives
import Remote

/// Where the passphrase comes from: the terminal, unless one of these is given.
public struct PassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the passphrase from the first line of this file (mode 0600).", valueName: "file"))
    public var passphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "Read the passphrase from the first line of this file descriptor.", valueName: "number"))
    public var passphraseFd: Int32?

    public init() {}

    public func validate() throws {
        guard passphraseFile == nil || passphraseFd == nil else {
            throw ValidationError("Give --passphrase-file or --passphrase-fd, not both.")
        }
    }

    /// Whether it comes from a file or a descriptor.
    public var isGiven: Bool { passphraseFile != nil || passphraseFd != nil }

    /// The passphrase; on a terminal asked for with `prompt`, twice where it is a new one, which is normalized.
    public func read(_ prompt: String, isNew: Bool = false) throws -> SecretBytes {
        let typed = try SecretSource(
            file: passphraseFile, descriptor: passphraseFd, prompt: prompt, isNew: isNew
        ).read()
        return isNew ? typed.normalizedPassphrase : typed
    }

    /// A new one for what bears `names`, which cannot be guessed. On a terminal it is asked for until it cannot.
    public func readNew(_ prompt: String, of names: [String]) throws -> SecretBytes {
        try SecretSource(file: passphraseFile, descriptor: passphraseFd, prompt: prompt, isNew: true)
            .readNew(of: names)
    }
}

extension SecretSource {
    /// Throws `badInput` for a passphrase that is too easy to guess.
    public func readNew(of names: [String]) throws -> SecretBytes {
        while true {
            let secret = try read().normalizedPassphrase
            if PassphraseStrength.suffices(secret, besides: names) { return secret }
            guard case .terminal = self else { throw PartyError.badInput(PassphraseStrength.advice) }
            Standard.error(PassphraseStrength.advice)
        }
    }
}

extension SecretSource {
    public init(file: String?, descriptor: Int32?, prompt: String, isNew: Bool) {
        if let file {
            self = .file(file)
        } else if let descriptor {
            self = .descriptor(descriptor)
        } else {
            self = .terminal(prompt: prompt, confirming: isNew)
        }
    }
}
