import Foundation
import Testing

@testable import Surroundings

/// docs/reference/commands.md has every command, what it answers a program, and the fields of each answer.
@Suite struct CommandPageTests {
    @Test func everyCommandStandsOnThePage() throws {
        let page = try CommandPage()
        let tree = CommandTree()
        #expect(tree.commands.count > 80)
        #expect(Set(page.answers.keys) == Set(tree.commands.map(\.line)))
        for command in tree.commands {
            let answer = page.answers[command.line]
            #expect(
                (answer != "-") == command.answersPrograms, "\(command.line) answers \(answer ?? "nothing")")
        }
    }

    @Test func theFieldsOfEveryAnswerAreThoseThatAreEncoded() throws {
        let page = try CommandPage()
        let samples = AnswerSamples.all
        #expect(Set(samples.map(\.name)) == Set(page.fields.keys))
        for sample in samples {
            let object = try JSONSerialization.jsonObject(with: try JSONEncoder().encode(sample.answer))
            let encoded = Set(try #require(object as? [String: Any], "\(sample.name)").keys)
            #expect(page.fields[sample.name] == encoded, "\(sample.name)")
        }
        // Every command answers with one of them.
        for (command, answer) in page.answers where answer != "-" {
            let name = answer.replacing("`", with: "").replacing("[]", with: "")
            #expect(page.fields[name] != nil, "\(command)")
        }
    }
}

/// The tables of docs/reference/commands.md.
private struct CommandPage {
    /// By command: the name of its answer as the page has it, or `-`.
    private(set) var answers: [String: String] = [:]
    /// By answer: its fields.
    private(set) var fields: [String: Set<String>] = [:]

    init() throws {
        var answer: String?
        for line in try Repository.text("docs/reference/commands.md").split(separator: "\n") {
            if line.hasPrefix("## ") { answer = nil }
            if line.hasPrefix("### ") {
                answer = String(line.dropFirst(4))
                fields[String(line.dropFirst(4))] = []
            }
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, cells[0].hasPrefix("`") else { continue }
            let name = cells[0].replacing("`", with: "")
            if let answer { fields[answer]?.insert(name) } else { answers[name] = cells[2] }
        }
    }
}
