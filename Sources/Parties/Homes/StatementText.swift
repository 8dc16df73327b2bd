public import Contract
import Foundation
import Identity
import Sealing

/// A statement in words: everything in it that is signed (T46), and nothing that is not.
public enum StatementText {
    /// One line a field, as `name` and `value`, in the order in which they are signed.
    public static func fields(of statement: Statement) -> [(name: String, value: String)] {
        var fields = [("kind", statement.assertion.kind.name)]
        // Every field of every kind is a stored property: none can be forgotten here.
        if let content = Mirror(reflecting: statement.assertion).children.first?.value {
            for child in Mirror(reflecting: content).children {
                guard let name = child.label, let value = text(child.value, name) else { continue }
                fields.append((words(name), value))
            }
        }
        fields.append(("valid until", moment(statement.validUntil)))
        fields.append(("nonce", lowercaseHex(statement.nonce)))
        for approval in statement.approvals { fields.append(("agreed by", approval.key.hex)) }
        return fields
    }

    /// `readerOrganisation` is `reader organisation`.
    private static func words(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? " " + $1.lowercased() : String($1) }
    }

    /// Nil for what was left out.
    private static func text(_ value: Any, _ name: String) -> String? {
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .optional {
            return mirror.children.first.flatMap { text($0.value, name) }
        }
        switch value {
        case let time as LedgerTime where moments.contains(name): return moment(time)
        case let count as UInt64: return String(count)
        case let choice as any NamedChoice: return choice.name
        case let permit as [UInt8]: return (try? Permit.decode(permit)).map { "of \($0.permit.key)" } ?? "-"
        case let list as [any CustomStringConvertible]:
            return list.isEmpty ? "none" : list.map(\.description).joined(separator: ", ")
        case let grants as [Rewrapped<StatementMeaning>]:
            return grants.isEmpty ? "none" : grants.map { "\($0.of): \($0.envelope)" }.joined(separator: ", ")
        case let delegates as [Rewrapped<KeyMeaning>]:
            return delegates.isEmpty
                ? "none" : delegates.map { "\($0.of): \($0.envelope)" }.joined(separator: ", ")
        case let organisation as Genesis.Organisation:
            return "\(organisation.name), \(organisation.kind.name), root \(organisation.root), "
                + "validator \(organisation.validator), authority \(organisation.authorityHash), "
                + "records \(organisation.recordsRecipientHash), desk \(organisation.deskRecipientHash)"
        default: return "\(value)"
        }
    }

    private static let moments = ["notBefore", "notAfter", "until", "expires"]

    package static func moment(_ time: LedgerTime) -> String {
        Date(timeIntervalSince1970: TimeInterval(min(time, 253_402_300_799))).formatted(.iso8601)
    }
}
