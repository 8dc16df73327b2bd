import Glibc

/// A folder as somebody means it who names it: every file in it and in the folders in it, hidden ones too, and what
/// stands there besides, which nobody can take as a file. Nothing is left out of both lists.
public struct FolderTree: Sendable {
    /// What cannot be taken, and why.
    public struct Other: Sendable {
        /// Safe to show: what is no printable ASCII is escaped.
        public let path: String
        /// The rest of a sentence: "is a link, which is not followed".
        public let reason: String
    }

    /// The paths of regular files that can be opened, in the order of their names.
    public let files: [String]
    /// In the order of their names.
    public let others: [Other]

    private static let depthMax = 100

    /// Walks the folder at `path`, which may be a link itself. Throws when that one cannot be read.
    public init(_ path: String) throws(FileError) {
        var walk = Walk()
        try walk.take(OpenFolder(path: path, followingLink: true), at: path, depth: 0)
        files = walk.files
        others = walk.others
    }

    private struct Walk {
        var files: [String] = []
        var others: [Other] = []

        mutating func take(_ folder: OpenFolder, at path: String, depth: Int) throws(FileError) {
            for bytes in try folder.names() {
                guard let name = String(validating: bytes, as: UTF8.self) else {
                    leave(path, bytes, "has a name that is no UTF-8 text; rename it")
                    continue
                }
                do throws(FileError) {
                    switch try folder.kind(of: name) {
                    case .file:
                        guard try folder.openFile(name) != nil else { continue }
                        files.append("\(path)/\(name)")
                    case .folder where depth < FolderTree.depthMax:
                        try take(folder.openFolder(name), at: "\(path)/\(name)", depth: depth + 1)
                    case .folder: leave(path, bytes, "lies in too many folders")
                    case .link: leave(path, bytes, "is a link, which is not followed")
                    case .other: leave(path, bytes, "is no regular file")
                    case nil: continue
                    }
                } catch {
                    let cause = error.cause.map { String(cString: strerror($0.code)) } ?? error.message
                    leave(path, bytes, "cannot be read: \(cause)")
                }
            }
        }

        private mutating func leave(_ path: String, _ name: [UInt8], _ reason: String) {
            others.append(Other(path: "\(path)/\(Self.shown(name))", reason: reason))
        }

        private static func shown(_ name: [UInt8]) -> String {
            name.map { byte in
                (0x20..<0x7f).contains(byte) && byte != 0x5c
                    ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined()
        }
    }
}
