import ArgumentParser
import Contract
import Foundation
import Testing

@testable import Surroundings
@testable import Terminal
@testable import medseal
@testable import medseald

/// What is typed wrongly is answered with what was meant.
@Suite struct CommandNameTests {
    private func refusal(_ line: String, of program: any ParsableCommand.Type = MedSeal.self) -> String? {
        CommandName(of: program).refusal(of: line.split(separator: " ").map(String.init))
    }

    @Test func aMistypedCommandNamesTheNearest() {
        for (typed, meant) in [
            ("walet join", "medseal wallet"), ("wallet jion", "medseal wallet join"),
            ("wallet topup", "medseal wallet top-up"), ("help wallet jion", "medseal wallet join"),
            ("feth", "medseal fetch"), ("ledger lst", "medseal ledger list"),
            ("enrol", "medseal member enrol"),
        ] {
            #expect(
                refusal(typed)?.contains("Did you mean `\(meant)`?") == true, "\(refusal(typed) ?? typed)")
        }
        #expect(refusal("runn net", of: MedSealDaemon.self)?.contains("`medseald run`") == true)
        #expect(refusal("wallet xyzzyplugh")?.contains("There are: join, top-up, ") == true)
    }

    @Test func whatIsACommandIsNotRefused() {
        for command in CommandTree().commands {
            let program: any ParsableCommand.Type =
                command.line.hasPrefix("medseald") ? MedSealDaemon.self : MedSeal.self
            let words = command.line.split(separator: " ").dropFirst().joined(separator: " ")
            #expect(refusal(words, of: program) == nil)
            #expect(refusal("help " + words, of: program) == nil)
            #expect(refusal(words + " anything --else", of: program) == nil)
        }
        for line in ["", "--help", "--version", "help", "wallet", "wallet --help"] {
            #expect(refusal(line) == nil)
        }
    }

    @Test func everyProgramTellsItsVersionAndCompletesCommands() throws {
        for name in ["medseal", "medseald", "medseal-chaincode"] {
            let program = Repository.programs.appending(path: name).path
            let version = try Command.run(program, ["--version"])
            #expect(version.status == 0)
            #expect(version.output.wholeMatch(of: try Regex("\(name) [0-9]+\\.[0-9]+\\.[0-9]+\n")) != nil)
        }
        for name in ["medseal", "medseald"] {
            let program = Repository.programs.appending(path: name).path
            let script = try Command.run(program, ["--generate-completion-script", "bash"])
            #expect(script.status == 0 && script.output.contains("complete -o filenames -F _\(name) \(name)"))
            // The shell can read it.
            #expect(try Command.run("/usr/bin/env", ["bash", "-n"], input: script.bytes).status == 0)
        }
        let mistyped = try Command.run(
            Repository.programs.appending(path: "medseal").path, ["wallet", "jion"])
        #expect(mistyped.status == 2 && mistyped.errors.contains("Did you mean `medseal wallet join`?"))
    }

    /// Choices are told with what each means, by their names.
    @Test func everyChoiceIsExplained() throws {
        func explained(_ type: any ExpressibleByArgument.Type) -> Bool {
            !type.allValueStrings.isEmpty && Set(type.allValueDescriptions.keys) == Set(type.allValueStrings)
        }
        for type in [
            KeyKindOption.self, EndReason.self, FetchCommand.StaffBasis.self, LedgerKind.self,
            TypedChoice<Role>.self,
            TypedChoice<Purpose>.self,
        ] as [any ExpressibleByArgument.Type] { #expect(explained(type), "\(type)") }
        for command in CommandTree().commands {
            let help = command.type.helpMessage(columns: 200)
            // A choice that is shown by its number, or in a row without its meanings.
            for name in ["kind", "purpose", "role", "reason", "scope", "basis", "finding", "rule", "ledger"] {
                #expect(
                    help.firstMatch(of: try Regex("<\(name)>[^\n]*\\(default: [0-9]")) == nil,
                    "\(command.line)")
            }
            #expect(command.line == "medseal ledger list" || !help.contains("(values: "), "\(command.line)")
        }
    }
}
