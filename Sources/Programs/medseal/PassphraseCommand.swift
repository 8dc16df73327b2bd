import ArgumentParser
import Contract
import Files
import Foundation
import Homes
import Patients
import Primitives
import Remote
import Sealing
import Terminal

/// `medseal passphrase`
struct PassphraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passphrase",
        abstract: "Change the passphrase of a home or of an organisation's folder.",
        subcommands: [PassphraseChangeCommand.self])
}

/// `medseal passphrase change`
struct PassphraseChangeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Give a home or an organisation's folder another passphrase.",
        discussion: """
            Every file that the old passphrase opens is encrypted again under the new one: all of them, or none if the command is \
            cut off. Copies of the folder, and backups, keep the old passphrase. The keys stay the same: if others may know the \
            passphrase and have the folder, also replace the keys (`medseal member rotate`), or move to a new wallet.

            Examples:
              medseal passphrase change --home ada
              medseal passphrase change --network net --organisation hospital1
            """)

    @OptionGroup var home: HomeOptions

    @Option(help: ArgumentHelp("Instead of a home: the network's folder.", valueName: "dir"))
    var network: String?

    @Option(help: ArgumentHelp("The organisation whose folder it is, with --network.", valueName: "name"))
    var organisation: OrganisationName?

    @OptionGroup var passphrase: PassphraseOptions

    @Option(
        help: ArgumentHelp(
            "Read the new passphrase from the first line of this file (mode 0600).", valueName: "file"))
    var newPassphraseFile: String?

    @Option(
        help: ArgumentHelp(
            "Read the new passphrase from the first line of this file descriptor.", valueName: "number"))
    var newPassphraseFd: Int32?

    func validate() throws {
        guard newPassphraseFile == nil || newPassphraseFd == nil else {
            throw ValidationError("Give --new-passphrase-file or --new-passphrase-fd, not both.")
        }
        guard (network == nil) == (organisation == nil), network == nil || home.home == nil else {
            throw ValidationError("Name a home (--home), or an organisation (--network and --organisation).")
        }
    }

    func run() throws {
        let (folder, names) = try place()
        let change = try PassphraseChange(of: folder)
        let old = try passphrase.read("Passphrase of \(folder.path)")
        let new = try SecretSource(
            file: newPassphraseFile, descriptor: newPassphraseFd, prompt: "New passphrase of \(folder.path)",
            isNew: true
        ).readNew(of: names)
        try change.change(from: old, to: new)
        KeptPassphrase(of: folder).forget()
        print("Changed the passphrase of \(folder.path)")
    }

    private func place() throws -> (folder: Folder, names: [String]) {
        if let network, let organisation {
            let name = organisation.description
            return (Folder(network).folder("organisations").folder(name), [name])
        }
        let folder = try home.folder
        guard !PatientHome.exists(in: folder) else { return (folder, [folder.name]) }
        let member = try MemberHome(folder)
        return (folder, [folder.name, member.name, member.organisation.name.description])
    }
}

/// `medseal unlock`
struct UnlockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock",
        abstract: "Keep a home's passphrase for some minutes, so that it is not asked for again.",
        discussion: """
            This machine's kernel keeps it, in memory only, for the programs of this user. `medseal lock` ends that; so does \
            the end of the time, of the session or of the machine. Whoever uses this user's account meanwhile can use the home.

            Example: medseal unlock --home ada --minutes 30
            """)

    @Option(help: ArgumentHelp("For how many minutes, 1 to 720.", valueName: "number"))
    var minutes = 15

    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions

    func validate() throws {
        guard (1...720).contains(minutes) else { throw ValidationError("--minutes is 1 to 720.") }
    }

    func run() throws {
        let folder = try home.folder
        let secret: SecretBytes
        if PatientHome.exists(in: folder) {
            secret = try passphrase.read("Passphrase of the wallet")
            _ = try PatientHome(folder).unlock(secret)
        } else {
            let member = try MemberHome(folder)
            secret = try passphrase.read("Passphrase of \(SafeText.escaped(member.name))")
            _ = try member.unlock(secret)
        }
        try KeptPassphrase(of: folder).keep(secret, minutes: minutes)
        print("Unlocked \(folder.path) for \(minutes) minutes. To end it: medseal lock --home \(folder.path)")
    }
}

/// `medseal lock`
struct LockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Forget a home's passphrase that `medseal unlock` keeps.",
        discussion: "Example: medseal lock --home ada")

    @OptionGroup var home: HomeOptions

    func run() throws {
        let folder = try home.folder
        print(
            KeptPassphrase(of: folder).forget()
                ? "Locked \(folder.path)" : "\(folder.path) was locked already")
    }
}
