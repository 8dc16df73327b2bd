public import API
import Age
public import Contract
import Foundation
import Identity
import Primitives
import Remote
import TransparencyLog

// What a patient orders about records of its own, besides answering requests.

extension Patient {
    /// The own record of that handle. Throws the contract's reason when it is nobody's or somebody else's.
    func ownRecord(_ handle: RecordHandle) async throws -> OwnRecord {
        guard let record = try await ownRecords().first(where: { $0.handle == handle }) else {
            throw Problem.rejected(.notTheOwner)
        }
        return record
    }

    /// Says `assertion` as the owner of `record`.
    private func order(_ assertion: Assertion, as record: OwnRecord) async throws -> Wire.Receipt {
        try await connected(at: record.depositedAt) { connection in
            try await connection.submit(.make(assertion, now: machineTime()), signedBy: ownerKey(of: record))
        }
    }

    /// Orders a record to be erased by everybody who keeps it. From now on it is served to nobody; each
    /// custodian attests on the ledger that it is gone.
    public func remove(_ handle: RecordHandle) async throws -> Wire.Receipt {
        try await order(.remove(Remove(record: handle)), as: try await ownRecord(handle))
    }

    /// Says beforehand whether a record may be opened in an emergency.
    public func instruct(_ handle: RecordHandle, emergencies: EmergencyRule) async throws -> Wire.Receipt {
        try await order(
            .instruct(Instruct(record: handle, emergencies: emergencies)), as: try await ownRecord(handle))
    }

    /// Stops a reassignment of a record: whoever asked for it has not lost this wallet.
    public func veto(_ handle: RecordHandle) async throws -> Wire.Receipt {
        try await order(.veto(Veto(record: handle)), as: try await ownRecord(handle))
    }

    /// Agrees to a draft about a record of this wallet: an `append` or a `reseal`.
    public func agree(to draft: inout StatementDraft) async throws {
        guard draft.network == network.id else {
            throw ClientFailure.badInput("the draft is for another network")
        }
        guard let handle = draft.statement.assertion.record else {
            throw ClientFailure.badInput("the draft is about no record: no wallet has to agree to it")
        }
        draft.agree(by: ownerKey(of: try await ownRecord(handle)))
    }

    // MARK: Granting without being asked

    /// Whom a grant names.
    public enum Grantee: Sendable {
        case member(PublicKey)
        /// Any member of a hospital or laboratory in a role of those that hold its desk key.
        case role(Role, OrganisationName)
    }

    /// Lets somebody read, receive or append to a record, without a request.
    ///
    /// Throws unless a member's identity holds, and the contract's reason.
    public func grant(
        _ handle: RecordHandle, to grantee: Grantee, kind: GrantKind, purpose: Purpose, days: Int,
        releases: UInt64
    ) async throws -> (grant: StatementID, receipt: Wire.Receipt) {
        guard (1...3_650).contains(days) else {
            throw ClientFailure.badInput("a grant lasts 1 to 3650 days")
        }
        let record = try await ownRecord(handle)
        return try await connected(at: record.depositedAt) { connection in
            let now = machineTime()
            let notAfter = (now + UInt64(days) * 86_400).dayEnded
            let nonce = Random.bytes(Statement.nonceBytes)
            var grant = Grant(
                record: handle, organisation: record.depositedAt, kind: kind, purpose: purpose,
                notBefore: now.dayBegun, notAfter: notAfter, releases: releases)
            let wrap: (AgeIdentity) throws -> [UInt8]
            switch grantee {
            case .member(let key):
                let checkpoint = try await home.remembered.advance(connection)
                let member = try await connection.verifiedMember(key, under: checkpoint)
                (grant.organisation, grant.grantee) = (member.organisation, member.key)
                wrap = {
                    try Envelope.wrap($0, record: handle, nonce: nonce, notAfter: notAfter, for: member)
                }
                try remember(member)
            case .role(let role, let name):
                let organisation = try roleHolder(role, name, kind)
                (grant.organisation, grant.role) = (name, role)
                wrap = {
                    try Envelope.wrap(
                        $0, record: handle, nonce: nonce, notAfter: notAfter, role: role, of: organisation)
                }
            }
            if kind != .append {
                let opened = try await opened(record, connection)
                grant.envelope = try await put(try wrap(opened.key), record, connection)
            }
            let statement = Statement(.grant(grant), validUntil: now.validUntil, nonce: nonce)
            let receipt = try await connection.submit(statement, signedBy: ownerKey(of: record))
            return (receipt.statement, receipt)
        }
    }

    /// The organisation whose members in `role` can be granted something together. Throws `badInput`.
    private func roleHolder(
        _ role: Role, _ name: OrganisationName, _ kind: GrantKind
    ) throws -> Network.Organisation {
        let organisation = try network.organisation(name)
        guard organisation.kind.isCustodian, [.clinician, .registrar, .gateway].contains(role),
            kind != .append
        else {
            throw ClientFailure.badInput(
                "to read or receive, a role can be granted to a hospital's or laboratory's clinicians, "
                    + "registrars or gateways")
        }
        return organisation
    }

    /// Leaves an envelope with the custodian that the record was deposited at.
    private func put(
        _ envelope: [UInt8], _ record: OwnRecord, _ connection: Connection
    ) async throws -> Digest {
        let digest = Digest(hashing: envelope)
        _ = try await connection.call(
            .put, Routes.Organisation(record.depositedAt).blob(digest.hex),
            .bytes(envelope, type: "application/octet-stream"))
        return digest
    }

    /// Ends every grant in force on every record, or those to `grantee` alone. Gives their ids, with the
    /// receipts of their ends.
    public func revokeAll(
        to grantee: PublicKey?
    ) async throws -> [(grant: StatementID, receipt: Wire.Receipt)] {
        var revoked = [(grant: StatementID, receipt: Wire.Receipt)]()
        for record in try await ownRecords() {
            revoked += try await revokeAll(of: record) { grantee == nil || $0.grantee == grantee }
        }
        return revoked
    }

    // MARK: Guardians and proxies

    /// Lets whoever made `invitation` act for a record until `notAfter`. A record that is withheld from a
    /// guardian is one that this was never called for: its key was never wrapped for one.
    public func delegate(
        _ handle: RecordHandle, to invitation: ProxyInvitation, scope: DelegateScope, notAfter: LedgerTime
    ) async throws -> Wire.Receipt {
        let record = try await ownRecord(handle)
        return try await connected(at: record.depositedAt) { connection in
            let place = try await invitation.unused(connection)
            var envelope: Digest?
            if scope.allowsReading {
                let opened = try await opened(record, connection)
                envelope = try await put(
                    try Envelope.wrap(opened.key, record: handle, for: place), record, connection)
            }
            let delegate = Delegate(
                record: handle, delegate: place.key, scope: scope, notAfter: notAfter, envelope: envelope)
            return try await connection.submit(
                .make(.delegate(delegate), now: machineTime()), signedBy: ownerKey(of: record))
        }
    }

    /// Ends a delegation at once.
    public func undelegate(_ handle: RecordHandle, _ delegate: PublicKey) async throws -> Wire.Receipt {
        try await order(
            .undelegate(Undelegate(record: handle, delegate: delegate)), as: try await ownRecord(handle))
    }
}
