import ArgumentParser
import Contract
import Files
import Foundation
import Identity
import Patients
import Primitives
import Remote
import Sealing
import Terminal

/// `medseal wallet`
struct WalletCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "wallet", abstract: "Your wallet: introduce it to a hospital, keep it safe, recover it.",
        subcommands: [
            WalletJoin.self, WalletTopUp.self, WalletPrintCode.self, WalletMakeShares.self,
            WalletRecover.self,
        ])
}

struct WalletJoin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Make a wallet (the first time) and introduce it to a hospital.",
        discussion: """
            Shows a short code. The hospital sees the same one when it admits you: compare them, and nobody has put a key of \
            theirs in place of yours. The permits let the hospital save that many records or pass on that many requests; \
            with --permits 0 it knows you and may save nothing.

            Example: medseal wallet join --network net/public --organisation hospital1 --home wallet
            """)

    @Option(help: ArgumentHelp("The network's folder or its public folder.", valueName: "dir"))
    var network: String

    @Option(help: ArgumentHelp("The hospital or laboratory.", valueName: "name"))
    var organisation: OrganisationName

    @Option(help: ArgumentHelp("How many permits to hand over.", valueName: "number"))
    var permits = Patient.stockDefault

    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let network = try Network(Folder(network))
        let folder = try home.folder
        let isNew = !PatientHome.exists(in: folder)
        var patient = try isNew ? made(in: folder, network) : opened(in: folder, network)
        let joining = try await patient.join(organisation, permits: permits)
        let answer = Printed.Joined(
            organisation: organisation, shortCode: joining.shortCode, permits: joining.permits,
            newWallet: isNew)
        try output.print(answer) {
            if isNew {
                print("Made a wallet in \(folder.path).")
                print(
                    "Print its recovery code and keep it safe: medseal wallet print-code --home \(folder.path)"
                )
            }
            print(
                "Introduced to \(organisation) with \(joining.permits) permits. Short code, to be compared there:"
            )
            print("  \(joining.shortCode)")
        }
    }
}

extension WalletJoin {
    private func made(in folder: Folder, _ network: Network) throws -> Patient {
        let secret = try passphrase.readNew("New passphrase of the wallet", of: [folder.name])
        return try PatientHome.create(folder, network: network, wallet: .create(), passphrase: secret)
            .unlock(secret)
    }

    private func opened(in folder: Folder, _ network: Network) throws -> Patient {
        let home = try PatientHome(folder)
        guard home.network.id == network.id else {
            throw PartyError.badInput("this wallet belongs to another network: name its own (--network)")
        }
        return try passphrase.opening(folder, "Passphrase of the wallet") { try home.unlock($0) }
    }
}

struct WalletTopUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top-up", abstract: "Hand a hospital new permits, up to a full stock.",
        discussion: "Example: medseal wallet top-up --organisation hospital1 --permits 20 --home wallet")

    @Option(help: ArgumentHelp("The hospital or laboratory.", valueName: "name"))
    var organisation: OrganisationName

    @Option(help: ArgumentHelp("How many unused permits it should have.", valueName: "number"))
    var permits = Patient.stockDefault

    @OptionGroup var patient: PatientOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var patient = try patient.patient()
        let added = try await patient.topUp(organisation, to: permits)
        try output.print(Printed.ToppedUp(organisation: organisation, permits: added)) {
            print("Handed \(added) new permits to \(organisation)")
        }
    }
}

struct WalletPrintCode: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print-code", abstract: "Print the code from which the wallet can be recovered.",
        discussion: """
            The code is the wallet: keep it on paper, and show it to no one.

            Example: medseal wallet print-code --home wallet
            """)

    @OptionGroup var patient: PatientOptions

    func run() async throws {
        let code = try patient.patient().wallet.recoveryCode
        try code.withUnsafeBytes { try ProcessStreams.output($0) }
        print()
    }
}

