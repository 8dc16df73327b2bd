import Foundation

@testable import Surroundings

/// The rows of Package.swift: the one table of which module lies in which layer and what it may import.
struct ModuleTable {
    struct Row {
        let name: String
        /// The folder below Sources, or `tools/benchmarks`.
        let layer: String
        /// Whether it is run: no other module imports it.
        let isProgram: Bool
        /// What it imports of ours.
        let imports: Set<String>
        /// The products of others that it links.
        let links: Set<String>
    }

    /// A Swift file of a module.
    struct Source {
        /// Its path below the module's folder.
        let name: String
        let text: String
        /// The modules that it imports.
        let imports: Set<String>
    }

    let rows: [Row]
    private let sources: [String: [Source]]

    /// Read once for all tests.
    static let shared = Result { try ModuleTable() }

    private init() throws {
        let manifest = try Repository.text("Package.swift")
        // `module("Layer", "Name", imports: [...], links: [...]`, and the same of a program and of a benchmark.
        let row =
            /(?<call>module|program|benchmark)\(\s*"(?<first>[\w-]+)"(?:,\s*"(?<second>[\w-]+)")?(?:,\s*imports:\s*\[(?<imports>[^\]]*)\])?(?:,\s*links:\s*\[(?<links>[^\]]*)\])?/
        rows = manifest.matches(of: row).map { match -> Row in
            let (first, second) = (String(match.first), String(match.second ?? ""))
            let (name, layer) =
                switch match.call {
                case "program": (first, "Programs")
                case "benchmark": (first, "tools/benchmarks")
                default: (second, first)
                }
            return Row(
                name: name, layer: layer, isProgram: match.call != "module",
                imports: Self.names(match.imports), links: Self.names(match.links))
        }
        sources = try Dictionary(
            rows.map { ($0.name, try Self.sources(of: $0)) }, uniquingKeysWith: { one, _ in one })
    }

    private static func names(_ list: Substring?) -> Set<String> {
        Set((list ?? "").matches(of: /"([\w-]+)"/).map { String($0.1) })
    }

    subscript(name: String) -> Row? { rows.first { $0.name == name } }

    func sources(of row: Row) -> [Source] { sources[row.name] ?? [] }

    private static func sources(of row: Row) throws -> [Source] {
        let place = row.layer.hasPrefix("tools/") ? row.layer : "Sources/\(row.layer)"
        let folder = Repository.root.appending(path: "\(place)/\(row.name)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .map { file in
                let text = try String(contentsOf: file, encoding: .utf8)
                let path = file.path.dropFirst(folder.path.count).drop { $0 == "/" }
                return Source(name: String(path), text: text, imports: imports(in: text))
            }
    }

    /// The modules that a source imports.
    static func imports(in text: String) -> Set<String> {
        Set(
            text.utf8.split(separator: UInt8(ascii: "\n")).compactMap { bytes -> String? in
                // Most lines begin with a space: a look at one byte is enough for those.
                guard let first = bytes.first, "@ip".utf8.contains(first) else { return nil }
                let line = Substring(bytes)
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                    words[..<at].allSatisfy({
                        $0.hasPrefix("@") || ["public", "internal", "package"].contains($0)
                    })
                else { return nil }
                // `import struct Module.Name` names the module before the point.
                let kinds: Set<Substring> = [
                    "struct", "class", "enum", "func", "protocol", "let", "var", "typealias",
                ]
                let name =
                    kinds.contains(words[at + 1]) && at + 2 < words.count ? words[at + 2] : words[at + 1]
                return name.split(separator: ".").first.map(String.init)
            })
    }
}
