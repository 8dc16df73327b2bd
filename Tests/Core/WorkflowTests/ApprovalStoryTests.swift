import Age
import Contract
import Evidence
import Foundation
import Identity
import Manifests
import Primitives
import Sealing
import Testing
import Workflow

/// A patient whose record an insurer asks for: the whole approval, played without sockets.
struct ApprovalStory {
    var server: ScriptedServer
    let wallet = Wallet.create()
    let officer = SigningKey.generate()
    let officerIdentity = AgeIdentity.generate(.hybrid)
    let clinician = SigningKey.generate()
    let keys = RecordKeys.generate(.hybrid)
    let record = RecordHandle(Random.bytes(32))!
    let plaintext = Array("a scan".utf8)
    let request: StatementID

    var membership: WalletMembership {
        WalletMembership(wallet, at: server.hospital, handedOver: 2)
    }

    /// `purpose`: of the request; the insurer's, or the hospital's own where it is a removal.
    init(purpose: Purpose = .claim) throws {
        server = try ScriptedServer()
        let hospital = server.hospital
        let inbox = wallet.inboxIdentity(organisation: hospital)
        try Self.enrol(
            clinician, AgeIdentity.generate(.hybrid), "Dr Grace", .clinician, at: hospital, &server)
        try Self.enrol(officer, officerIdentity, "Olga Officer", .officer, at: server.insurer, &server)
        try Self.deposit(record, keys, plaintext, under: 0, wallet, clinician, &server)
        // The request, and its route under permit number 1.
        request = try server.say(
            .request(
                Request(
                    organisation: purpose == .removal ? hospital : server.insurer, custodian: hospital,
                    purpose: purpose, notAfter: ScriptedServer.now + 10 * 86_400,
                    letter: Digest(hashing: [4]))), by: purpose == .removal ? clinician : officer)
        try route(text: "please\u{1b}", to: inbox.recipient)
        server.handedOver = 2
    }

    /// A deposit of one file under the wallet's permit number `index`.
    private static func deposit(
        _ record: RecordHandle, _ keys: RecordKeys, _ plaintext: [UInt8], under index: UInt64,
        _ wallet: Wallet, _ clinician: SigningKey, _ server: inout ScriptedServer
    ) throws {
        func keep(_ bytes: [UInt8], _ server: inout ScriptedServer) -> Digest {
            server.blobs[Digest(hashing: bytes)] = bytes
            return Digest(hashing: bytes)
        }
        let file = keep(try seal(plaintext, for: .recipients([keys.record.recipient])), &server)
        let descriptor = Descriptor(
            patient: "P-1", depositedAt: ScriptedServer.now,
            files: [
                .init(
                    name: "scan.txt", mediaType: "text/plain", byteCount: Int64(plaintext.count),
                    sha256: Digest(hashing: plaintext), ciphertext: file, dicom: nil)
            ])
        let additions = try #require(keys.additions)
        let inbox = wallet.inboxIdentity(organisation: server.hospital)
        let owner = try seal(
            IdentityFile(
                comments: Envelope.Binding.owner(record).comments, identities: [keys.record, additions]
            )
            .serialized(), for: .recipients([inbox.recipient]))
        let custodian = try seal(
            IdentityFile(
                comments: Envelope.Binding.custodian(record).comments, identities: [keys.record, additions]
            )
            .serialized(), for: .recipients([server.records.recipient]))
        let manifest = try #require(descriptor.manifest)
        let deposit = Deposit(
            organisation: server.hospital, record: record, permit: permit(index, wallet, server),
            recipientHash: keys.record.recipient.hash,
            descriptor: keep(try descriptor.sealed(to: keys.record.recipient), &server),
            ownerEnvelope: keep(owner, &server), custodianEnvelope: keep(custodian, &server),
            manifest: keep(manifest.encoded(), &server), root: manifest.root, suite: .hybrid,
            additionsHash: additions.recipient.hash)
        try server.say(.deposit(deposit), by: clinician)
    }

    /// A second record of the patient's, under permit number 2.
    mutating func depositAnother() throws -> RecordHandle {
        let handle = RecordHandle(Random.bytes(32))!
        try Self.deposit(
            handle, RecordKeys.generate(.hybrid), Array("a report".utf8), under: 2, wallet, clinician, &server
        )
        server.handedOver = 3
        return handle
    }

    /// The patient orders a record to be erased.
    mutating func remove(_ record: OwnRecord) throws {
        try server.say(
            .remove(Remove(record: record.handle)),
            by: wallet.ownerKey(organisation: record.depositedAt, index: record.index))
    }

