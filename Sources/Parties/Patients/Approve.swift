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
    /// `records`: those to grant, or nil for all that the custodian keeps. `files`: only those of these names, of one
    /// record. Throws unless the requester's identity holds, each record opens and none is gone.
    public func approval(
        of request: RoutedRequest, records handles: [RecordHandle]?, files: [String] = [], days: Int?,
        releases: UInt64, growing: Bool = false
    ) async throws -> ProposedApproval {
        var proposal = try ProposedApproval(
            of: request, days: days, releases: releases,
            coverage: !files.isEmpty ? .part : growing ? .growing : .present, now: surroundings.now())
        let own = try await ownRecords()
        let chosen = try request.chosen(handles, of: own)
        guard files.isEmpty || chosen.count == 1 else {
            throw PartyError.badInput("files are named of one record: say which by --record")
        }
        if handles == nil { proposal.leaveOut(request.gone(among: own)) }
        try await connected(at: request.custodian) { connection in
            for record in chosen {
                do {
                    let part = files.isEmpty ? nil : try await stored(files, of: record, connection)
                    proposal.add(try await opened(record, connection), part: part)
                } catch let failure as PartyError where failure.kind != .input && failure.rejection == nil {
                    throw PartyError(failure.code, "record \(record.handle) does not open", cause: failure)
                }
            }
        }
        return proposal
    }

    /// What approving a custodian's request to remove `records` would erase. Throws as `ProposedRemoval` does.
    public func removal(
        of request: RoutedRequest, records: [RecordHandle]
    ) async throws -> ProposedRemoval {
        try ProposedRemoval(of: request, records: records, of: try await ownRecords())
    }

    /// What became of an approval.
    public struct Approved: Sendable {
        /// Each grant or erasure that it orders.
        public let orders: [ApprovalSteps.Order]
        /// The request is answered: all of it is on the ledger.
        public let isAnswered: Bool
        /// What is true of every statement of it that is on the ledger; nil where none is.
        public let acknowledged: Wire.Acknowledged?
        /// Why it went no further; nil where all of it is done.
        public let failure: (any Error)?

        /// The grants or erasures that are on the ledger.
        public var inForce: [ApprovalSteps.Order] {
            orders.filter { if case .inForce = $0.outcome { true } else { false } }
        }
    }

    /// Grants what `approval` shows, and answers the request: first the contract is asked about all of it, and where it
    /// would refuse a part, nothing is ordered. Throws where nothing was begun.
    public func approve(_ approval: ProposedApproval) async throws -> Approved {
        let signed = try SignedApproval(
            approval, by: wallet, network: network.id, now: surroundings.now(), random: surroundings.random)
        try remember(approval.grantee)
        return try await begin(signed)
    }

    /// Orders the records of `removal` to be erased, and answers the request. As the other does.
    public func approve(_ removal: ProposedRemoval) async throws -> Approved {
        try await begin(
            SignedApproval(
                removal, by: wallet, network: network.id, now: surroundings.now(),
                random: surroundings.random))
    }

    private func begin(_ signed: SignedApproval) async throws -> Approved {
        let kept = KeptApproval(patient: self, request: signed.request)
        try kept.write(signed)
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

    /// Rejects a request.
    public func reject(_ request: RoutedRequest) async throws -> Wire.Receipt {
        let key = wallet.ownerKey(organisation: request.custodian, index: request.answeringIndex)
        return try await connected(at: request.custodian) { connection in
            let answer = Answer(request: request.id, verdict: .rejected, letter: nil)
            return try await connection.submit(surroundings.statement(.answer(answer)), signedBy: key)
        }
    }

    private func carryOut(_ signed: SignedApproval, _ kept: KeptApproval) async throws -> Approved {
        var steps = try ApprovalSteps(signed, by: wallet, of: network.known, now: surroundings.now())
        var failure: (any Error)?
        do {
            try await connected(at: signed.custodian) { connection in
                while case .call(let next) = steps.next {
                    try steps.take(try await connection.answer(to: next.call, as: next.key))
                }
            }
        } catch { failure = error }
        // What was refused would be refused again; what was cut off goes on.
        if failure.map({ ($0 as? PartyError)?.rejection != nil }) ?? true { kept.remove() }
        return Approved(
            orders: steps.orders, isAnswered: steps.isAnswered,
            acknowledged: steps.acknowledged.map { Wire.Acknowledged($0) }, failure: failure)
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
