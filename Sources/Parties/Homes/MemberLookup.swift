public import Contract
public import Evidence
import Foundation
import Identity
public import Remote
public import Sealing
public import TransparencyLog
import Workflow

extension PartyError {
    /// Whether it leaves the member that it is about unverified, and everything else as it is: because something does
    /// not hold, or because its organisation's server is away.
    package var leavesUnverified: Bool { kind != .input }
}

extension Connection {
    /// Verifies a member's identity against the log under `checkpoint`.
    public func verifiedMember(
        _ key: PublicKey, under checkpoint: VerifiedCheckpoint
    ) async throws -> VerifiedMember {
        try await read(under: checkpoint) { ledger throws(Pause) in try ledger.verifiedMember(key) }
    }

    /// Each of these members verified, or why it was not.
    public func members(
        _ keys: [PublicKey], under checkpoint: VerifiedCheckpoint
    ) async throws -> [PublicKey: Result<VerifiedMember, PartyError>] {
        try await read(under: checkpoint) { ledger throws(Pause) in
            var members = [PublicKey: Result<VerifiedMember, PartyError>]()
            for key in keys { members[key] = try ledger.member(key) }
            return members
        }
    }

    /// The enrolments and retirements about an organisation's members that are proven to be in the log, in their
    /// order.
    package func history(
        about subject: [UInt8], under checkpoint: VerifiedCheckpoint
    ) async throws -> [(entry: LogEntry, statement: VerifiedStatement)] {
        var positions = [UInt64]()
        for kind in [StatementKind.enrol, .retire] {
            positions += try await self.positions(about: subject, kind: kind)
        }
        var history = [(entry: LogEntry, statement: VerifiedStatement)]()
        for position in positions.sorted() where position < checkpoint.checkpoint.head.size {
            history.append(try await provenStatement(at: position, under: checkpoint))
        }
        return history
    }
}
