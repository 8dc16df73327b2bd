public import Contract
import Foundation

/// A statement in words: everything in it that is signed (T46), and nothing that is not.
public enum StatementText {
    /// One line a field, as `name` and `value`, in the order in which they are signed.
    public static func fields(of statement: Statement) -> [(name: String, value: String)] {
        var lines = [("kind", statement.assertion.name)]
        // The same list by which the statement is written and read: no field can be forgotten here.
        for field in statement.assertion.fields {
            if let text = field.text { lines.append((words(field.name), shown(text))) }
        }
        lines.append(("valid until", moment(statement.validUntil)))
        lines.append(("nonce", lowercaseHex(statement.nonce)))
        for approval in statement.approvals { lines.append(("agreed by", approval.key.hex)) }
        return lines
    }

    /// `readerOrganisation` is `reader organisation`.
    private static func words(_ name: String) -> String {
        name.reduce(into: "") { $0 += $1.isUppercase ? " " + $1.lowercased() : String($1) }
    }

    private static func shown(_ text: FieldText) -> String {
        switch text {
        case .text(let text): text
        case .time(let time): moment(time)
        case .list(let lines): lines.isEmpty ? "none" : lines.joined(separator: ", ")
        }
    }

    static func moment(_ time: LedgerTime) -> String {
        Date(timeIntervalSince1970: TimeInterval(min(time, 253_402_300_799))).formatted(.iso8601)
    }
}
