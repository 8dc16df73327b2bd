/// Where the files of a record go: a folder, memory, another system.
public protocol FileSinks: Sendable {
    /// Hears the names of all files before the first byte of them is fetched; they are safe to write, and differ.
    /// Throws when they cannot be taken; then nothing is fetched.
    func prepare(_ names: [String]) throws

    /// Begins the file of that name.
    func begin(_ name: String) throws -> any UnfinishedFile
}

/// A file on its way to its place. It is there when it was committed; dropped before, it leaves nothing, and neither
/// does a process that is killed.
public protocol UnfinishedFile: AnyObject {
    func write(_ bytes: UnsafeRawBufferPointer) throws

    /// All of it holds: it takes its place, durable where there is a disk.
    func commit() throws
}
