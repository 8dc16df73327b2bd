import Foundation
import Remote

/// What a DICOM file's own header says of the study, for the descriptor: best effort, over the first bytes
/// only.
public struct DICOMAttributes: Codable, Hashable, Sendable {
    public var modality: String?
    public var studyDate: String?
    public var bodyPart: String?

    static let prefixBytes = 64 << 10

    /// Nil when `head`, a file's first bytes, is not the beginning of a DICOM file (PS3.10) or says nothing
    /// of interest.
    init?(head: [UInt8]) {
        guard MediaType.isDICOM(head) else { return nil }
        var reader = DICOMReader(bytes: head)
        reader.run()
        guard reader.modality != nil || reader.studyDate != nil || reader.bodyPart != nil else { return nil }
        modality = reader.modality
        studyDate = reader.studyDate
        bodyPart = reader.bodyPart
    }
}

/// Walks the data elements of a file's beginning; whatever it does not understand ends the walk.
private struct DICOMReader {
    let bytes: [UInt8]
    var position = 132
    var isExplicit = true
    var modality: String?
    var studyDate: String?
    var bodyPart: String?

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func run() {
        var syntax: String?
        var isMeta = true
        while let group = number(2, at: position), let element = number(2, at: position + 2) {
            if isMeta, group != 0x0002 {
                isMeta = false
                // Deflated and big-endian files are not worth the trouble.
                guard syntax != "1.2.840.10008.1.2.1.99", syntax != "1.2.840.10008.1.2.2" else { return }
                isExplicit = syntax != "1.2.840.10008.1.2"
            }
            guard group <= 0x0018, let (start, count) = value(), start + count <= bytes.count else { return }
            let text = Self.text(bytes[start..<start + count])
            switch (group, element) {
            case (0x0002, 0x0010): syntax = text
            case (0x0008, 0x0020): studyDate = text
            case (0x0008, 0x0060): modality = text
            case (0x0018, 0x0015): bodyPart = text
            default: break
            }
            position = start + count
        }
    }

    /// Where the value of the element at `position` is; nil for undefined lengths, which begin sequences.
    private func value() -> (start: Int, count: Int)? {
        var start = position + 8
        var length = number(4, at: position + 4)
        if isExplicit {
            guard position + 6 <= bytes.count else { return nil }
            let kind = String(decoding: bytes[position + 4..<position + 6], as: UTF8.self)
            if ["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"].contains(kind) {
                start = position + 12
                length = number(4, at: position + 8)
            } else {
                length = number(2, at: position + 6)
            }
        }
        guard let length, length != 0xffff_ffff else { return nil }
        return (start, length)
    }

    private func number(_ count: Int, at offset: Int) -> Int? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        return (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    /// Short printable ASCII; nil for anything else.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count <= 64 else { return nil }
        let trimmed = bytes.reversed().drop { $0 == 0x20 || $0 == 0 }.reversed()
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x20...0x7e).contains($0) }) else { return nil }
        return String(decoding: trimmed, as: UTF8.self)
    }
}

/// What a file is, by its first bytes; never by its name.
enum MediaType {
    /// Of a batch of ours.
    static let batch = "application/cbor"

    static func of(_ head: [UInt8]) -> String {
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
    static func isProgram(_ head: [UInt8]) -> Bool {
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
