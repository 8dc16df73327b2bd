import Contract
import Primitives

/// A file that appears under its name only when it is whole: written beside it under another name, made durable,
/// then given its name, then the folder made durable. Dropped without `publish`, it leaves nothing.
public struct UnpublishedFile: ~Copyable {
    /// What is written goes here.
    public let file: OpenFile
    private let folder: OpenFolder
    private let name: String
    private let temporaryName: String
    private var isPublished = false

    /// A file of `folder` that will be called `name`. What a process leaves that ends before `publish` is a hidden
    /// file that ends in `.partial`.
    public init(_ name: String, in folder: OpenFolder, mode: UInt32 = 0o600) throws(FileError) {
        temporaryName = Self.temporaryName()
        file = try folder.createFile(temporaryName, mode: mode)
        self.folder = folder
        self.name = name
    }

    /// The same in a folder with one writer: until then it is called `temporaryName`, so that the next one
    /// overwrites what a process leaves that ends before `publish`.
    public init(
        _ name: String, in folder: OpenFolder, mode: UInt32, temporaryName: String
    ) throws(FileError) {
        self.temporaryName = temporaryName
        file = try folder.overwriteFile(temporaryName, mode: mode)
        self.folder = folder
        self.name = name
    }

    deinit {
        if !isPublished { _ = try? folder.remove(temporaryName) }
    }

    /// Makes it durable and gives it its name: in place of what had it before, or, unless `replacing`, only where
    /// nothing has it (`exists`).
    public mutating func publish(replacing: Bool = true) throws(FileError) {
        try file.synchronize()
        if replacing {
            try folder.rename(temporaryName, to: name, in: folder)
            isPublished = true
        } else {
            try folder.link(temporaryName, to: name)
        }
        try folder.synchronize()
    }

    private static func temporaryName() -> String { ".\(lowercaseHex(Random.bytes(8))).partial" }
}
