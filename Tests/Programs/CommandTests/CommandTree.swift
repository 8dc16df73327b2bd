import ArgumentParser

@testable import medseal
@testable import medseald

/// The two programs' commands that run, by what is typed.
struct CommandTree {
    struct Command {
        /// `medseal member enrol`
        let line: String
        let type: any ParsableCommand.Type

        /// Whether it takes `--json`.
        var answersPrograms: Bool { type.helpMessage(columns: 200).contains("--json") }
    }

    let commands: [Command]

    init() {
        commands =
            Self.commands(of: MedSeal.self, "medseal") + Self.commands(of: MedSealDaemon.self, "medseald")
    }

    private static func commands(of type: any ParsableCommand.Type, _ line: String) -> [Command] {
        let below = type.configuration.subcommands
        guard !below.isEmpty else { return [Command(line: line, type: type)] }
        return below.flatMap { commands(of: $0, "\(line) \($0.configuration.commandName ?? "")") }
    }

    /// What the help of the commands shows besides options: with its examples.
    static var discussions: [(name: String, text: String)] {
        func all(_ type: any ParsableCommand.Type) -> [(String, String)] {
            [("\(type)", type.configuration.discussion)] + type.configuration.subcommands.flatMap(all)
        }
        return all(MedSeal.self) + all(MedSealDaemon.self)
    }
}
