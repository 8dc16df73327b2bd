import Foundation

/// The repository that these tests belong to.
enum Repository {
    static let root = {
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
            precondition(folder.path != "/", "no Package.swift above \(#filePath)")
            folder.deleteLastPathComponent()
        }
        return folder
    }()

    /// The text of a file of it.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The folder of the programs that were built with these tests.
    static let programs = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

    /// The Python that has the packages which the tests' scripts import: `MEDSEAL_PYTHON`, or what tools/prepare makes.
    static let python =
        ProcessInfo.processInfo.environment["MEDSEAL_PYTHON"]
        ?? root.appending(path: ".build/python/bin/python3").path
}