    private static func permit(_ index: UInt64, _ wallet: Wallet, _ server: ScriptedServer) -> [UInt8] {
        Permit.signed(
            key: wallet.ownerKey(organisation: server.hospital, index: index), organisation: server.hospital,
            notAfter: ScriptedServer.now + 1_000, network: server.network.id)
    }

    private mutating func route(text: String, to recipient: AgeRecipient) throws {
        let letter = try Letter.seal(
            ForwardedLetter(request: request, custodian: server.hospital, kind: "read", text: text),
            to: recipient)
        try server.say(
            .route(
                Route(
                    organisation: server.hospital, request: request,
                    permit: Self.permit(1, wallet, server), letter: Digest(hashing: letter))), by: clinician)
        _ = try server.answer(
            .leave(
                letter, addressee: wallet.inboxKey(organisation: server.hospital).key, request: request,
                at: server.hospital))
    }

    static func enrol(
        _ key: SigningKey, _ identity: AgeIdentity, _ name: String, _ role: Role,
        at organisation: OrganisationName, days: LedgerTime = 1, _ server: inout ScriptedServer
    ) throws {
        let expires = ScriptedServer.now + days * 86_400
        let certificate = try server.authorities[organisation]!.issueMember(
            name: name, role: role, key: key.key, notAfter: Date(timeIntervalSince1970: Double(expires)),
            now: Date(timeIntervalSince1970: Double(ScriptedServer.now)))
        try server.say(
            .enrol(
                Enrol(
                    organisation: organisation, member: key.key, role: role,
                    recipientHash: identity.recipient.hash, certificateHash: Digest(hashing: certificate),
                    expires: expires, suite: .hybrid)), by: server.roots[organisation]!, agreed: key)
        server.cards.append(
            VerifiedMember.Card(
                key: key.key, organisation: organisation, recipient: identity.recipient.text,
                certificate: certificate))
    }

    /// The officer who fetches what was granted.
    var reader: MemberReader {
        MemberReader(
            organisation: server.insurer, role: .officer, signingKey: officer, identity: officerIdentity,
            desk: nil, records: nil)
    }

    // MARK: What the wallet does

    mutating func inbox(_ view: LedgerView? = nil) throws -> [RoutedRequest] {
        let membership = self.membership
        return try server.read(view) { ledger throws(Pause) in
            try ledger.inbox(membership, known: KnownMembers())
        }
    }

    mutating func ownRecords() throws -> [OwnRecord] {
        let membership = self.membership
        return try server.read { ledger throws(Pause) in try ledger.ownRecords(membership) }
    }

    mutating func fetched(_ order: FetchSteps.Order) throws -> FetchSteps.Fetched {
        let statement = Statement.make(.release(order.release), now: ScriptedServer.now)
            .signed(by: order.reader, network: server.network.id)
        var steps = try FetchSteps(order, release: statement, of: server.network)
        while true {
            switch steps.next {
            case .done(let fetched): return fetched
            case .call(let next): try steps.take(try server.answer(next.call))
            }
        }
    }

