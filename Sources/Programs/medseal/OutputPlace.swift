import Age
import Files
import Glibc
import Remote

/// Where a command puts what it makes, by the path that was typed.
enum OutputPlace {
    /// `-`, or nothing was typed: then a terminal gets text only.
    case standardOutput(asked: Bool)
    /// A device or a pipe, which is written to and stays what it is.
    case stream(String)
    /// A file, which is whole or not there; one that has the name is replaced.
    case file(String)

    /// Throws `badInput` for what must not be replaced: a folder, a link, one of the `inputs`.
    init(_ path: String?, notOver inputs: [String] = []) throws {
        guard let path, path != "-" else {
            self = .standardOutput(asked: path != nil)
            return
        }
        self = .file(path)
        guard let named = try FileStatus(path, followingLink: false) else { return }
        let isLink = named.kind == .link
        guard let place = isLink ? try FileStatus(path, followingLink: true) : named else {
            throw PartyError.badInput("\(path) is a link that leads nowhere: name the file itself")
        }
        switch place.kind {
        case .file where isLink:
            throw PartyError.badInput("\(path) is a link to a file: name the file itself")
        case .file:
            for input in inputs where input != "-" {
                guard let input = try? FileStatus(input, followingLink: true), input.isSame(as: place) else {
                    continue
                }
                throw PartyError.badInput("\(path) is the input itself: write to another file")
            }
        case .folder: throw PartyError.badInput("\(path) is a folder: name a file in it")
        case .stream: self = .stream(path)
        case .link, .other:
            throw PartyError.badInput("\(path) is neither a file nor a pipe: write to another name")
        }
    }

    /// Throws `badInput` where `path` is there and is not a regular file, which alone may be replaced.
    static func requireReplaceable(_ path: String) throws {
        guard let status = try? FileStatus(path, followingLink: false), status.kind != .file else { return }
        throw PartyError.badInput("\(path) is no regular file and is not replaced: write to another name")
    }

    /// Runs `body` with a sink to standard output or to the stream. Not for a file.
    func writing<Result>(_ body: (inout OutputSink) throws -> Result) throws -> Result {
        switch self {
        case .file: preconditionFailure("a file is not written to in place")
        case .standardOutput(let asked):
            var sink = OutputSink(
                descriptor: STDOUT_FILENO, refusesBinary: !asked && isatty(STDOUT_FILENO) == 1)
            return try body(&sink)
        case .stream(let path):
            let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
            guard descriptor >= 0 else {
                throw PartyError.unavailable("\(path): \(String(cString: strerror(errno)))")
            }
            defer { close(descriptor) }
            var sink = OutputSink(descriptor: descriptor, refusesBinary: false)
            return try body(&sink)
        }
    }
}

/// A stream that is written to as it is; a terminal perhaps with text only.
struct OutputSink: ByteSink {
    private var sink: FileSink
    private let refusesBinary: Bool

    fileprivate init(descriptor: Int32, refusesBinary: Bool) {
        sink = FileSink(descriptor: descriptor)
        self.refusesBinary = refusesBinary
    }

    mutating func write(_ bytes: UnsafeRawBufferPointer) throws {
        // Tabs and ends of lines apart, whatever steers a terminal is no text.
        if refusesBinary, bytes.contains(where: { $0 < 0x20 && !(0x09...0x0d).contains($0) || $0 == 0x7f }) {
            throw PartyError.badInput(
                "this is no text, and a terminal is no place for it: -o FILE writes a file, -o - shows it all the same"
            )
        }
        try sink.write(bytes)
    }
}
