import Contract
import Foundation
import Sealing

/// What a record holds, in a few lines for people: few files by their names, many by study and kind of document.
struct ContentSummary {
    /// So many files are named one by one.
    private static let namedMax = 5
    /// So many kinds are told apart.
    private static let kindsMax = 8

    private struct Kind {
        let name: String
        var files = 0
        var bytes: Int64 = 0

        var line: String {
            "\(name): \(files) \(files == 1 ? "file" : "files"), \(ContentSummary.size(bytes))"
        }
    }

    private let files: [Descriptor.File]

    init(_ files: [Descriptor.File]) { self.files = files }

    /// `3 files`.
    var count: String { "\(files.count) \(files.count == 1 ? "file" : "files")" }

    var lines: [String] {
        guard files.count > Self.namedMax else {
            return files.map {
                "\(SafeText.escaped($0.name)): \(Self.kind(of: $0)), \(Self.size($0.byteCount))"
            }
        }
        let all = kinds
        guard all.count > Self.kindsMax else { return all.map(\.line) }
        let others = all[(Self.kindsMax - 1)...]
        let rest = others.map(\.files).reduce(0, +)
        return all[..<(Self.kindsMax - 1)].map(\.line) + ["\(others.count) more kinds: \(rest) files"]
    }

    /// In the order in which they come first.
    private var kinds: [Kind] {
        var places = [String: Int]()
        var kinds = [Kind]()
        for file in files {
            let name = Self.kind(of: file)
            let place = places[name] ?? kinds.count
            if place == kinds.count {
                places[name] = place
                kinds.append(Kind(name: name))
            }
            kinds[place].files += 1
            kinds[place].bytes += file.byteCount
        }
        return kinds
    }

    /// `CT CHEST of 2026-10-12`, `PDF document`.
    private static func kind(of file: Descriptor.File) -> String {
        if let dicom = file.dicom {
            let what = [dicom.modality, dicom.bodyPart].compactMap(\.self).joined(separator: " ")
            let scan = what.isEmpty ? "scan" : SafeText.escaped(what)
            return dicom.studyDate.map { "\(scan) of \(day(SafeText.escaped($0)))" } ?? scan
        }
        return switch file.mediaType {
        case "application/pdf": "PDF document"
        case "application/dicom": "scan"
        case "text/plain": "text"
        default: SafeText.escaped(file.mediaType)
        }
    }

    /// DICOM writes a day as eight digits.
    private static func day(_ text: String) -> String {
        guard text.utf8.count == 8, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return text }
        return "\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.dropFirst(6))"
    }

    private static func size(_ bytes: Int64) -> String {
        let units: [(name: String, bytes: Int64)] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)]
        guard let unit = units.first(where: { bytes >= $0.bytes }) else { return "\(bytes) bytes" }
        return "\((bytes + unit.bytes / 2) / unit.bytes) \(unit.name)"
    }
}
