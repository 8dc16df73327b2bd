import Foundation

/// Calls of the core with what they answered natively. Tests/Browser/play.mjs makes them again of the core that is compiled
/// for browsers and wants the same answers.
public struct Recording {
    private let call: String
    private var bytes: [UInt8] = []
    public private(set) var count = 0

    /// Of the export `call`.
    public init(of call: String) { self.call = call }

    public mutating func add(_ input: [UInt8], answer: [UInt8]) {
        bytes += Packed.pack([Array(call.utf8), input, answer])
        count += 1
    }

    /// Writes the recording into the folder that `MEDSEAL_CALLS` names, if it is set.
    public func save() throws {
        guard let folder = ProcessInfo.processInfo.environment["MEDSEAL_CALLS"] else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: folder).appending(path: "\(call).calls"))
    }
}
