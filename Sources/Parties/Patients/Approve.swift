public import API
public import Contract
import Evidence
import Files
import Foundation
import Homes
import Identity
import Remote
public import Workflow

extension Patient {
    public static let daysDefault = Int(ProposedApproval.daysDefault)
    public static let releasesDefault = ProposedApproval.releasesDefault

    /// The request of that id that waits for an answer. Throws `badInput` or `refused`.
    public func waitingRequest(_ id: StatementID) async throws -> RoutedRequest {
        guard let request = try await routedRequest(id) else {
            throw PartyError.badInput("no request \(id) was routed to this wallet")
        }
        switch request.stage {
        case .approved, .rejected: throw PartyError.rejected(.requestAlreadyAnswered)
        case .open: throw PartyError.rejected(.requestNotRouted)
        case .routed: break
        }
        guard surroundings.now() < request.notAfter else { throw PartyError.rejected(.requestExpired) }
        return request
    }

    /// What approving would release. Nothing is signed, sent or wrapped; but what the wallet reads of its
    /// records for it is logged.
    ///
    /// `records`: those to grant, or nil for all that the custodian keeps. Throws unless the requester's
    /// identity holds.
    public func approval(
        of request: RoutedRequest, records handles: [RecordHandle]?, days: Int?, releases: UInt64,
        growing: Bool = false
    ) async throws -> ProposedApproval {
        var proposal = try ProposedApproval(
            of: request, days: days, releases: releases, growing: growing, now: surroundings.now())
        let chosen = try proposal.chosen(handles, of: try await ownRecords())
        try await connected(at: request.custodian) { connection in
            for record in chosen { proposal.add(try await opened(record, connection)) }
        }
        return proposal
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
        let signed = try SignedApproval(
            approval, by: wallet, network: network.id, now: surroundings.now(), random: surroundings.random)
        let kept = KeptApproval(patient: self, request: approval.request.id)
        try kept.write(signed)
        try remember(approval.grantee)
        return try await carryOut(signed, kept)
    }

    /// Goes on with an approval that was cut off; nil when there is none, or when it has become too old to go
    /// on with.
    public func resumeApproval(of id: StatementID) async throws -> Approved? {
        let kept = KeptApproval(patient: self, request: id)
        guard let signed = try kept.read() else { return nil }
        guard signed.isFresh(at: surroundings.now()) else {
            kept.remove()
            return nil
        }
        return try await carryOut(signed, kept)
    }

    /// Orders `records` to be erased, as their custodian has asked, and answers the request.
    public func approveRemoval(
        _ request: RoutedRequest, records: [RecordHandle]
    ) async throws -> Wire.Receipt {
        guard request.purpose == .removal else {
            throw PartyError.badInput("the request \(request.id) does not ask for a removal")
        }
        for record in records { _ = try await remove(record) }
        let key = wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex)
        return try await connected(at: request.custodian) { connection in
            let answer = Answer(request: request.id, verdict: .approved, letter: nil)
            return try await connection.submit(surroundings.statement(.answer(answer)), signedBy: key)
        }
    }

    /// Rejects a request.
    public func reject(_ request: RoutedRequest) async throws -> Wire.Receipt {
        let key = wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex)
        return try await connected(at: request.custodian) { connection in
            let answer = Answer(request: request.id, verdict: .rejected, letter: nil)
            return try await connection.submit(surroundings.statement(.answer(answer)), signedBy: key)
        }
    }

    private func carryOut(_ signed: SignedApproval, _ kept: KeptApproval) async throws -> Approved {
        var steps = try ApprovalSteps(signed, by: wallet, of: network.known)
        let approved = try await connected(at: signed.custodian) { connection in
            do {
                while case .call(let next) = steps.next {
                    try steps.take(try await connection.answer(to: next.call, as: next.key))
                }
            } catch let error as PartyError where error.rejection != nil {
                // The same again would be refused again.
                kept.remove()
                throw error
            }
            return steps.approved
        }
        kept.remove()
        return Approved(grants: approved.grants, acknowledged: Wire.Acknowledged(approved.acknowledged))
    }
}

/// Where a home keeps an approval that is being given.
struct KeptApproval {
    let patient: Patient
    let request: StatementID

    private var folder: Folder { patient.home.folder.folder("answers") }
    private var name: String { "\(request).age" }

    func write(_ approval: SignedApproval) throws {
        try folder.make()
        try folder.write(try approval.sealed(to: patient.wallet), as: name)
    }

    func read() throws -> SignedApproval? {
        guard folder.has(name) else { return nil }
        do {
            return try SignedApproval(
                opening: try folder.read(name), of: request, by: patient.wallet)
        } catch { throw PartyError.unverified("\(folder.file(name)) is not this wallet's") }
    }

    func remove() { folder.remove(name) }
}
