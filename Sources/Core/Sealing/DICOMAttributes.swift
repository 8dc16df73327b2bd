/// What a DICOM file's own header says of the study, for the descriptor: best effort, over the first bytes
/// only.
public struct DICOMAttributes: Hashable, Sendable {
    public var modality: String?
    public var studyDate: String?
    public var bodyPart: String?

    /// So much of a file is enough.
    public static let prefixBytes = 64 << 10

    /// Nil when `head`, a file's first bytes, is not the beginning of a DICOM file (PS3.10) or says nothing
    /// of interest.
    public init?(head: [UInt8]) {
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
            guard group <= 0x0018, let (start, count) = value() else { return }
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

    /// Where the value of the element at `position` is; nil where it goes beyond the bytes at hand, as undefined
    /// lengths do, which begin sequences.
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
        guard let length, start <= bytes.count, length <= UInt32(bytes.count - start) else { return nil }
        return (start, Int(length))
    }

    /// Up to four bytes, the lowest first.
    private func number(_ count: Int, at offset: Int) -> UInt32? {
        guard offset >= 0, offset + count <= bytes.count else { return nil }
        return (0..<count).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    /// Short printable ASCII; nil for anything else.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        guard bytes.count <= 64 else { return nil }
        let trimmed = bytes.reversed().drop { $0 == 0x20 || $0 == 0 }.reversed()
        guard !trimmed.isEmpty, trimmed.allSatisfy({ (0x20...0x7e).contains($0) }) else { return nil }
        return String(decoding: trimmed, as: UTF8.self)
    }
}