struct WalletMakeShares: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make-shares",
        abstract: "Write shares of the wallet for people you trust; some of them together recover it.",
        discussion: """
            Each gets one file. Fewer than are needed tell nothing of the wallet; a share that was altered is named when they are \
            put together. Give no two of them to one hospital.

            Example: medseal wallet make-shares --needed 2 --of 3 --into shares --home wallet
            """)

    @Option(help: ArgumentHelp("How many shares recover the wallet, at least 2.", valueName: "count"))
    var needed: Int

    @Option(help: ArgumentHelp("How many shares there are, at most 16.", valueName: "count"))
    var of: Int

    @Option(help: ArgumentHelp("The folder to write them to; it must not exist.", valueName: "dir"))
    var into: String

    @OptionGroup var patient: PatientOptions

    func validate() throws {
        guard needed >= 2, needed <= of, of <= Wallet.recoverySharesMax else {
            throw ValidationError(
                "Of 2 to \(Wallet.recoverySharesMax) shares at least 2 are needed, and no more than there are."
            )
        }
    }

    func run() async throws {
        let folder = Folder(into)
        try folder.requireNew()
        let shares = try patient.patient().wallet.recoveryShares(needed: needed, of: of)
        try folder.make()
        for share in shares {
            try folder.write(RecoveryShareFile.encode(share), as: "share-\(share.number).json")
        }
        print(
            "Wrote \(of) shares to \(into), of which \(needed) recover the wallet: hand them out and delete them here"
        )
    }
}

struct WalletRecover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Make a wallet's home again from its recovery code or its shares.",
        discussion: """
            The code is asked for on the terminal, or read from a file descriptor.

            Examples:
              medseal wallet recover --network net/public --home wallet
              medseal wallet recover --share share-1.json --share share-3.json --network net/public --home wallet
            """)

    @Option(
        name: .customLong("share"),
        help: ArgumentHelp("A recovery share, instead of the code; once for each.", valueName: "file"))
    var shares: [String] = []

    @Option(help: ArgumentHelp("The network's folder or its public folder.", valueName: "dir"))
    var network: String

    @Option(
        help: ArgumentHelp("Read the code from the first line of this file descriptor.", valueName: "number"))
    var codeFd: Int32?

    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let network = try Network(Folder(network))
        let folder = try home.folder
        guard !PatientHome.exists(in: folder) else {
            throw PartyError.badInput(
                "there is a wallet in \(folder.path) already: name another folder (--home)")
        }
        let wallet = try shares.isEmpty ? recoveredFromCode() : recoveredFromShares()
        let secret = try passphrase.readNew("New passphrase of the wallet", of: [folder.name])
        let home = try PatientHome.create(folder, network: network, wallet: wallet, passphrase: secret)
        var patient = try home.unlock(secret)
        try await patient.findJoined()
        let names = patient.joined.map(\.name)
        try output.print(Printed.Recovered(organisations: names)) {
            let known = names.isEmpty ? "-" : names.map(\.description).joined(separator: ", ")
            print("Recovered the wallet into \(folder.path); known at: \(known)")
        }
    }
}

extension WalletRecover {
    private func recoveredFromCode() throws -> Wallet {
        let code = try
            (codeFd.map { SecretSource.descriptor($0) }
            ?? .terminal(prompt: "Recovery code", confirming: false)).read()
        var typed = code.withUnsafeBytes { Array($0) }
        defer { wipe(&typed) }
        do {
            return try Wallet(recoveryCode: typed)
        } catch {
            throw PartyError.badInput("\(error): compare it with the paper and type it again")
        }
    }

    private func recoveredFromShares() throws -> Wallet {
        do {
            let (wallet, wrong) = try Wallet.recovered(
                from: try shares.map { try RecoveryShareFile.decode(try Folder.read($0)) })
            for number in wrong {
                Standard.error("share number \(number) was altered or belongs to another wallet")
            }
            return wallet
        } catch let error as RecoveryShareError {
            throw PartyError.badInput("\(error)")
        }
    }
}
