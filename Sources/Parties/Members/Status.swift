import API
import Contract
public import Homes
import Remote

extension Member {
    /// Everything of this member's that ends, and when: as the ledger and the server say it now.
    public func status() async throws -> [Deadline] {
        var all = keys.home.deadlines.filter { $0.kind != .revocationList }
        if let state: MemberState = try await connection.state(.member(key)) {
            all.append(
                Deadline(
                    .enrolment, "the enrolment as \(state.role.name) of \(organisation.name)",
                    ends: state.expires, renewal: keys.home.renewal))
        }
        let list = try await connection.revocationList(
            of: organisation.name, under: organisation.authority)
        if let deadline = keys.home.listDeadline(of: list) { all.append(deadline) }
        if keys.records != nil {
            all.append(
                Deadline(
                    .recordsKey, "the records key of \(organisation.name)", ends: nil,
                    renewal: "it has no end: nothing has to be done"))
        }
        if let server = try await connection.serverDeadline() { all.append(server) }
        return all
    }
}
