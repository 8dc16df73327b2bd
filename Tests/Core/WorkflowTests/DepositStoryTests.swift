import Age
import Contract
import Evidence
import Foundation
import Identity
import Primitives
import Sealing
import Testing
import Workflow

/// A clinician who saves files of a patient: the whole deposit, played without sockets, files or a clock.
struct DepositStory {
    static let number = "P-1"

    var server: ScriptedServer
    let desk: DeskKeys
    let clinician = SigningKey.generate()
    let wallet = Wallet.create()
    let record = RecordHandle(Random.bytes(32))!
    let plaintexts = [Array("a scan".utf8), Array("a report".utf8)]
    /// What was kept at rest, and the ciphertext beside it.
    var kept: SealedDeposit?
    var spool: [Digest: [UInt8]] = [:]
    /// The steps that were taken, by their names.
    var taken: [String] = []

    init(permits: Int = 1, notAfter: LedgerTime = ScriptedServer.now + 86_400) throws {
        server = try ScriptedServer()
        desk = DeskKeys(server.desk, organisation: server.hospital, network: server.network.id)
        try ApprovalStory.enrol(
            clinician, AgeIdentity.generate(.x25519), "Dr Grace", .clinician, at: server.hospital, &server)
        let inbox = wallet.inboxKey(organisation: server.hospital)
        let recipient = wallet.inboxIdentity(organisation: server.hospital).recipient
        let letter = ApplicationLetter(inbox: inbox.key, recipient: recipient.text, permits: [])
        let applicant = try #require(
            desk.applicant(
                inbox: inbox.key, recipient: recipient.text,
                letter: try Letter.seal(letter, to: server.desk.recipient)))
        server.directory[try desk.index(of: Self.number)] = try desk.entry(
            number: Self.number, name: "Noor", of: applicant)
        for index in 0..<permits {
            server.stock.append(try permit(UInt64(index), from: wallet, notAfter: notAfter))
        }
    }

    /// A permit as a wallet hands it over, sealed to the desk.
    func permit(_ index: UInt64, from wallet: Wallet, notAfter: LedgerTime) throws -> [UInt8] {
        let hospital = server.hospital
        let permit = Permit.signed(
            key: wallet.ownerKey(organisation: hospital, index: index), organisation: hospital,
            notAfter: notAfter, network: server.network.id)
        let content = PermitLetter.signedContent(
            permit: permit, organisation: hospital, network: server.network.id)
        return try Letter.seal(
            PermitLetter(
                permit: permit, signature: wallet.inboxKey(organisation: hospital).sign(content)),
            to: server.desk.recipient)
    }

    mutating func patient(_ number: String = number) throws -> AdmittedPatient {
        let desk = self.desk
        return try server.read { ledger throws(Pause) in try ledger.patient(number, desk) }
    }

    /// The permit that the desk takes for the record, or for `purpose`.
    mutating func takenPermit(for purpose: [UInt8]? = nil) throws -> [UInt8]? {
        let (desk, patient, purpose) = (self.desk, try self.patient(), Digest(purpose ?? record.bytes)!)
        return try server.read { ledger throws(Pause) in
            try ledger.permit(of: patient, for: purpose, desk)
        }
    }

    func order(_ right: DepositSteps.Order.Right) throws -> DepositSteps.Order {
        let hospital = try #require(server.network.organisations.first { $0.name == server.hospital })
        return DepositSteps.Order(record, by: right, at: hospital, depositor: clinician)
    }

    /// A deposit from its beginning.
    mutating func begun() throws -> DepositSteps {
        try DepositSteps(
            try order(.permit(of: try patient(), desk: desk)), kind: .hybrid, of: server.network,
            now: ScriptedServer.now)
    }

    /// A deposit that goes on with what was kept.
    mutating func resumed(wasDone: Bool = false) throws -> DepositSteps {
        try DepositSteps(
            try order(.permit(of: try patient(), desk: desk)), resuming: try #require(kept), wasDone: wasDone,
            of: server.network, now: ScriptedServer.now)
    }

    /// Does what the steps ask for, as a driver does, at most `limit` times. Nil where that was not the end.
    mutating func carryOut(
        _ steps: inout DepositSteps, limit: Int = .max,
        altering alter: (Call, CallOutcome) -> CallOutcome = { $1 }
    ) throws -> DepositSteps.Deposited? {
        for _ in 0..<limit {
            switch steps.next {
            case .call(let next):
                taken.append("\(next.call)".prefix { $0 != "(" }.description)
                try steps.take(alter(next.call, try server.answer(next.call)))
            case .seal(let recipient):
                taken.append("seal")
                var files = [Descriptor.File]()
                for (index, plaintext) in plaintexts.enumerated() {
                    let ciphertext = try seal(plaintext, for: .recipients([recipient]))
                    spool[Digest(hashing: ciphertext)] = ciphertext
                    files.append(
                        Descriptor.File(
                            name: "\(index).txt", mediaType: "text/plain", byteCount: Int64(plaintext.count),
                            sha256: Digest(hashing: plaintext), ciphertext: Digest(hashing: ciphertext),
                            dicom: nil))
                }
                try steps.take(files, batch: nil, at: ScriptedServer.now)
            case .keep(let deposit, let blobs):
                taken.append("keep")
                for (_, bytes) in blobs { spool[Digest(hashing: bytes)] = bytes }
                kept = try SealedDeposit(JSONValue(canonical: deposit.json.encoded))
                steps.kept()
            case .upload:
                taken.append("upload")
                server.blobs.merge(spool) { $1 }
                steps.uploaded { Statement.make($0, now: ScriptedServer.now) }
            case .done(let deposited): return deposited
            }
        }
        return nil
    }

    /// Why a deposit ends, with whether its permit was refused and whether anything was sealed.
    mutating func failure(
        of steps: DepositSteps, altering alter: (Call, CallOutcome) -> CallOutcome = { $1 }
    ) throws -> (failure: PartyError?, isPermitRefused: Bool) {
        var steps = steps
        do {
            _ = try carryOut(&steps, altering: alter)
            return (nil, steps.isPermitRefused)
        } catch let failure as PartyError {
            return (failure, steps.isPermitRefused)
        }
    }
}