    mutating func opened(_ record: OwnRecord) throws -> OpenedRecord {
        let order = try server.read { [wallet] ledger throws(Pause) in
            try ledger.order(of: record, by: wallet)
        }
        return OpenedRecord(record, try #require(try fetched(order).opened))
    }

    mutating func proposal(days: Int? = 5) throws -> ProposedApproval {
        let request = try #require(try inbox().first)
        var proposal = try ProposedApproval(of: request, days: days, releases: 3, now: ScriptedServer.now)
        for record in try request.chosen(nil, of: try ownRecords()) { proposal.add(try opened(record)) }
        return proposal
    }

    func signed(_ proposal: ProposedApproval) throws -> SignedApproval {
        try SignedApproval(
            proposal, by: wallet, network: server.network.id, now: ScriptedServer.now,
            random: { Random.bytes($0) })
    }

    mutating func carryOut(_ approval: SignedApproval) throws -> ApprovalSteps {
        var steps = try steps(approval)
        try finish(&steps)
        return steps
    }

    func steps(_ approval: SignedApproval) throws -> ApprovalSteps {
        try ApprovalSteps(approval, by: wallet, of: server.network, now: ScriptedServer.now)
    }

    mutating func finish(_ steps: inout ApprovalSteps) throws {
        while case .call(let next) = steps.next { try steps.take(try server.answer(next.call)) }
    }
}

struct ApprovalStoryTests {
    @Test func aPatientApprovesAndTheOfficerOpensIt() throws {
        var story = try ApprovalStory()
        let request = try #require(try story.inbox().first)
        #expect(try request.requester.get().shown == "Olga Officer (insurer, officer)")
        #expect(request.text == "please\\u{1b}" && request.kind == .read && request.purpose == .claim)
        #expect(request.isWaiting(at: ScriptedServer.now))

        let proposal = try story.proposal()
        #expect(proposal.items.map(\.record) == [story.record])
        #expect(proposal.items[0].files[0].name == "scan.txt")
        let signed = try story.signed(proposal)
        let approved = try story.carryOut(signed)
        #expect(approved.orders.count == 1 && approved.isAnswered && approved.acknowledged == .durable)

        let after = try #require(try story.inbox().first)
        #expect(after.stage == .approved && !after.isWaiting(at: ScriptedServer.now))

        // The officer: the letter names the grant, the grant's envelope opens the file.
        let grant = approved.orders[0].id
        let state = try #require(story.server.state[.grant(grant)].flatMap { GrantState(bytes: $0) })
        #expect(state.grantee == story.officer.key && state.releasesAllowed == 3)
        let reader = story.reader
        let order = try story.server.read { ledger throws(Pause) in
            try ledger.order(.grant(grant), by: reader)
        }
        #expect(order.release.grant == grant && order.custodian == story.server.hospital)
        let fetched = try story.fetched(order)
        let file = fetched.descriptor.files[0]
        guard case .body(let ciphertext) = try story.server.answer(fetched.call(for: file.ciphertext).call)
        else {
            Issue.record("the file is not served")
            return
        }
        #expect(Digest(hashing: ciphertext) == file.ciphertext)
        #expect(try open(ciphertext, with: .identity(fetched.key(of: file))) == story.plaintext)
    }

    @Test func anApprovalThatWasCutOffGivesTheSameAnswer() throws {
        let whole = try ApprovalStory()
        var calls = 0
        do {
            var story = whole
            let signed = try story.signed(try story.proposal())
            let before = story.server.calls.count
            _ = try story.carryOut(signed)
            calls = story.server.calls.count - before
        }
        #expect(calls == 5)
        for cut in 0..<calls {
            var story = whole
            let signed = try story.signed(try story.proposal())
            let kept = try signed.sealed(to: story.wallet)
            var steps = try story.steps(signed)
            for _ in 0..<cut {
                guard case .call(let next) = steps.next else { break }
                try steps.take(try story.server.answer(next.call))
            }
            let again = try SignedApproval(opening: kept, of: story.request, by: story.wallet)
            #expect(again == signed)
            let approved = try story.carryOut(again)
            let grants = story.server.statements.filter { $0.assertion.kind == .grant }
            #expect(grants.map(\.id) == approved.orders.map(\.id), "cut off after \(cut)")
            // Nobody else's wallet reads what was kept, and no other request is answered by it.
            #expect(throws: PartyError.self) {
                try SignedApproval(opening: kept, of: story.request, by: .create())
            }
        }
    }

    @Test func theContractsRefusalsComeThrough() throws {
        var story = try ApprovalStory()
        let first = try story.signed(try story.proposal())
        let second = try story.signed(try story.proposal())
        func refusal(_ story: inout ApprovalStory, _ signed: SignedApproval) throws -> RejectionCode? {
            do {
                _ = try story.carryOut(signed)
                return nil
            } catch let failure as PartyError {
                return failure.rejection
            }
        }
        _ = try story.carryOut(first)
        #expect(try refusal(&story, second) == .requestAlreadyAnswered)
        var late = try ApprovalStory()
        let signed = try late.signed(try late.proposal())
        try late.server.say(
            .retire(Retire(organisation: late.server.insurer, member: late.officer.key)),
            by: late.server.roots[late.server.insurer]!)
        #expect(try refusal(&late, signed) == .granteeUnknown)
    }

    @Test func termsBeyondWhatWasAskedAreRefused() throws {
        var story = try ApprovalStory()
        let request = try #require(try story.inbox().first)
        func refusal(days: Int?, releases: UInt64) -> PartyError.Code? {
            do throws(PartyError) {
                _ = try ProposedApproval(of: request, days: days, releases: releases, now: ScriptedServer.now)
                return nil
            } catch { return error.code }
        }
        #expect(refusal(days: nil, releases: 1) == nil && refusal(days: 10, releases: 1) == nil)
        for days in [0, -1, 12, 3_651] { #expect(refusal(days: days, releases: 1) == .badInput) }
        #expect(refusal(days: 1, releases: 0) == .badInput)
        #expect(refusal(days: 1, releases: Limits.releasesPerGrantMax + 1) == .badInput)
        let proposal = try ProposedApproval(of: request, days: nil, releases: 1, now: ScriptedServer.now)
        let records = try story.ownRecords()
        #expect(proposal.items.isEmpty)
        #expect(throws: PartyError.self) { try request.chosen(nil, of: []) }
        #expect(throws: PartyError.self) {
            try request.chosen([RecordHandle(Random.bytes(32))!], of: records)
        }
        let twice = try request.chosen([story.record, story.record], of: records)
        #expect(twice.map(\.handle) == [story.record])
    }

