import API
import Contract
import Homes
import Remote
import Sealing

extension Member {
    /// Rejects the applications of the wallets that show `shortCodes`, and, with `unreadable`, those that the desk cannot
    /// open. Gives how many. Throws `refused`, before anything is rejected, when no wallet shows one of the codes.
    public func reject(shortCodes: [String], unreadable: Bool) async throws -> Int {
        let waiting = try await waitingInboxes()
        var rejected = [PublicKey]()
        for shortCode in shortCodes {
            let found = waiting.filter { $0.applicant?.shows(shortCode) ?? false }
            guard !found.isEmpty else { throw Self.absent(shortCode) }
            rejected += found.map(\.inbox)
        }
        if unreadable { rejected += waiting.filter { $0.applicant == nil }.map(\.inbox) }
        let inboxes = Set(rejected).sorted()
        for inbox in inboxes {
            do {
                _ = try await connection.call(.post, Routes.Organisation(organisation.name).reject(inbox.hex))
            } catch let problem as Problem where problem.type == .notFound {
                // A colleague was faster.
            }
        }
        return inboxes.count
    }
}
