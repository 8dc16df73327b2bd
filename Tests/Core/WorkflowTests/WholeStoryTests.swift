import Age
import Contract
import Evidence
import Foundation
import Identity
import Primitives
import Sealing
import Testing
import Workflow

/// The main job from end to end, by the values that every driver drives: a clinician saves, an officer asks, the patient
/// approves, the officer fetches, and a month later the grant is over. No sockets, no files, and the clock is turned by hand.
struct WholeStoryTests {
    let officer = SigningKey.generate()
    let officerIdentity = AgeIdentity.generate(.hybrid)

    private func reader(_ story: DepositStory) -> MemberReader {
        MemberReader(
            organisation: story.server.insurer, role: .officer, signingKey: officer,
            identity: officerIdentity,
            desk: nil, records: nil)
    }

    /// What the officer asks, and the clinician passes on to the patient of the number.
    private func ask(_ story: inout DepositStory) throws -> StatementID {
        let hospital = story.server.hospital
        let request = try story.server.say(
            .request(
                Request(
                    organisation: story.server.insurer, custodian: hospital, purpose: .claim,
                    notAfter: story.server.time + 40 * 86_400, letter: Digest(hashing: [4]))), by: officer)
        let patient = try story.patient()
        let letter = try Letter.seal(
            ForwardedLetter(request: request, custodian: hospital, kind: "read", text: "please"),
            to: patient.recipient)
        let permit = try #require(try story.takenPermit(for: request.bytes))
        try story.server.say(
            .route(
                Route(
                    organisation: hospital, request: request, permit: permit,
                    letter: Digest(hashing: letter))), by: story.clinician)
        _ = try story.server.answer(
            .leave(letter, addressee: patient.inbox, request: request, at: hospital))
        return request
    }

    /// What the patient approves of all records.
    private func approve(_ story: inout DepositStory) throws -> ApprovalSteps {
        let (wallet, network) = (story.wallet, story.server.network)
        let membership = WalletMembership(wallet, at: story.server.hospital, handedOver: 2)
        let requests = try story.server.read { ledger throws(Pause) in
            try ledger.inbox(membership, known: KnownMembers())
        }
        let request = try #require(requests.first)
        var proposal = try ProposedApproval(
            of: request, days: 30, releases: 2, now: story.server.time)
        let own = try story.server.read { ledger throws(Pause) in try ledger.ownRecords(membership) }
        for record in try request.chosen(nil, of: own) {
            let order = try story.server.read { ledger throws(Pause) in
                try ledger.order(of: record, by: wallet)
            }
            proposal.add(OpenedRecord(record, try #require(try fetch(order, &story).opened)))
        }
        let signed = try SignedApproval(
            proposal, by: wallet, network: network.id, now: story.server.time, random: { Random.bytes($0) })
        var steps = try ApprovalSteps(signed, by: wallet, of: network, now: story.server.time)
        while case .call(let next) = steps.next { try steps.take(try story.server.answer(next.call)) }
        return steps
    }

    private func fetch(
        _ order: FetchSteps.Order, _ story: inout DepositStory
    ) throws -> FetchSteps.Fetched {
        let release = Statement.make(.release(order.release), now: story.server.time)
            .signed(by: order.reader, network: story.server.network.id)
        var steps = try FetchSteps(order, release: release, of: story.server.network)
        while true {
            switch steps.next {
            case .call(let next): try steps.take(try story.server.answer(next.call))
            case .done(let fetched): return fetched
            }
        }
    }

    @Test func savedAskedForApprovedFetchedAndOver() throws {
        var story = try DepositStory(permits: 2)
        try ApprovalStory.enrol(
            officer, officerIdentity, "Olga Officer", .officer, at: story.server.insurer, days: 60,
            &story.server)
        var deposit = try story.begun()
        #expect(try story.carryOut(&deposit)?.receipt != nil)
        story.server.handedOver = 2
        story.server.time += 3_600
        _ = try ask(&story)
        story.server.time += 3_600
        let approved = try approve(&story)

        // A week later.
        story.server.time += 7 * 86_400
        let officer = reader(story)
        let grants = try story.server.read { ledger throws(Pause) in try ledger.grants(to: officer) }
        #expect(grants.map(\.id) == approved.orders.map(\.id))
        let order = try story.server.read { ledger throws(Pause) in
            try ledger.order(.grant(grants[0].id), by: officer)
        }
        let fetched = try fetch(order, &story)
        let contents = try fetched.descriptor.files.map { file in
            guard case .body(let bytes) = try story.server.answer(fetched.call(for: file.ciphertext).call)
            else { throw PartyError.refused("not served") }
            return try open(bytes, with: .identity(fetched.key(of: file)))
        }
        #expect(contents == story.plaintexts)

        // A month after the approval the same is refused, in the contract's words.
        story.server.time += 30 * 86_400
        do {
            _ = try fetch(order, &story)
            Issue.record("the grant is over")
        } catch let error as PartyError {
            #expect(error.rejection == .grantExpired && error.kind == .answer)
        }

        // The patient is told all of it, in its order.
        let membership = WalletMembership(story.wallet, at: story.server.hospital, handedOver: 2)
        let records = try story.server.read { ledger throws(Pause) in try ledger.ownRecords(membership) }
        let history = try story.server.read { ledger throws(Pause) in
            try ledger.history(membership, of: records, own: [])
        }
        #expect(
            history.events.map(\.kind)
                == ["deposit", "request", "route", "release", "grant", "answer", "release"])
        #expect(history.grants.map(\.text) == ["opened once"] && history.grants[0].stage == "expired")
    }
}
