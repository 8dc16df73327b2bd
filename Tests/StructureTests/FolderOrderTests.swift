import Foundation
import Testing

@testable import Surroundings

/// The folders of SQLiteLedger stand in the order in which ARCHITECTURE.md lists them: each knows those above it.
@Suite struct FolderOrderTests {
    private static let module = "Sources/Ledger/SQLiteLedger"

    /// A file without its comments.
    private struct File {
        let name: String
        let text: String

        /// The types that it declares and others may name.
        var types: [String] {
            text.matches(
                of: /(?m)^(?:(?:public|package|final) )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/
            )
            .map { String($0.1) }
        }

        var names: Set<String> { Set(words(of: text).map(String.init)) }
    }

    @Test func noFolderNamesATypeOfOneBelowIt() throws {
        let order = try listed()
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: Repository.root.appending(path: Self.module).path
        ).filter { !$0.hasSuffix(".swift") }
        #expect(Set(order) == Set(folders + [""]))
        let files = try order.map { try self.files(of: $0) }
        var declared = [String: Int]()
        for (place, files) in files.enumerated() {
            #expect(files.count > 2, "\(order[place])")
            for name in files.flatMap(\.types) { declared[name] = place }
        }
        #expect(declared.count > 25)
        for (place, files) in files.enumerated() {
            for file in files {
                let below = file.names.filter { declared[$0, default: 0] > place }
                #expect(below.isEmpty, "\(order[place])/\(file.name) names \(below.sorted())")
            }
        }
    }

    /// The folders of ARCHITECTURE.md's table; the module's own is the empty name.
    private func listed() throws -> [String] {
        let parts = try Repository.text("ARCHITECTURE.md").split(separator: "\n### Inside SQLiteLedger\n")
        let section = try #require(parts.dropFirst().first)
        let rows = section.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasPrefix("|---") }.dropFirst().prefix { $0.hasPrefix("| ") }
        return rows.map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
            .map { $0.hasPrefix("(") ? "" : $0 }
    }

    private func files(of folder: String) throws -> [File] {
        let path = folder.isEmpty ? Self.module : "\(Self.module)/\(folder)"
        return try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: path).path)
            .filter { $0.hasSuffix(".swift") }.sorted()
            .map { name in
                let lines = try Repository.text("\(path)/\(name)").split(separator: "\n")
                let code = lines.map { $0.split(separator: "//", omittingEmptySubsequences: false)[0] }
                return File(name: name, text: code.joined(separator: "\n"))
            }
    }
}
