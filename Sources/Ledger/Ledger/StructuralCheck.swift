import Dispatch
import Synchronization

/// SQLite's own check of the file and its tables, in the background and on a connection of its own: it needs
/// a core for as long as a tenth of an examination.
final class StructuralCheck: Sendable {
    private let result = Mutex(Result<[String], LedgerError>.success([]))
    private let group = DispatchGroup()

    /// Begins.
    init(of database: LedgerDatabase) {
        DispatchQueue.global().async(group: group) {
            let found = Result { () throws(LedgerError) in
                try database.readAtLength { try $0.structuralProblems() }
            }
            self.result.withLock { $0 = found }
        }
    }

    /// What was found; waits for it.
    func problems() throws(LedgerError) -> [String] {
        group.wait()
        do throws(LedgerError) {
            return try result.withLock { $0 }.get()
        } catch .damaged(let finding) {
            return [finding.problem]
        }
    }
}
