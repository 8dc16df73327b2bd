import ArgumentParser
import Primitives

/// Where the passphrase comes from: the terminal, unless one of these is given.
struct PassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the passphrase from the first line of this file (mode 0600).", valueName: "file"))
    var passphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "Read the passphrase from the first line of this file descriptor.", valueName: "number"))
    var passphraseFd: Int32?

    func validate() throws {
        guard passphraseFile == nil || passphraseFd == nil else {
            throw ValidationError("Give --passphrase-file or --passphrase-fd, not both.")
        }
    }

    /// The passphrase; on a terminal asked for with `prompt`, twice where it is a new one.
    func read(_ prompt: String, isNew: Bool = false) throws -> SecretBytes {
        try SecretSource(file: passphraseFile, descriptor: passphraseFd, prompt: prompt, isNew: isNew).read()
    }
}

/// The organisation's own passphrase, where a command needs it beside the member's.
struct OrganisationPassphraseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the organisation's passphrase from this file (mode 0600).", valueName: "file"))
    var organisationPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "Read the organisation's passphrase from this file descriptor.", valueName: "number"))
    var organisationPassphraseFd: Int32?

    func validate() throws {
        guard organisationPassphraseFile == nil || organisationPassphraseFd == nil else {
            throw ValidationError(
                "Give --organisation-passphrase-file or --organisation-passphrase-fd, not both.")
        }
    }

    func read(_ prompt: String) throws -> SecretBytes {
        try SecretSource(
            file: organisationPassphraseFile, descriptor: organisationPassphraseFd, prompt: prompt,
            isNew: false
        ).read()
    }
}

extension SecretSource {
    init(file: String?, descriptor: Int32?, prompt: String, isNew: Bool) {
        if let file {
            self = .file(file)
        } else if let descriptor {
            self = .descriptor(descriptor)
        } else {
            self = .terminal(prompt: prompt, confirming: isNew)
        }
    }
}
