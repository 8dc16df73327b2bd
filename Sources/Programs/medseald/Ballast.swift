import Foundation
import Glibc

/// Room that a server keeps for a day on which the disk is full: to open what it has, to read it and to say why it takes
/// nothing more, it needs some itself.
struct Ballast {
    private static let name = "ballast"
    private static let byteCount = 2 << 20

    /// The folder on the disk that may become full.
    let folder: URL

    /// To be called before anything is opened: gives the room up where there is no other, and keeps some where there is.
    /// Says whether it was given up.
    func prepare() -> Bool {
        let file = folder.appending(path: Self.name)
        let isKept = FileManager.default.fileExists(atPath: file.path)
        if isFull { return isKept && unlink(file.path) == 0 }
        // Without it the server works as well; what was begun and not finished is written anew.
        let size = (try? file.resourceValues(forKeys: [.fileSizeKey]))?.fileSize
        if size != Self.byteCount { try? Data(count: Self.byteCount).write(to: file) }
        return false
    }

    var isFull: Bool {
        var disk = statvfs()
        guard statvfs(folder.path, &disk) == 0 else { return false }
        return UInt64(disk.f_bavail) * UInt64(disk.f_frsize) < UInt64(Self.byteCount / 2)
    }
}
