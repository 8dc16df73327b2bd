import Age
import Evidence
import Files
import Primitives
import Synchronization

/// The outlines of a record's files, one after the other in one file of a working folder: those of 20,000 files are too
/// much for memory.
struct OutlineFile: Sendable {
    static let name = "outlines"

    private let name: String
    private let folder: Folder

    init(_ name: String = Self.name, in folder: Folder) {
        self.name = name
        self.folder = folder
    }

    static let damaged = PartyError.unverified(
        "what was kept of the deposit is damaged: remove the newest folder in the home's deposits to begin anew"
    )

    /// The outline at a place that `Writer` gave. Throws `unverified` where there is none.
    func outline(at place: Range<Int>) throws -> SealedOutline {
        guard place.count <= Self.bytesMax, let file = try OpenFolder(path: folder.path).openFile(name) else {
            throw Self.damaged
        }
        let bytes = try file.read(place.count, at: place.lowerBound)
        do {
            return try SealedOutline(JSONValue(canonical: bytes))
        } catch { throw Self.damaged }
    }

    /// That of a file of a tebibyte.
    private static let bytesMax = 64 << 20

    /// Begins a file of outlines.
    func writer() throws -> Writer { Writer(try OpenFolder(path: folder.path).extendFile(name)) }

    /// Adds outlines, from several threads.
    final class Writer: Sendable {
        private let file: OpenFile
        private let end = Mutex(0)

        fileprivate init(_ file: OpenFile) { self.file = file }

        /// Gives its place.
        func append(_ outline: SealedOutline) throws -> Range<Int> {
            let line = outline.json.encoded + [UInt8(ascii: "\n")]
            return try end.withLock { end in
                try file.write(line)
                defer { end += line.count }
                return end..<end + line.count - 1
            }
        }

        func synchronize() throws { try file.synchronize() }
    }
}

extension SealedOutline {
    fileprivate var json: JSONValue {
        .object([
            ("salt", .base64(salt)), ("head", .base64(head)),
            ("plaintextByteCount", .number(UInt64(plaintextByteCount))),
            ("partDigests", .array(partDigests.map { .base64($0) })),
        ])
    }

    fileprivate init(_ json: JSONValue) throws(JSONValue.Malformed) {
        var fields = try JSONFields(json)
        var digests = [[UInt8]]()
        for digest in try fields.array("partDigests") { digests.append(try digest.base64()) }
        let outline = SealedOutline(
            salt: try fields.base64("salt"), head: try fields.base64("head"),
            plaintextByteCount: try fields.count("plaintextByteCount"), partDigests: digests)
        guard let outline else { throw JSONValue.Malformed("no outline of a sealed file") }
        self = outline
        try fields.end()
    }
}
