import Age
import ArgumentParser
import Foundation
import Primitives
import Remote
import Terminal
import Vault

/// `medseal`: everything that touches plaintext or private keys.
@main
struct MedSeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "medseal",
        abstract: "Keeps medical files encrypted, and records who may open them and who did.",
        discussion: """
            Exit codes: 0 done; 1 refused by the contract, the server or a person; 2 wrong usage; \
            3 network, server or disk out of reach; 4 a hash, signature or binding does not hold.

            A first network, on one machine:
              medseal network init net --organisation hospital1:hospital --organisation insurer:insurer
              medseald run net

            `medseal --generate-completion-script bash` (zsh, fish) prints what completes commands by the tab key.
            """,
        version: "medseal \(ProgramVersion.number)",
        groupedSubcommands: [
            CommandGroup(
                name: "Patient",
                subcommands: [
                    WalletCommand.self, InboxCommand.self, RecordsCommand.self, ApproveCommand.self,
                    RejectCommand.self, GrantCommand.self, RevokeCommand.self, HistoryCommand.self,
                    FetchOwnCommand.self, RemoveCommand.self, InstructCommand.self, VetoCommand.self,
                    DelegateCommand.self, UndelegateCommand.self, ProxyCommand.self,
                ]),
            CommandGroup(
                name: "Hospital",
                subcommands: [
                    PatientCommand.self, DepositCommand.self, BatchCommand.self, RouteCommand.self,
                    ReceiveCommand.self,
                    RecordCommand.self, EmergencyCommand.self, DisclosuresCommand.self,
                ]),
            CommandGroup(
                name: "Insurer",
                subcommands: [
                    RequestCommand.self, RequestsCommand.self, GrantsCommand.self, FetchCommand.self,
                ]),
            CommandGroup(name: "Auditor", subcommands: [AuditCommand.self, LedgerCommand.self]),
            CommandGroup(
                name: "Office",
                subcommands: [NetworkCommand.self, MemberCommand.self]),
            CommandGroup(
                name: "Shared",
                subcommands: [
                    StatusCommand.self, AgreeCommand.self, SubmitCommand.self, UnlockCommand.self,
                    LockCommand.self,
                    PassphraseCommand.self, AgeCommand.self,
                ]),
        ])

    static func main() async {
        ProcessStreams.keepOpen()
        ProcessMemory.keepPrivate()
        ProcessMemory.keepSmall()
        Leftover.removeWhenSignalled()
        do {
            try await Connection.$relay.withValue(try relay()) { try await runArguments() }
        } catch {
            end(with: error, ending(with: error))
        }
    }

    /// How this program ends with an error that `medseald` does not know.
    private static func ending(with error: any Error) -> Ending? {
        switch error {
        case let error as VaultError: Ending("\(error)", .unavailable)
        case let failure as StreamError:
            Ending("\(failure)", failure.isAboutTheName ? .badInput : .unavailable)
        case let failure as AgeError: Ending("\(failure)", failure.exitCode)
        default: nil
        }
    }

    /// The validator that statements are handed to as well: $MEDSEAL_VIA.
    private static func relay() throws -> URL? {
        guard let text = ProcessInfo.processInfo.environment["MEDSEAL_VIA"] else { return nil }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme) else {
            throw PartyError.badInput("MEDSEAL_VIA is no address (https://...): \(text)")
        }
        return url
    }
}

extension AgeError {
    fileprivate var exitCode: PartyError.Code {
        switch self {
        case .noMatch: .refused
        case .header, .armor, .key: .badInput
        case .headerMAC, .payload: .unverified
        }
    }
}
