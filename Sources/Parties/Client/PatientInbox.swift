import API
import Age
public import Contract
import Foundation
import Identity
import Primitives
public import Remote
import TransparencyLog

/// A request that was routed to a patient. Who asks for what, and until when, is read from the signed
/// statements; only the words and the kind come from the custodian's letter.
public struct RoutedRequest: Sendable {
    public let id: StatementID
    public let custodian: OrganisationName
    /// Who asks, verified; or why that cannot be trusted.
    public let requester: Result<VerifiedMember, ClientFailure>
    public let requesterOrganisation: OrganisationName
    public let purpose: Purpose
    public let notAfter: LedgerTime
    public let stage: RequestState.Stage
    public let kind: GrantKind
    /// What the requester wrote, escaped.
    public let text: String
    /// The requester's name was approved before, with another key: its organisation should be asked why.
    public let isUnderAnotherKey: Bool
    /// The number of the one-time key that may answer.
    let answeringIndex: UInt64

    /// Whether it waits for an answer at `time`.
    public func isWaiting(at time: LedgerTime) -> Bool { stage == .routed && time < notAfter }
}

extension Patient {
    /// The requests that were routed to this wallet, oldest first.
    public func inbox() async throws -> [RoutedRequest] {
        var requests = [RoutedRequest]()
        try await everywhere { requests += try await routed(at: $0, $1) }
        return requests
    }

    private func routed(at membership: Joined, _ connection: Connection) async throws -> [RoutedRequest] {
        let answer: Wire.Letters = try await connection.call(
            .get, Routes.Organisation(membership.name).letters)
        guard !answer.letters.isEmpty else { return [] }
        let checkpoint = try await home.remembered.advance(connection)
        let keys = try await answeringKeys(at: membership, connection)
        var requests = [RoutedRequest]()
        var seen = Set<StatementID>()
        for letter in answer.letters where letter.addressee == .key(connection.caller.key) {
            let body = [UInt8](letter.body)
            guard
                let request = try await routed(
                    letter.request, body: body, keys: keys, at: membership.name, under: checkpoint, connection
                ),
                seen.insert(request.id).inserted
            else { continue }
            requests.append(request)
        }
        return requests
    }

    /// The keys of all permits handed over, by their numbers.
    func answeringKeys(at membership: Joined, _ connection: Connection) async throws -> [PublicKey: UInt64] {
        let status: Wire.InboxStatus = try await connection.call(
            .get, Routes.Organisation(membership.name).inbox(connection.caller.key.hex))
        let count = max(membership.handedOver, status.permitsHandedOver)
        return Dictionary(
            uniqueKeysWithValues: (0..<UInt64(count)).map {
                (wallet.ownerKey(organisation: membership.name, index: $0).key, $0)
            })
    }

    /// One request, from the ledger. Nil when the letter is not the one that a route on the ledger names, or
    /// when the route does not carry a permit of this wallet: then nobody has asked this patient anything.
    private func routed(
        _ id: StatementID, body: [UInt8], keys: [PublicKey: UInt64], at custodian: OrganisationName,
        under checkpoint: VerifiedCheckpoint, _ connection: Connection
    ) async throws -> RoutedRequest? {
        func proven(_ kind: StatementKind) async throws -> [VerifiedStatement] {
            var statements = [VerifiedStatement]()
            for position in try await connection.positions(about: id.bytes, kind: kind)
            where position < checkpoint.checkpoint.head.size {
                statements.append(
                    try await connection.provenStatement(at: position, under: checkpoint).statement)
            }
            return statements
        }
        var answeringIndex: UInt64?
        for statement in try await proven(.route) {
            guard case .route(let route) = statement.assertion, route.request == id,
                route.organisation == custodian,
                route.letter == Digest(hashing: body), let permit = statement.permit,
                let index = keys[permit.key]
            else { continue }
            answeringIndex = index
        }
        guard let answeringIndex, let statement = try await proven(.request).first(where: { $0.id == id }),
            case .request(let request) = statement.assertion, request.custodian == custodian,
            let state: RequestState = try await connection.state(.request(id)),
            let letter = try? Letter.open(body, with: inboxIdentity(custodian), as: ForwardedLetter.self),
            letter.request == id, let kind = GrantKind(name: letter.kind)
        else { return nil }
        let requester: Result<VerifiedMember, ClientFailure>
        do {
            let member = try await connection.verifiedMember(statement.caller, under: checkpoint)
            guard member.organisation == request.organisation else {
                throw ClientFailure.unverified(
                    "the requester is not of the organisation that the request names")
            }
            requester = .success(member)
        } catch let failure as ClientFailure where failure.leavesUnverified {
            requester = .failure(failure)
        }
        let isUnderAnotherKey = try (try? requester.get()).map { try knownMembers().isUnderAnotherKey($0) }
        return RoutedRequest(
            id: id, custodian: custodian, requester: requester, requesterOrganisation: request.organisation,
            purpose: request.purpose, notAfter: request.notAfter, stage: state.stage, kind: kind,
            text: SafeText.escaped(letter.text), isUnderAnotherKey: isUnderAnotherKey ?? false,
            answeringIndex: answeringIndex)
    }
}
