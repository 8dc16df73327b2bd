import Foundation
import Primitives
import Testing

/// The lines of a vector file that begin with `kind`, their other fields decoded from hexadecimal where they
/// are that.
func wycheproof(_ kind: String) throws -> [[String]] {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Vectors/wycheproof.txt")
    let lines = String(decoding: try Data(contentsOf: file), as: UTF8.self).split(separator: "\n")
    return lines.map { $0.split(separator: " ").map(String.init) }.filter { $0[0] == kind }
        .map { Array($0.dropFirst()) }
}

/// Bytes of hexadecimal digits, spaces ignored; `-` is empty.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { $0 != " " && $0 != "-" }
    var bytes = [UInt8]()
    var rest = Substring(digits)
    while !rest.isEmpty {
        guard let byte = UInt8(rest.prefix(2), radix: 16) else {
            preconditionFailure("not hexadecimal: \(text)")
        }
        bytes.append(byte)
        rest = rest.dropFirst(2)
    }
    return bytes
}

extension SecretBytes {
    convenience init(hex text: String) { self.init(copying: hex(text)) }

    var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
}