struct DepositStoryTests {
    @Test func aClinicianSavesAndThePatientOpensIt() throws {
        var story = try DepositStory()
        var steps = try story.begun()
        let deposited = try #require(try story.carryOut(&steps))
        // The permit and the contract are asked before anything is sealed; it is kept before anything is sent.
        #expect(story.taken == ["takePermit", "state", "seal", "keep", "upload", "submit"])
        let receipt = try #require(deposited.receipt)
        #expect(receipt.acknowledged == .durable && receipt.statement == story.server.statements.last?.id)

        let membership = WalletMembership(story.wallet, at: story.server.hospital, handedOver: 1)
        let own = try #require(
            try story.server.read { ledger throws(Pause) in try ledger.ownRecords(membership) }.first)
        #expect(own.handle == story.record && own.state.parts.map(\.manifest) == [deposited.deposit.manifest])
        func blob(_ digest: Digest?) throws -> [UInt8] {
            let digest = try #require(digest)
            return try #require(story.server.blobs[digest])
        }
        var parts = try own.parts(
            envelope: try blob(deposited.deposit.ownerEnvelope), with: story.wallet)
        while let next = parts.next { try parts.take(try blob(next.digest)) }
        let opened = OpenedRecord(own, parts)
        #expect(opened.descriptor.patient == DepositStory.number)
        let contents = try opened.descriptor.files.map {
            try open(try blob($0.ciphertext), with: .identity(opened.parts.key(of: $0)))
        }
        #expect(contents == story.plaintexts)
    }

    @Test func whatIsRefusedIsRefusedBeforeAnythingIsSealed() throws {
        var without = try DepositStory(permits: 0)
        let missing = try without.failure(of: try without.begun())
        #expect(missing.failure?.rejection == .permitMissing && missing.isPermitRefused)
        var late = try DepositStory(notAfter: ScriptedServer.now)
        let expired = try late.failure(of: try late.begun())
        #expect(expired.failure?.rejection == .permitExpired && expired.isPermitRefused)
        var retired = try DepositStory()
        try retired.server.say(
            .retire(Retire(organisation: retired.server.hospital, member: retired.clinician.key)),
            by: retired.server.roots[retired.server.hospital]!)
        let ended = try retired.failure(of: try retired.begun())
        #expect(ended.failure?.rejection == .memberRetired && !ended.isPermitRefused)
        for story in [without, late, retired] {
            #expect(!story.taken.contains("seal") && story.server.blobs.isEmpty)
        }
        #expect(throws: PartyError.self) { try without.patient("P-2") }
    }

    @Test func cutOffAnywhereItLeavesOneRecord() throws {
        let whole = try DepositStory()
        for cut in 0...6 {
            var story = whole
            var steps = try story.begun()
            _ = try story.carryOut(&steps, limit: cut)
            let isKept = story.kept != nil
            var again = try isKept ? story.resumed() : story.begun()
            let deposited = try #require(try story.carryOut(&again))
            #expect((deposited.receipt == nil) == (cut == 6), "cut off after \(cut)")
            #expect(story.server.statements.filter { $0.assertion.kind == .deposit }.count == 1)
            #expect(story.kept == deposited.deposit && story.taken.filter { $0 == "upload" }.count <= 2)
            // Once more, it is there.
            var third = try story.resumed(wasDone: true)
            #expect(try story.carryOut(&third)?.receipt == nil)
        }
    }

    /// A permit that is used meanwhile, and a record that the ledger has no more.
    @Test func whatTheLedgerSaysMeanwhileCounts() throws {
        var story = try DepositStory()
        var steps = try story.begun()
        _ = try story.carryOut(&steps, limit: 5)
        let forgotten = try story.failure(of: try story.resumed(wasDone: true))
        #expect(forgotten.failure?.code == .unverified)
        let permit = try #require(try story.takenPermit())
        var other = try #require(story.kept).json
        guard case .members(let members) = other else { return }
        other = .object(
            members.map { member in
                let name = String(decoding: member.name, as: UTF8.self)
                return (name, name == "record" ? .text(Digest(hashing: [1]).hex) : member.value)
            })
        let elsewhere = try SealedDeposit(other)
        try story.server.say(
            .deposit(
                Deposit(
                    organisation: story.server.hospital, record: elsewhere.record, permit: permit,
                    recipientHash: elsewhere.recipientHash, descriptor: elsewhere.descriptor,
                    ownerEnvelope: elsewhere.ownerEnvelope, custodianEnvelope: elsewhere.custodianEnvelope,
                    manifest: elsewhere.manifest, root: elsewhere.root, suite: elsewhere.suite,
                    additionsHash: elsewhere.additionsHash)),
            by: story.clinician)
        // The one asks before it uploads, the other had asked before.
        let used = try story.failure(of: try story.resumed())
        #expect(used.failure?.rejection == .permitUsed && used.isPermitRefused)
        let late = try story.failure(of: steps)
        #expect(late.failure?.rejection == .permitUsed && late.isPermitRefused)
    }

    @Test func withoutAPermitItIsOpenlyMarked() throws {
        var story = try DepositStory(permits: 0)
        let order = try story.order(.custodial(.patientUnable, patient: "unknown 7"))
        var steps = try DepositSteps(order, kind: .x25519, of: story.server.network, now: ScriptedServer.now)
        let deposited = try #require(try story.carryOut(&steps))
        #expect(story.taken == ["state", "seal", "keep", "upload", "submit"])
        #expect(deposited.deposit.ownerEnvelope == nil && deposited.deposit.suite == .classical)
        let state = try #require(
            story.server.state[.record(story.record)].flatMap { RecordState(bytes: $0) })
        #expect(state.owner == nil && state.custodial == .patientUnable)
    }

    /// What a server could answer otherwise: nothing of it is believed, and nothing of it stops the process.
    @Test func aServerThatLiesIsFoundOut() throws {
        func code(
            _ story: DepositStory? = nil, _ alter: (Call, CallOutcome) -> CallOutcome
        ) throws -> PartyError.Code? {
            var story = try story ?? DepositStory()
            return try story.failure(of: try story.begun(), altering: alter).failure?.code
        }
        let others = try DepositStory()
        let strange = JSONValue.object([
            ("permit", .base64(try others.permit(0, from: .create(), notAfter: ScriptedServer.now + 9)))
        ]).encoded
        #expect(try code { if case .takePermit = $0 { .body(strange) } else { $1 } } == .unverified)
        #expect(try code { if case .takePermit = $0 { .body([]) } else { $1 } } == .unverified)
        #expect(try code { if case .takePermit = $0 { .away("away") } else { $1 } } == .unavailable)
        #expect(try code { if case .state = $0 { .absent } else { $1 } } == .refused)
        for values in ["", "{}", #"{"values":[]}"#] {
            #expect(
                try code { if case .state = $0 { .body(Array(values.utf8)) } else { $1 } } == .unverified)
        }
        let key = lowercaseHex(StateKey.organisation(others.server.hospital).bytes)
        let damaged = Array(#"{"values":{"\#(key)":"AAAA"}}"#.utf8)
        #expect(try code { if case .state = $0 { .body(damaged) } else { $1 } } == .unverified)
        #expect(try code { if case .submit = $0 { .body(damaged) } else { $1 } } == .unverified)
        #expect(try code { if case .submit = $0 { .rejected(.stale) } else { $1 } } == .refused)
        // A directory entry that the desk did not write.
        var forged = try DepositStory()
        let index = try forged.desk.index(of: DepositStory.number)
        forged.server.directory[index] = Array(others.server.directory.values.first!)
        #expect(throws: PartyError.self) { try forged.patient() }
    }

    @Test func whatIsKeptIsReadStrictly() throws {
        var story = try DepositStory()
        var steps = try story.begun()
        _ = try story.carryOut(&steps, limit: 4)
        let kept = try #require(story.kept)
        #expect(try SealedDeposit(kept.json) == kept)
        guard case .members(let members) = kept.json else { return }
        for skipped in members.indices where members[skipped].name != Array("ownerEnvelope".utf8) {
            var fewer = members
            fewer.remove(at: skipped)
            #expect(throws: JSONValue.Malformed.self) { try SealedDeposit(.members(fewer)) }
        }
        let more = JSONValue.object(
            members.map { (String(decoding: $0.name, as: UTF8.self), $0.value) } + [("more", .null)])
        #expect(throws: JSONValue.Malformed.self) { try SealedDeposit(more) }
    }
}
