import Contract
import Evidence
public import Primitives
public import Sealing

/// The members that a patient has approved before, by name and key: who comes back under the same name with another
/// key is pointed out (T3).
public struct KnownMembers: Equatable, Sendable {
    struct Entry: Hashable, Sendable {
        var organisation: OrganisationName
        var name: String
        var key: PublicKey
    }

    var entries: [Entry] = []

    public init() {}

    /// Whether this name was known at this organisation, and never with this key.
    public func isUnderAnotherKey(_ member: VerifiedMember) -> Bool {
        let namesakes = entries.filter { $0.organisation == member.organisation && $0.name == member.name }
        return !namesakes.isEmpty && !namesakes.contains { $0.key == member.key }
    }

    public mutating func remember(_ member: VerifiedMember) {
        let entry = Entry(organisation: member.organisation, name: member.name, key: member.key)
        if !entries.contains(entry) { entries.append(entry) }
    }
}

// MARK: JSON

extension KnownMembers: LetterContent {
    public init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        for value in try fields.array("entries") {
            var entry = try JSONFields(value)
            entries.append(
                Entry(
                    organisation: try entry.organisation("organisation"), name: try entry.text("name"),
                    key: try entry.bytes32("key")))
            try entry.end()
        }
        try fields.end()
    }

    public var json: JSONValue {
        .object([
            (
                "entries",
                .array(
                    entries.map {
                        .object([
                            ("organisation", .text($0.organisation.bytes)), ("name", .text($0.name)),
                            ("key", .text($0.key.hex)),
                        ])
                    })
            )
        ])
    }
}
