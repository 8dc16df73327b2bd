public import API
public import Age
public import Contract
public import Foundation
public import Identity
public import Primitives
public import Remote

extension OrganisationOffice {
    public static let lifetimeDays = 730

    /// Makes a member: keys and certificate in `home`, its enrolment on the ledger, its card at the server.
    /// `replaced`: a key of the same member that this ends, where its home is lost.
    ///
    /// The home appears once the ledger has the enrolment. Throws `ClientFailure`, or `Problem` when the
    /// contract refuses.
    public func enrol(
        name: String, role: Role, home: Folder, passphrase: SecretBytes, days: Int = lifetimeDays,
        kind: AgeKeyKind = .hybrid, replacing replaced: PublicKey? = nil, now: Date = Date()
    ) async throws -> (key: PublicKey, receipt: Wire.Receipt) {
        try home.requireNew()
        try requireRole(role)
        let signingKey = SigningKey.generate()
        let identity = AgeIdentity.generate(kind)
        let notAfter = now.addingTimeInterval(Double(days) * 86_400)
        let enrolment = try Enrolment(
            self, name: name, role: role, key: signingKey.key, recipient: identity.recipient,
            replacing: replaced, notAfter: notAfter, now: now)
        let keys = IdentityFile(member: identity, organisation: try keys(of: role), former: [])

        try home.parent.make()
        let draft = home.parent.folder(".\(home.name)-\(lowercaseHex(Random.bytes(4)))")
        defer { home.parent.remove(draft.name) }
        try network.copy(to: draft.folder("network"))
        try draft.write(enrolment, name: name, keys: keys, signingKey: signingKey, passphrase: passphrase)

        let receipt = try await connected { connection in
            let receipt = try await connection.submit(
                .make(.enrol(enrolment.enrol), now: machineTime()), signedBy: root)
            try await connection.call(.put, Routes.members, json: enrolment.card)
            return receipt
        }
        try draft.rename(to: home)
        if replaced != nil { try await publishList(after: receipt) }
        return (signingKey.key, receipt)
    }

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
    public func change(
        _ folder: Folder, _ change: Change, passphrase: SecretBytes, days: Int = lifetimeDays,
        now: Date = Date()
    ) async throws -> (home: MemberHome, receipt: Wire.Receipt) {
        let home = try MemberHome(folder)
        guard home.organisation.name == organisation.name, home.network.id == network.id else {
            throw ClientFailure.badInput(
                "\(folder.path) is the home of a member of \(home.organisation.name)")
        }
        let pending = MemberHomeChange(home.folder)
        // From an earlier attempt: what the ledger may have by now is not made anew.
        if let statement = try pending.prepared(), let key = try pending.card()?.key {
            do {
                return try await finish(
                    pending, statement, reasons: home.key == key ? [:] : reasons(home, change))
            } catch let problem as Problem where problem.code == RejectionCode.stale.rawValue {
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
        try requireRole(role)
        let notAfter = now.addingTimeInterval(Double(days) * 86_400)
        let enrolment = try Enrolment(
            self, name: home.name, role: role, key: signingKey.key, recipient: identity.recipient,
            replacing: home.key, notAfter: notAfter, now: now)
        let keys = IdentityFile(member: identity, organisation: try keys(of: role), former: former)
        let statement = Statement.make(.enrol(enrolment.enrol), now: machineTime()).signed(
            by: root, network: network.id)
        try pending.prepare(statement, card: enrolment.card) { next in
            try next.write(
                enrolment, name: home.name, keys: keys, signingKey: signingKey, passphrase: passphrase)
        }
        return try await finish(pending, statement, reasons: reasons(home, change))
    }

    private func reasons(_ home: MemberHome, _ change: Change) -> [PublicKey: RevocationList.Reason] {
        if case .rotation(_, let reason) = change { [home.key: reason] } else { [:] }
    }

    private func finish(
        _ pending: MemberHomeChange, _ statement: [UInt8], reasons: [PublicKey: RevocationList.Reason]
    ) async throws -> (home: MemberHome, receipt: Wire.Receipt) {
        let card = try pending.card()
        let receipt = try await connected { connection in
            let receipt = try await connection.submit(statement, signedBy: root)
            if let card { try await connection.call(.put, Routes.members, json: card) }
            return receipt
        }
        try pending.accept()
        try await publishList(after: receipt, reasons: reasons)
        return (try MemberHome(pending.home), receipt)
    }

    /// Ends a member's key at once and puts its certificate onto the revocation list. A key that was ended
    /// before only gets the list.
    @discardableResult
    public func retire(
        _ key: PublicKey, reason: RevocationList.Reason = .cessationOfOperation
    ) async throws -> Wire.Receipt? {
        let receipt: Wire.Receipt? = try await connected { connection in
            do {
                return try await connection.submit(
                    .make(.retire(Retire(organisation: organisation.name, member: key)), now: machineTime()),
                    signedBy: root)
            } catch let problem as Problem where problem.code == RejectionCode.memberRetired.rawValue {
                return nil
            }
        }
        try await publishList(after: receipt, reasons: [key: reason])
        return receipt
    }
}

/// A new enrolment with the certificate and card that go with it.
private struct Enrolment {
    let enrol: Enrol
    let certificate: [UInt8]
    let card: Wire.MemberCard

    init(
        _ office: OrganisationOffice, name: String, role: Role, key: PublicKey, recipient: AgeRecipient,
        replacing replaced: PublicKey?, notAfter: Date, now: Date
    ) throws {
        certificate = try office.issue(name: name, role: role, key: key, notAfter: notAfter, now: now)
        enrol = Enrol(
            organisation: office.organisation.name, member: key, role: role, recipientHash: recipient.hash,
            certificateHash: Digest(hashing: certificate), expires: UInt64(notAfter.timeIntervalSince1970),
            suite: recipient.kind.suite, replaces: replaced)
        card = Wire.MemberCard(
            key: key, organisation: office.organisation.name, recipient: recipient.text,
            certificate: Data(certificate))
    }
}

extension Folder {
    /// The files of a member's home that its enrolment makes.
    fileprivate func write(
        _ enrolment: Enrolment, name: String, keys: IdentityFile, signingKey: SigningKey,
        passphrase: SecretBytes
    ) throws {
        let file = MemberHome.File(
            organisation: enrolment.enrol.organisation, role: enrolment.enrol.role.name, name: name,
            key: signingKey.key)
        try write(try JSON.pretty(file), as: MemberHome.fileName)
        try write(PEM.encode(enrolment.certificate, label: "CERTIFICATE"), as: "certificate.pem", mode: 0o644)
        try write(SealedPrivateKey.seal(pkcs8: signingKey.pkcs8, passphrase: passphrase), as: "signing.pem")
        try write(try keys.sealed(under: passphrase), as: "keys.age")
    }
}

extension IdentityFile {
    /// A member's identities: its own first, then the organisation's that its role needs, then those that it
    /// had before, which open what was kept of old envelopes.
    fileprivate init(
        member: AgeIdentity, organisation: [(name: String, identity: AgeIdentity)], former: [AgeIdentity]
    ) {
        self.init(
            comments: ["member"] + organisation.map(\.name) + former.map { _ in MemberHome.former },
            identities: [member] + organisation.map(\.identity) + former)
    }
}
