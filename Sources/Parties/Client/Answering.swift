public import API
import Age
public import Contract
import Files
import Foundation
import Identity
import Primitives
import Remote

/// What a patient is about to approve: everything here is what will be signed, or comes from a verified
/// identity.
public struct ProposedApproval: Sendable {
    /// One record that will be granted.
    public struct Item: Sendable {
        public let record: RecordHandle
        public let descriptor: Descriptor
        let opened: OpenedRecord
    }

    public let request: RoutedRequest
    /// Who will be able to open them.
    public let grantee: VerifiedMember
    public let items: [Item]
    public let kind: GrantKind
    public let purpose: Purpose
    public let notBefore: LedgerTime
    public let notAfter: LedgerTime
    public let releases: UInt64
}

extension Patient {
    public static let daysDefault = 30
    public static let releasesDefault: UInt64 = 10

    /// The request of that id that waits for an answer. Throws `badInput` or `refused`.
    public func waitingRequest(_ id: StatementID) async throws -> RoutedRequest {
        guard let request = try await inbox().first(where: { $0.id == id }) else {
            throw ClientFailure.badInput("no request \(id) was routed to this wallet")
        }
        switch request.stage {
        case .approved, .rejected: throw Problem.rejected(.requestAlreadyAnswered)
        case .open: throw Problem.rejected(.requestNotRouted)
        case .routed: break
        }
        guard machineTime() < request.notAfter else { throw Problem.rejected(.requestExpired) }
        return request
    }

    /// What approving would release. Nothing is signed, sent or wrapped; but what the wallet reads of its
    /// records for it is logged.
    ///
    /// `records`: those to grant, or nil for all that the custodian keeps. Throws unless the requester's
    /// identity holds.
    public func approval(
        of request: RoutedRequest, records handles: [RecordHandle]?, days: Int?, releases: UInt64
    ) async throws -> ProposedApproval {
        let grantee = try request.requester.get()
        guard request.purpose != .removal else {
            throw ClientFailure.badInput(
                "\(request.custodian) asks you to have records removed: medseal approve --removal")
        }
        let now = machineTime()
        let asked = request.notAfter
        var notAfter = min(asked, now + UInt64(Self.daysDefault) * 86_400)
        if let days {
            guard (1...3_650).contains(days) else {
                throw ClientFailure.badInput("a grant lasts 1 to 3650 days")
            }
            notAfter = now + UInt64(days) * 86_400
            // A request for so many days ends within the last of them.
            guard notAfter <= asked + 86_400 else {
                throw ClientFailure.badInput("that is longer than was asked for")
            }
            notAfter = min(notAfter, asked)
        }
        guard (1...Limits.releasesPerGrantMax).contains(releases) else {
            throw ClientFailure.badInput("a grant allows 1 to \(Limits.releasesPerGrantMax) releases")
        }
        let kept = try await ownRecords().filter { $0.custodians.contains(request.custodian) }
        var chosen = kept
        if let handles {
            chosen = try handles.map { handle in
                guard let record = kept.first(where: { $0.handle == handle }) else {
                    throw ClientFailure.badInput(
                        "\(request.custodian) keeps no record \(handle) of this wallet")
                }
                return record
            }
        }
        guard !chosen.isEmpty else {
            throw ClientFailure.badInput("\(request.custodian) keeps no record of this wallet")
        }
        let items = try await connected(at: request.custodian) { connection in
            var items = [ProposedApproval.Item]()
            for record in chosen {
                let whole = try await opened(record, connection)
                items.append(
                    ProposedApproval.Item(record: record.handle, descriptor: whole.descriptor, opened: whole))
            }
            return items
        }
        return ProposedApproval(
            request: request, grantee: grantee, items: items, kind: request.kind, purpose: request.purpose,
            notBefore: now.dayBegun, notAfter: notAfter.dayEnded, releases: releases)
    }

    /// What an approval has put on the ledger.
    public struct Approved: Sendable {
        /// In the order of the approval's items.
        public let grants: [StatementID]
        /// What is true of every statement of it.
        public let acknowledged: Wire.Acknowledged
    }

    /// Grants what `approval` shows, and answers the request.
    public func approve(_ approval: ProposedApproval) async throws -> Approved {
        let draft = try draft(of: approval)
        let journal = AnswerJournal(patient: self, request: approval.request.id)
        try journal.write(draft)
        try remember(approval.grantee)
        return try await carryOut(draft, journal)
    }

    /// Goes on with an approval that was cut off; nil when there is none, or when it has become too old to go
    /// on with.
    public func resumeApproval(of id: StatementID) async throws -> Approved? {
        let journal = AnswerJournal(patient: self, request: id)
        guard let draft = try journal.read() else { return nil }
        guard machineTime() + 60 < draft.validUntil else {
            journal.remove()
            return nil
        }
        return try await carryOut(draft, journal)
    }

