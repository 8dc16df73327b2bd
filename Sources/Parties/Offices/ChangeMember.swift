public import API
public import Age
public import Contract
import Evidence
public import Files
public import Homes
public import Identity
public import Primitives
import Remote

extension Office {
    /// What becomes of a member.
    public enum Change: Sendable {
        /// The same keys, with another role, or for longer.
        case renewal(Role?)
        /// New keys in the same role, for this reason; the old ones end with the same statement.
        case rotation(AgeKeyKind, RevocationList.Reason)
    }

    /// Changes a member: a new certificate, and where it is a rotation new keys, in its home; the enrolment
    /// that replaces the one before on the ledger; the new card at the server; the old certificate on the
    /// revocation list.
    ///
    /// Killed at any point, the same call again goes on where it was: what was prepared lies in the home's
    /// folder `next` until the ledger has it.
    public func changeMember(
        _ folder: Folder, _ change: Change, passphrase: SecretBytes, days: Int = enrolmentDays
    ) async throws -> (home: MemberHome, receipt: Wire.Receipt) {
        let home = try MemberHome(folder)
        guard home.organisation.name == name, home.network.id == network.id else {
            throw PartyError.badInput(
                "\(folder.path) is the home of a member of \(home.organisation.name)")
        }
        let pending = HomeChange(home.folder)
        // From an earlier attempt: what the ledger may have by now is not made anew.
        if let statement = try pending.prepared(), let key = try pending.card()?.key {
            do {
                return try await finish(
                    pending, statement, reasons: home.key == key ? [:] : change.reasons(ending: home.key))
            } catch let error as PartyError where error.rejection == .stale {
                try pending.discard()
            }
        }
        let member = try home.unlock(passphrase)
        var role = home.role
        var (signingKey, identity, former) = (member.signingKey, member.identity, member.former)
        switch change {
        case .renewal(let new): role = new ?? role
        case .rotation(let kind, _):
            former.append(identity)
            (signingKey, identity) = (.generate(), .generate(kind))
        }
        let enrolment = try enrolment(
            of: signingKey.key, identity.recipient, name: home.name, role: role, days: days,
            replacing: home.key)
        let files = MemberHomeFiles(
            enrolment, name: home.name, signingKey: signingKey,
            keys: IdentityFile(
                member: identity, organisation: try keys.identities(of: role, in: organisation),
                former: former))
        let statement = try statement(enrolment.enrol, agreedBy: signingKey).signed(
            by: try requireRoot(), network: network.id)
        try pending.prepare(statement, card: enrolment.card) { next in
            try files.write(to: next, passphrase: passphrase)
        }
        return try await finish(pending, statement, reasons: change.reasons(ending: home.key))
    }

    private func finish(
        _ pending: HomeChange, _ statement: [UInt8], reasons: [PublicKey: RevocationList.Reason]
    ) async throws -> (home: MemberHome, receipt: Wire.Receipt) {
        let card = try pending.card()
        let receipt = try await connection.submit(statement, signedBy: try requireRoot())
        if let card { try await connection.call(.put, Routes.members, json: card) }
        try pending.accept()
        try await publishRevocationList(after: receipt, reasons: reasons)
        return (try MemberHome(pending.home), receipt)
    }
}

extension Office.Change {
    /// Why the key ends, for the revocation list; nothing where it goes on.
    fileprivate func reasons(ending key: PublicKey) -> [PublicKey: RevocationList.Reason] {
        if case .rotation(_, let reason) = self { [key: reason] } else { [:] }
    }
}
