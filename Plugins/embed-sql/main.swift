// embed-sql OUTPUT INPUT...: writes the SQL files given as one Swift enum, so that no file need be found at
// run time.
import Foundation

let arguments = CommandLine.arguments.dropFirst()
guard let output = arguments.first else { fatalError("usage: embed-sql OUTPUT INPUT...") }
let inputs = arguments.dropFirst().map { URL(fileURLWithPath: $0) }
let folders = Dictionary(grouping: inputs) { $0.deletingLastPathComponent().lastPathComponent }
var swift = "public enum Migrations {\n"
for (folder, files) in folders.sorted(by: { $0.key < $1.key }) {
    swift += "    public static let \(folder): [Migration] = [\n"
    for file in files.sorted(by: { $0.lastPathComponent < $1.lastPathComponent }) {
        let name = file.deletingPathExtension().lastPathComponent
        let sql = try String(contentsOf: file, encoding: .utf8)
        swift += "        Migration(name: \"\(name)\", sql: ###\"\"\"\n\(sql)\n\"\"\"###),\n"
    }
    swift += "    ]\n"
}
try (swift + "}\n").write(toFile: output, atomically: true, encoding: .utf8)
