/// What a file is, by its first bytes; never by its name.
public enum MediaType {
    /// Of a batch of ours.
    public static let batch = "application/cbor"

    public static func of(_ head: [UInt8]) -> String {
        let signatures: [(at: Int, bytes: [UInt8], type: String)] = [
            (128, Array("DICM".utf8), "application/dicom"), (0, Array("%PDF-".utf8), "application/pdf"),
            (0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a], "image/png"), (0, [0xff, 0xd8, 0xff], "image/jpeg"),
            (0, Array("II*\0".utf8), "image/tiff"), (0, Array("MM\0*".utf8), "image/tiff"),
            (0, Batch.head, batch), (0, [0x1f, 0x8b], "application/gzip"),
            (0, Array("PK\u{3}\u{4}".utf8), "application/zip"),
        ]
        for signature in signatures where begins(head, signature.bytes, at: signature.at) {
            return signature.type
        }
        let isText =
            !head.isEmpty && head.allSatisfy { $0 >= 0x20 && $0 != 0x7f || [0x09, 0x0a, 0x0d].contains($0) }
        return isText ? "text/plain" : "application/octet-stream"
    }

    static func isDICOM(_ head: [UInt8]) -> Bool { begins(head, Array("DICM".utf8), at: 128) }

    /// Whether a program hides in the beginning that DICOM leaves free (CVE-2019-11687), or the whole file is
    /// one.
    public static func isProgram(_ head: [UInt8]) -> Bool {
        let programs: [[UInt8]] = [
            Array("MZ".utf8), [0x7f, 0x45, 0x4c, 0x46], [0xfe, 0xed, 0xfa, 0xce], [0xfe, 0xed, 0xfa, 0xcf],
            [0xce, 0xfa, 0xed, 0xfe], [0xcf, 0xfa, 0xed, 0xfe], [0xca, 0xfe, 0xba, 0xbe], Array("#!".utf8),
        ]
        return programs.contains { begins(head, $0, at: 0) }
    }

    private static func begins(_ head: [UInt8], _ bytes: [UInt8], at offset: Int) -> Bool {
        head.count >= offset + bytes.count && head[offset..<offset + bytes.count].elementsEqual(bytes)
    }
}
