import Age
import ArgumentParser
import Foundation
import Primitives
import Remote
import Terminal

/// `medseal age encrypt`
struct AgeEncryptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encrypt", abstract: "Seal a file to recipients or under a passphrase.",
        discussion: """
            Without INPUT it reads standard input, without -o it writes standard output. With --into, any number of files \
            are sealed into a directory, each under its name with .age after it.
            """)

    @Option(name: [.short, .long], help: "Seal to this recipient: age1pq1... or age1... May be repeated.")
    var recipient: [String] = []

    @Option(name: [.customShort("R"), .long], help: "Seal to the recipients in this file. May be repeated.")
    var recipientsFile: [String] = []

    @Option(
        name: [.short, .long], help: "Seal to the recipients of the identities in this file. May be repeated."
    )
    var identity: [String] = []

    @Flag(name: [.short, .long], help: "Seal under a passphrase.")
    var passphrase = false

    @OptionGroup var passphraseOptions: PassphraseOptions

    @Flag(name: [.short, .long], help: "Write ASCII armor.")
    var armor = false

    @Flag(name: .customLong("sha256"), help: "Print the SHA-256 of what was written, on standard error.")
    var sha256 = false

    @Option(name: [.short, .long], help: "Write to this file, which appears only when it is whole.")
    var output: String?

    @Option(help: ArgumentHelp("Seal every INPUT into this directory.", valueName: "directory"))
    var into: String?

    @Argument(help: "The files to seal.")
    var input: [String] = []

    mutating func validate() throws {
        guard passphrase != !(recipient.isEmpty && recipientsFile.isEmpty && identity.isEmpty) else {
            throw ValidationError("Give recipients (-r, -R, -i) or --passphrase (-p), not both.")
        }
        guard input.count <= 1 || into != nil else { throw ValidationError("Several files need --into.") }
        guard into == nil || (output == nil && !input.isEmpty) else {
            throw ValidationError("--into needs files, and no --output.")
        }
    }

    func run() throws {
        let key = try sealing()
        let hashing: AgeHashing = sha256 ? .ciphertext : []
        if let into { return try sealAll(into: into, for: key, hashing: hashing) }
        let place = try OutputPlace(output, notOver: input)
        let sealed = try AgeCommandFile.reading(input.first) { source in
            if case .file(let path) = place {
                return try sealFile(from: &source, to: path, for: key, armored: armor, hashing: hashing)
            }
            return try place.writing {
                try seal(from: &source, to: &$0, for: key, armored: armor, hashing: hashing)
            }
        }
        report(sealed, output ?? "-")
    }

    /// Seals every input into a folder; what could not be sealed is told at the end, after all that could be.
    private func sealAll(into folder: String, for key: AgeSealing, hashing: AgeHashing) throws {
        let jobs = input.map { path in
            FileJob(from: path, to: "\(folder)/\(URL(fileURLWithPath: path).lastPathComponent).age")
        }
        guard Set(jobs.map(\.target)).count == jobs.count else {
            throw PartyError.badInput("two of the files have the same name: seal them into different folders")
        }
        for job in jobs { _ = try OutputPlace(job.target, notOver: input) }
        var failures = [String]()
        for (job, result) in zip(jobs, sealFiles(jobs, for: key, armored: armor, hashing: hashing)) {
            switch result {
            case .success(let sealed): report(sealed, job.target)
            case .failure(let error): failures.append("\(job.source): \(error)")
            }
        }
        guard failures.isEmpty else { throw PartyError.unavailable(failures.joined(separator: "\n")) }
    }

    private func report(_ sealed: SealedFile, _ name: String) {
        guard let digest = sealed.ciphertextSHA256 else { return }
        let hex = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        ProcessStreams.tell("\(hex)  \(name)")
    }

    private func sealing() throws -> AgeSealing {
        if passphrase { return .passphrase(try passphraseOptions.read("New passphrase", isNew: true)) }
        var recipients = try recipient.map { text in
            do { return try AgeRecipient(text) } catch {
                throw PartyError.badInput("\(text.prefix(16)): \(error)")
            }
        }
        for path in recipientsFile {
            do {
                recipients += try RecipientFile(parsing: try AgeCommandFile.contents(of: path)).recipients
            } catch {
                throw PartyError.badInput("\(path): \(error)")
            }
        }
        for path in identity {
            recipients += try AgeIdentitySource.identities(in: path, passphraseOptions).map(\.recipient)
        }
        return .recipients(recipients)
    }
}
