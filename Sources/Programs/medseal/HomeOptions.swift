import ArgumentParser
import Auditors
import Files
import Foundation
import Homes
import Members
import Patients
import Remote
import Sealing
import Terminal

/// Whose home it is: --home, or else $MEDSEAL_HOME.
struct HomeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The home of the member or patient. Default: $MEDSEAL_HOME.", valueName: "dir"))
    var home: String?

    var folder: Folder {
        get throws {
            guard let path = home ?? ProcessInfo.processInfo.environment["MEDSEAL_HOME"], !path.isEmpty else {
                throw PartyError.badInput("say whose home it is: --home DIR, or set MEDSEAL_HOME")
            }
            return Folder(path)
        }
    }
}

/// What every command of a member needs: its home and the passphrase that opens it.
struct MemberOptions: ParsableArguments {
    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions

    func keys() throws -> MemberKeys {
        let home = try MemberHome(try self.home.folder)
        let keys = try passphrase.opening(
            home.folder, "Passphrase of \(SafeText.escaped(home.name)) (\(home.organisation.name))"
        ) { try home.unlock($0) }
        for warning in home.deadlines.compactMap({ $0.warning(at: machineTime()) }) {
            Standard.error("medseal: \(warning)")
        }
        return keys
    }

    /// Runs `body` as the member, connected.
    func open<Result>(_ body: (Member) async throws -> Result) async throws -> Result {
        try await Member.open(try keys(), body)
    }

    /// What `body` lists as the member, and what it looked at for it.
    func listing<Result>(
        _ body: (Member) async throws -> Result
    ) async throws -> (rows: Result, looked: LookedAt) {
        let (rows, looked) = try await open { (try await body($0), try await $0.connection.lookedAt()) }
        looked.tellWhatIsMissing()
        return (rows, looked)
    }

    /// Runs `body` with the member as an auditor.
    func auditing<Result>(_ body: (Auditor) async throws -> Result) async throws -> Result {
        try await Auditor.open(try keys(), body)
    }

    /// What `body` lists as an auditor, and what it looked at for it.
    func auditListing<Result>(
        _ body: (Auditor) async throws -> Result
    ) async throws -> (rows: Result, looked: LookedAt) {
        let (rows, looked) = try await auditing {
            (try await body($0), try await $0.connection.lookedAt())
        }
        looked.tellWhatIsMissing()
        return (rows, looked)
    }
}

/// What every command of a patient needs: the wallet's home and its passphrase.
struct PatientOptions: ParsableArguments {
    @OptionGroup var home: HomeOptions
    @OptionGroup var passphrase: PassphraseOptions

    init() {}

    /// The same for who may be either.
    init(_ member: MemberOptions) {
        home = member.home
        passphrase = member.passphrase
    }

    func patient() throws -> Patient {
        let home = try PatientHome(try self.home.folder)
        return try passphrase.opening(home.folder, "Passphrase of the wallet") { try home.unlock($0) }
    }

    /// Runs `body` with the wallet, then fills stocks of permits that have run low.
    func patient<Result>(_ body: (inout Patient) async throws -> Result) async throws -> Result {
        var patient = try patient()
        let result = try await body(&patient)
        do {
            for filled in try await patient.topUpWhereLow() {
                Standard.error("medseal: handed \(filled.permits) new permits to \(filled.organisation)")
            }
        } catch {
            // What was asked for is done, and its answer is told.
            Standard.error("medseal: no new permits were handed over: \(Ending.sentence(of: error))")
        }
        for name in patient.away.names {
            Standard.error("medseal: \(name) cannot be reached: what only its server knows is missing here")
        }
        return result
    }
}
