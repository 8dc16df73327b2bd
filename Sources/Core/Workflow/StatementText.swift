public import Contract
import Identity
import Sealing

/// A statement in words: everything in it that is signed (T46), and nothing that is not.
public enum StatementText {
    /// One line a field, as `name` and `value`, in the order in which they are signed.
    public static func fields(of statement: Statement) -> [(name: String, value: String)] {
        var lines = [(name: "kind", value: statement.assertion.name)]
        // The same list by which the statement is written and read: no field can be forgotten here.
        for field in statement.assertion.fields {
            if let text = field.text { lines.append((words(field.name), shown(text))) }
        }
        lines.append(("valid until", UTC.text(statement.validUntil)))
        lines.append(("nonce", lowercaseHex(statement.nonce)))
        for approval in statement.approvals { lines.append(("agreed by", approval.key.hex)) }
        return lines
    }

    /// `readerOrganisation` is `reader organisation`.
    private static func words(_ name: String) -> String {
        var words = [UInt8]()
        for byte in name.utf8 {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            words += isUpper ? [UInt8(ascii: " "), byte | 0x20] : [byte]
        }
        return String(decoding: words, as: UTF8.self)
    }

    private static func shown(_ text: FieldText) -> String {
        switch text {
        case .text(let text): return text
        case .time(let time): return UTC.text(time)
        case .list(let lines):
            var joined = ""
            for line in lines { joined += joined.isEmpty ? line : ", " + line }
            return lines.isEmpty ? "none" : joined
        }
    }
}
