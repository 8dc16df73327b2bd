import ArgumentParser
import Primitives
import Terminal

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
