import Contract
import Foundation
import HTTPTypes

@testable import Server

/// Every route against every party: the table of docs/reference/api.md, made of the policies' terms.
enum AccessTable {
    struct Column {
        let title: String
        /// The letter that stands in a cell for each party.
        let parties: [(letter: String, party: Party)]
    }

    static let columns: [Column] = [
        Column(title: "unsigned", parties: [("✓", .unsigned)]),
        Column(title: "any key", parties: [("✓", .stranger)]),
        Column(title: "own members", parties: members(.own)),
        Column(title: "other members", parties: members(.other)),
        Column(title: "auditing organisation", parties: [("A", .auditor)]),
        Column(
            title: "ended",
            parties: [("s", .ended(.suspended)), ("r", .ended(.retired)), ("x", .ended(.expired))]),
        Column(
            title: "inbox",
            parties: [("w", .inbox(.applying)), ("a", .inbox(.admitted)), ("e", .inbox(.elsewhere))]),
        Column(title: "record's key", parties: [("o", .owner), ("d", .delegate)]),
        Column(title: "root", parties: places.map { ($0, .root($1)) }),
        Column(title: "validator", parties: places.map { ($0, .validator($1)) }),
    ]

    private static let places: [(String, Party.Place)] = [("o", .own), ("t", .other), ("s", .suspended)]

    private static func members(_ place: Party.Place) -> [(letter: String, party: Party)] {
        zip(["C", "R", "G", "O", "A"], [Role.clinician, .registrar, .gateway, .officer, .auditor])
            .map { ($0, .member($1, place)) }
    }

    /// Every party of the table.
    static var parties: [Party] { columns.flatMap { $0.parties.map(\.party) } }

    static func text(of routes: [APIRoute]) -> String {
        var lines = [
            "| call | " + columns.map(\.title).joined(separator: " | ") + " |",
            "|---|" + columns.map { _ in "---|" }.joined(),
        ]
        for route in routes {
            for each in route.terms.cases {
                let call =
                    "`\(route.method) \(shortened(route.path))`" + (each.name.isEmpty ? "" : ", \(each.name)")
                let cells = columns.map { column in
                    column.parties.map { each.admitted.contains($0.party) ? $0.letter : "·" }.joined()
                }
                lines.append("| \(call) | \(cells.joined(separator: " | ")) |")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The path as docs/reference/api.md writes it: parameters in capitals, an organisation's part begun with `...`.
    private static func shortened(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix(":") ? $0.dropFirst().uppercased() : $0 == "**" ? "..." : String($0) }
            .joined(separator: "/")
            .replacing("/v1/organisations/ORGANISATION/", with: ".../")
    }
}
