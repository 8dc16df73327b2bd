import API
import Age
import ArgumentParser
import Files
import Foundation
import Glibc
import Primitives
import Remote
import Vault

/// `medseal`: everything that touches plaintext or private keys.
@main
struct MedSeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "medseal",
        abstract: "Medical files, sealed; who may open them, and who did, on a ledger.",
        discussion: """
            Exit codes: 0 done; 1 refused by the contract, the server or somebody here; 2 wrong usage; \
            3 network, server or disk out of reach; 4 a hash, signature or binding does not hold.

            A first network, on one machine:
              medseal network init net --organisation hospital1:hospital --organisation insurer:insurer
              medseald run net
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Patient",
                subcommands: [
                    PatientCommand.self, InboxCommand.self, RecordsCommand.self, ApproveCommand.self,
                    RejectCommand.self, GrantCommand.self, RevokeCommand.self, HistoryCommand.self,
                    FetchOwnCommand.self, RemoveCommand.self, InstructCommand.self, VetoCommand.self,
                    DelegateCommand.self, UndelegateCommand.self, ProxyCommand.self,
                ]),
            CommandGroup(
                name: "Hospital",
                subcommands: [
                    DepositCommand.self, BatchCommand.self, RouteCommand.self, ReceiveCommand.self,
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
                subcommands: [NetworkCommand.self, MemberCommand.self, FabricCommand.self]),
            CommandGroup(
                name: "Shared",
                subcommands: [AgreeCommand.self, SubmitCommand.self, AgeCommand.self]),
        ])

    static func main() async {
        ProcessMemory.keepPrivate()
        do {
            try await Connection.$relay.withValue(try relay()) {
                var command = try parseAsRoot()
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            }
        } catch {
            end(with: error)
        }
    }

    /// The validator that statements are handed to as well: $MEDSEAL_VIA.
    private static func relay() throws -> URL? {
        guard let text = ProcessInfo.processInfo.environment["MEDSEAL_VIA"] else { return nil }
        guard let url = URL(string: text), ["http", "https"].contains(url.scheme) else {
            throw ClientFailure.badInput("MEDSEAL_VIA is no address: \(text)")
        }
        return url
    }

    /// One error is one sentence on standard error and one exit code.
    private static func end(with error: any Error) -> Never {
        switch error {
        case let failure as ClientFailure: end("\(failure)", failure.code)
        case let error as VaultError: end("\(error)", .unreachable)
        case let error as FileError: end("\(error)", ClientFailure(error).code)
        case let problem as Problem: end(problem.sentence, problem.exitCode)
        case let failure as SecretSource.Failure: end("\(failure)", .badInput)
        case let failure as FileFailure: end("\(failure)", .unreachable)
        case let failure as AgeError: end("\(failure)", .unverified)
        case let failure as AgeCommandFailure: end("\(failure)", .unverified)
        default:
            let code = exitCode(for: error)
            guard code != .success, !(error is ExitCode) else { exit(withError: error) }
            let text = fullMessage(for: error)
            Standard.error(text)
            Glibc.exit(ClientFailure.Code.badInput.rawValue)
        }
    }

    private static func end(_ sentence: String, _ code: ClientFailure.Code) -> Never {
        Standard.error("medseal: \(sentence)")
        Glibc.exit(code.rawValue)
    }
}

extension Problem {
    var exitCode: ClientFailure.Code {
        switch type {
        case .storage, .readOnly: .unreachable
        case .malformed: .badInput
        case .digestMismatch: .unverified
        default: .refused
        }
    }

    /// What people read: the contract's words with its code, or the server's.
    var sentence: String {
        switch (code, name) {
        case (let code?, let name?): "\(detail) (\(name), code \(code))"
        default: detail
        }
    }
}
