import ArgumentParser
import Contract
import Ledger
import Testing

@testable import Surroundings

/// Every refusal says what to do next, and the commands that it names exist.
@Suite struct RefusalTests {
    @Test func everyRefusalOfTheContractNamesWhatComesNext() {
        for code in RejectionCode.allCases {
            #expect(!code.advice.isEmpty && code.sentence.hasSuffix("; \(code.advice)"), "\(code)")
            #expect(code.advice.last != "." && code.advice.first?.isUppercase == false, "\(code)")
            // A command, or what a person does.
            let does = code.advice.prefix { $0 != " " }
            #expect(Self.beginnings.contains(String(does)), "\(code): \(code.advice)")
        }
    }

    private static let beginnings: Set<String> = [
        "ask", "check", "choose", "declare", "deposit", "fetch", "give", "grant", "have", "leave", "look",
        "make", "name",
        "nothing", "pass", "renew", "repeat", "review", "tell", "the", "wait",
    ]

    /// Each way in which a ledger only reads; the compiler asks for one that is not here.
    private static let readOnly: [ReadOnlyReason] = [
        .behindAnchor(anchored: 2, present: 1), .differsFromAnchor(size: 1), .anchorMissing, .anchorDamaged,
        .damaged(Finding(.database, "row")), .behindCosigner(OrganisationName("a")!, cosigned: 2, present: 1),
        .differsFromCosigner(OrganisationName("a")!, size: 1), .awaitingValidators,
        .contradicts(block: 1, position: 1, "why"), .storageFailed("full"),
    ]

    @Test func everyReasonToReadOnlySaysWhatItsOperatorDoes() {
        var cases = Set<Int>()
        for reason in Self.readOnly {
            #expect(reason.description.hasSuffix("; \(reason.advice)"))
            #expect(["put", "keep", "stop", "it", "start"].contains(reason.advice.prefix { $0 != " " }))
            switch reason {
            case .behindAnchor: cases.insert(0)
            case .differsFromAnchor: cases.insert(1)
            case .anchorMissing: cases.insert(2)
            case .anchorDamaged: cases.insert(3)
            case .damaged: cases.insert(4)
            case .behindCosigner: cases.insert(5)
            case .differsFromCosigner: cases.insert(6)
            case .awaitingValidators: cases.insert(7)
            case .contradicts: cases.insert(8)
            case .storageFailed: cases.insert(9)
            }
        }
        #expect(cases.count == 10)
    }

    @Test func theCommandsThatTheyNameExist() {
        let commands = CommandTree().commands
        var count = 0
        for advice in RejectionCode.allCases.map(\.advice) + Self.readOnly.map(\.advice) {
            for match in advice.matches(of: /`(medseald? [^`]+)`/) {
                count += 1
                let words = match.1.split(separator: " ").map(String.init)
                let line = words.filter { $0.first?.isLowercase == true }.joined(separator: " ")
                let command = commands.first { $0.line == line }
                #expect(command != nil, "\(advice)")
                for option in words where option.hasPrefix("--") {
                    #expect(command?.type.helpMessage().contains(option) == true, "\(advice)")
                }
            }
        }
        #expect(count > 50)
    }
}
