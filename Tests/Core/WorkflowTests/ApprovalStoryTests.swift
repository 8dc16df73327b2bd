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

    init() throws {
        server = try ScriptedServer()
        let hospital = server.hospital
        let inbox = wallet.inboxIdentity(organisation: hospital)
        try Self.enrol(
            clinician, AgeIdentity.generate(.hybrid), "Dr Grace", .clinician, at: hospital, &server)
        try Self.enrol(officer, officerIdentity, "Olga Officer", .officer, at: server.insurer, &server)
        // The deposit, under the wallet's permit number 0.
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
            organisation: hospital, record: record, permit: Self.permit(0, wallet, server),
            recipientHash: keys.record.recipient.hash,
            descriptor: keep(try descriptor.sealed(to: keys.record.recipient), &server),
            ownerEnvelope: keep(owner, &server), custodianEnvelope: keep(custodian, &server),
            manifest: keep(manifest.encoded(), &server), root: manifest.root, suite: .hybrid,
            additionsHash: additions.recipient.hash)
        try server.say(.deposit(deposit), by: clinician)
        // The request, and its route under permit number 1.
        request = try server.say(
            .request(
                Request(
                    organisation: server.insurer, custodian: hospital, purpose: .claim,
                    notAfter: ScriptedServer.now + 10 * 86_400, letter: Digest(hashing: [4]))), by: officer)
        try route(text: "please\u{1b}", to: inbox.recipient)
        server.handedOver = 2
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
        for record in try proposal.chosen(nil, of: try ownRecords()) { proposal.add(try opened(record)) }
        return proposal
    }

    func signed(_ proposal: ProposedApproval) throws -> SignedApproval {
        try SignedApproval(
            proposal, by: wallet, network: server.network.id, now: ScriptedServer.now,
            random: { Random.bytes($0) })
    }

    mutating func carryOut(_ approval: SignedApproval) throws -> ApprovalSteps.Approved {
        var steps = try ApprovalSteps(approval, by: wallet, of: server.network)
        while case .call(let next) = steps.next { try steps.take(try server.answer(next.call)) }
        return steps.approved
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
        #expect(proposal.items[0].descriptor.files[0].name == "scan.txt")
        let signed = try story.signed(proposal)
        let approved = try story.carryOut(signed)
        #expect(approved.grants.count == 1 && approved.acknowledged == .durable)

        let after = try #require(try story.inbox().first)
        #expect(after.stage == .approved && !after.isWaiting(at: ScriptedServer.now))

        // The officer: the letter names the grant, the grant's envelope opens the file.
        let grant = approved.grants[0]
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
        #expect(calls == 4)
        for cut in 0..<calls {
            var story = whole
            let signed = try story.signed(try story.proposal())
            let kept = try signed.sealed(to: story.wallet)
            var steps = try ApprovalSteps(signed, by: story.wallet, of: story.server.network)
            for _ in 0..<cut {
                guard case .call(let next) = steps.next else { break }
                try steps.take(try story.server.answer(next.call))
            }
            let again = try SignedApproval(opening: kept, of: story.request, by: story.wallet)
            #expect(again == signed)
            let approved = try story.carryOut(again)
            let grants = story.server.statements.filter { $0.assertion.kind == .grant }
            #expect(grants.map(\.id) == approved.grants, "cut off after \(cut)")
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
        #expect(throws: PartyError.self) { try proposal.chosen(nil, of: []) }
        #expect(throws: PartyError.self) {
            try proposal.chosen([RecordHandle(Random.bytes(32))!], of: records)
        }
        #expect(try proposal.chosen([story.record], of: records).map(\.handle) == [story.record])
    }
}
