public import ArgumentParser
public import Primitives

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

    /// The passphrase; on a terminal asked for with `prompt`, twice where it is a new one, which is normalized.
    public func read(_ prompt: String, isNew: Bool = false) throws -> SecretBytes {
        let typed = try SecretSource(
            file: passphraseFile, descriptor: passphraseFd, prompt: prompt, isNew: isNew
        ).read()
        return isNew ? typed.normalizedPassphrase : typed
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
