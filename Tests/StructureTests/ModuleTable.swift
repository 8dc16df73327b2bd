import Foundation

@testable import Surroundings

/// The rows of Package.swift: the one table of which module lies in which layer and what it may import.
struct ModuleTable {
    struct Row {
        let name: String
        /// The folder below Sources, `Plugins`, or `tools`.
        let layer: String
        /// Whether it is run: no other module imports it.
        let isProgram: Bool
        /// What it imports of ours.
        let imports: Set<String>
        /// The products of others that it links.
        let links: Set<String>
    }

    let rows: [Row]

    init() throws {
        let manifest = try Repository.text("Package.swift")
        // `module("Layer", "Name", imports: [...], links: [...]`, and the same of a program and of a tool.
        let row =
            /(?<call>module|program|tool)\(\s*"(?<first>[\w-]+)"(?:,\s*"(?<second>[\w-]+)")?(?:,\s*imports:\s*\[(?<imports>[^\]]*)\])?(?:,\s*links:\s*\[(?<links>[^\]]*)\])?/
        rows = manifest.matches(of: row).map { match in
            let (name, layer) =
                match.call == "program"
                ? (match.first, "Programs")
                : (match.second ?? "", match.call == "tool" ? "tools/\(match.first)" : String(match.first))
            return Row(
                name: String(name), layer: String(layer), isProgram: match.call != "module",
                imports: Self.names(match.imports),
                links: Self.names(match.links))
        }
    }

    private static func names(_ list: Substring?) -> Set<String> {
        Set((list ?? "").matches(of: /"([\w-]+)"/).map { String($0.1) })
    }

    subscript(name: String) -> Row? { rows.first { $0.name == name } }

    /// Path, below the module's folder, and text of each Swift file of a module.
    static func sources(of row: Row) throws -> [(name: String, text: String)] {
        let place = row.layer.hasPrefix("tools/") ? row.layer : "Sources/\(row.layer)"
        let folder = Repository.root.appending(path: "\(place)/\(row.name)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
            .map { file in
                let path = file.path.dropFirst(folder.path.count).drop { $0 == "/" }
                return (String(path), try String(contentsOf: file, encoding: .utf8))
            }
    }

    /// The modules that a source imports.
    static func imports(in text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").compactMap { line -> String? in
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