    @Test func whatWouldBeRefusedIsRefusedBeforeAnythingIsOrdered() throws {
        var story = try ApprovalStory()
        let other = try story.depositAnother()
        let signed = try story.signed(try story.proposal())
        // One of the two is erased before the approval is carried out.
        try story.remove(try #require(try story.ownRecords().first { $0.handle == other }))
        let before = story.server.statements.count
        var steps = try story.steps(signed)
        do {
            try story.finish(&steps)
            Issue.record("it was carried out")
        } catch let failure as PartyError {
            #expect(failure.rejection == .recordRemoved && failure.message.contains(other.hex))
        }
        #expect(story.server.statements.count == before && steps.acknowledged == nil)
        #expect(
            !story.server.calls.contains {
                if case .put(_, .grantEnvelope, _, _) = $0 { true } else { false }
            })
        for order in steps.orders {
            switch order.outcome {
            case .refused(let code): #expect(code == .recordRemoved && order.record == other)
            case .notTried: #expect(order.record == story.record)
            case .inForce: Issue.record("it is in force")
            }
        }
        // What is gone is left out, and named by itself it is refused.
        let request = try #require(try story.inbox().first)
        let records = try story.ownRecords()
        #expect(try request.chosen(nil, of: records).map(\.handle) == [story.record])
        #expect(request.gone(among: records).map(\.handle) == [other])
        do throws(PartyError) {
            _ = try request.chosen([story.record, other], of: records)
            Issue.record("it was chosen")
        } catch { #expect(error.rejection == .recordRemoved) }
    }

    @Test func whatIsInForceIsToldWhenTheRestIsRefused() throws {
        var story = try ApprovalStory()
        let other = try story.depositAnother()
        let signed = try story.signed(try story.proposal())
        var steps = try story.steps(signed)
        // The check, then envelope and grant of the first record; then the other is erased.
        for _ in 0..<3 {
            guard case .call(let next) = steps.next else { break }
            try steps.take(try story.server.answer(next.call))
        }
        try story.remove(try #require(try story.ownRecords().first { $0.handle == other }))
        #expect(throws: PartyError.self) { try story.finish(&steps) }
        #expect(!steps.isAnswered && steps.acknowledged == .durable)
        guard case .inForce = steps.orders[0].outcome, case .refused(.recordRemoved) = steps.orders[1].outcome
        else {
            Issue.record("\(steps.orders)")
            return
        }
        // Another try knows what the ledger has already.
        var again = try story.steps(signed)
        #expect(throws: PartyError.self) { try story.finish(&again) }
        guard case .inForce = again.orders[0].outcome else {
            Issue.record("\(again.orders)")
            return
        }
    }

    @Test func aRemovalIsOrderedOrNothingIs() throws {
        var story = try ApprovalStory(purpose: .removal)
        let request = try #require(try story.inbox().first)
        #expect(throws: PartyError.self) {
            try ProposedApproval(of: request, days: nil, releases: 1, now: ScriptedServer.now)
        }
        let removal = try ProposedRemoval(
            of: request, records: [story.record], of: try story.ownRecords())
        let signed = SignedApproval(
            removal, by: story.wallet, network: story.server.network.id, now: ScriptedServer.now,
            random: { Random.bytes($0) })
        let kept = try signed.sealed(to: story.wallet)
        #expect(try SignedApproval(opening: kept, of: story.request, by: story.wallet) == signed)
        let steps = try story.carryOut(signed)
        #expect(steps.isAnswered && steps.orders.map(\.record) == [story.record])
        let gone = try #require(try story.ownRecords().first)
        #expect(gone.isGone && gone.state.removed == ScriptedServer.now)
        #expect(throws: PartyError.self) {
            try ProposedRemoval(of: request, records: [story.record], of: [gone])
        }
        // A request to read is answered by no removal.
        var other = try ApprovalStory()
        let toRead = try #require(try other.inbox().first)
        let records = try other.ownRecords()
        #expect(throws: PartyError.self) {
            try ProposedRemoval(of: toRead, records: [other.record], of: records)
        }
    }
}