    /// Orders `records` to be erased, as their custodian has asked, and answers the request.
    public func approveRemoval(
        _ request: RoutedRequest, records: [RecordHandle]
    ) async throws -> Wire.Receipt {
        guard request.purpose == .removal else {
            throw ClientFailure.badInput("the request \(request.id) does not ask for a removal")
        }
        for record in records { _ = try await remove(record) }
        let key = wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex)
        return try await connected(at: request.custodian) { connection in
            let answer = Answer(request: request.id, verdict: .approved, letter: nil)
            return try await connection.submit(.make(.answer(answer), now: machineTime()), signedBy: key)
        }
    }

    /// Rejects a request.
    public func reject(_ request: RoutedRequest) async throws -> Wire.Receipt {
        let key = wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex)
        return try await connected(at: request.custodian) { connection in
            let answer = Answer(request: request.id, verdict: .rejected, letter: nil)
            return try await connection.submit(.make(.answer(answer), now: machineTime()), signedBy: key)
        }
    }

    /// Every envelope wrapped and every statement signed: what is kept before the first byte leaves.
    private func draft(of approval: ProposedApproval) throws -> AnswerJournal.Draft {
        let now = machineTime()
        let validUntil = now.validUntil
        let request = approval.request
        var draft = AnswerJournal.Draft(
            custodian: request.custodian, validUntil: validUntil, grants: [], letter: Data(),
            addressee: approval.grantee.key,
            answer: Data(), answeringIndex: request.answeringIndex)
        var granted = [AnswerLetter.Granted]()
        for item in approval.items {
            let nonce = Random.bytes(Statement.nonceBytes)
            let envelope = try Envelope.wrap(
                item.opened.key, record: item.record, nonce: nonce, notAfter: approval.notAfter,
                for: approval.grantee)
            let grant = Grant(
                record: item.record, organisation: approval.grantee.organisation,
                grantee: approval.grantee.key,
                kind: approval.kind, purpose: approval.purpose, notBefore: approval.notBefore,
                notAfter: approval.notAfter, releases: approval.releases, envelope: Digest(hashing: envelope),
                // Named by several grants, the request would link their records.
                request: approval.items.count == 1 ? request.id : nil)
            let (id, bytes) = Statement(.grant(grant), validUntil: validUntil, nonce: nonce)
                .identified(by: ownerKey(of: item.opened.record), network: network.id)
            granted.append(.init(record: item.record, grant: id))
            draft.grants.append(
                .init(
                    id: id, statement: Data(bytes), envelope: Data(envelope),
                    owner: item.opened.record.depositedAt, index: item.opened.record.index))
        }
        let letter = try Letter.seal(
            AnswerLetter(request: request.id, grants: granted), to: approval.grantee.recipient)
        draft.letter = Data(letter)
        let answer = Answer(request: request.id, verdict: .approved, letter: Digest(hashing: letter))
        let key = wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex)
        draft.answer = Data(
            Statement(.answer(answer), validUntil: validUntil, nonce: Random.bytes(Statement.nonceBytes))
                .signed(by: key, network: network.id))
        return draft
    }

    private func carryOut(_ draft: AnswerJournal.Draft, _ journal: AnswerJournal) async throws -> Approved {
        let acknowledged = try await connected(at: draft.custodian) { connection in
            let routes = Routes.Organisation(draft.custodian)
            var receipts = [Wire.Receipt]()
            do {
                for grant in draft.grants {
                    let envelope = [UInt8](grant.envelope)
                    _ = try await connection.call(
                        .put, routes.blob(Digest(hashing: envelope).hex),
                        .bytes(envelope, type: "application/octet-stream"))
                    receipts.append(
                        try await connection.submit(
                            [UInt8](grant.statement),
                            signedBy: wallet.ownerKey(organisation: grant.owner, index: grant.index)))
                }
                try await connection.call(
                    .post, routes.letters,
                    json: Wire.Letter(
                        addressee: .key(draft.addressee), request: journal.request, body: draft.letter))
                receipts.append(
                    try await connection.submit(
                        [UInt8](draft.answer),
                        signedBy: wallet.ownerKey(
                            organisation: draft.custodian, index: draft.answeringIndex)))
            } catch let problem as Problem where problem.type == .rejected {
                journal.remove()
                throw problem
            }
            return receipts.acknowledged
        }
        journal.remove()
        return Approved(grants: draft.grants.map(\.id), acknowledged: acknowledged)
    }
}

/// An answer that is being given: what was signed and wrapped, kept until all of it is on the ledger, so that
/// a second try gives the same answer and not another one beside it. Sealed to the wallet.
struct AnswerJournal {
    struct Draft: Codable {
        struct GrantDraft: Codable {
            var id: StatementID
            var statement: Data
            var envelope: Data
            var owner: OrganisationName
            var index: UInt64
        }
        var custodian: OrganisationName
        var validUntil: LedgerTime
        var grants: [GrantDraft]
        var letter: Data
        var addressee: PublicKey
        var answer: Data
        var answeringIndex: UInt64
    }

    let patient: Patient
    let request: StatementID

    private var folder: Folder { patient.home.folder.folder("answers") }
    private var name: String { "\(request).age" }

    func write(_ draft: Draft) throws {
        try folder.make()
        try folder.write(
            try seal(try JSON.encode(draft), for: .recipients([patient.ownIdentity.recipient])), as: name)
    }

    func read() throws -> Draft? {
        guard folder.has(name) else { return nil }
        guard
            let draft = try? JSON.decode(
                Draft.self, try open(try folder.read(name), with: .identity(patient.ownIdentity)))
        else { throw ClientFailure.unverified("\(folder.file(name)) is not this wallet's") }
        return draft
    }

    func remove() { folder.remove(name) }
}
