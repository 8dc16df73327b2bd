import Age
import BrowserCalls
import Contract
import Evidence
import Identity
import Primitives
import Sealing
import TransparencyLog
import Workflow

/// The call `follow_workflow`: what a party asks, by which keys, of a network, and what a server has answered to each call.
/// It answers what the party makes of that.
///
/// The fields are: which question; genesis; for each organisation of it authority, records and desk recipient; the checkpoint's
/// note (empty: none); the time; a wallet's master secret; an organisation's name; an id; a signing key's seed; an age
/// identity; a signed statement; then each call with how it was answered (0 body, 1 absent, 2 rejected, 3 away) and the
/// answer.
enum WorkflowCall {
    enum Question: UInt8, CaseIterable {
        case inbox, history, disclosures, members, deposit, fetch
    }

    struct Input {
        var question: Question
        var network: KnownNetwork
        var genesis: [UInt8]
        var note: [UInt8]
        var now: LedgerTime
        var master: [UInt8]
        var organisation: OrganisationName
        var id: [UInt8]
        var seed: [UInt8]
        var identity: [UInt8]
        var statement: [UInt8] = []
        var answers: [(call: [UInt8], outcome: CallOutcome)] = []
    }

    /// How a call is known: by its form.
    static func name(of call: Call) -> [UInt8] {
        let form = call.form
        var text = form.path
        for field in form.query { text += "&" + field.name + "=" + field.value }
        return Array(text.utf8) + [0] + form.body
    }

    // MARK: Packed

    static func pack(_ it: Input) -> [UInt8] {
        var organisations = [[UInt8]]()
        for organisation in it.network.organisations {
            organisations.append(organisation.authority)
            organisations.append(Array(organisation.recordsRecipientText.utf8))
            organisations.append(Array(organisation.deskRecipientText.utf8))
        }
        var fields = [
            [it.question.rawValue], it.genesis, Packed.pack(organisations), it.note, Packed.big(it.now),
            it.master,
            it.organisation.bytes, it.id, it.seed, it.identity, it.statement,
        ]
        for (call, outcome) in it.answers {
            fields.append(call)
            switch outcome {
            case .body(let body): fields += [[0], body]
            case .absent: fields += [[1], []]
            case .rejected(let code): fields += [[2], Packed.big(code.rawValue)]
            case .away(let text): fields += [[3], Array(text.utf8)]
            }
        }
        return Packed.pack(fields)
    }

    static func unpack(_ bytes: [UInt8]) -> Input? {
        var packed = Packed(bytes)
        guard let kind = packed.next()?.first, let question = Question(rawValue: kind),
            let file = packed.next(), let genesis = try? Genesis.decode(file),
            let parts = packed.next().flatMap({ Packed.unpack($0) }),
            parts.count == 3 * genesis.organisations.count, let note = packed.next(),
            let now = packed.nextNumber(), let master = packed.next(), master.count == Wallet.masterBytes,
            let organisation = packed.next().flatMap({ OrganisationName($0) }), let id = packed.next(),
            let seed = packed.next(), seed.count == 32, let identity = packed.next(),
            let statement = packed.next()
        else { return nil }
        var organisations = [NetworkOrganisation]()
        for (index, pinned) in genesis.organisations.enumerated() {
            let known = try? NetworkOrganisation(
                authority: parts[3 * index],
                recordsRecipient: String(decoding: parts[3 * index + 1], as: UTF8.self),
                deskRecipient: String(decoding: parts[3 * index + 2], as: UTF8.self), server: nil,
                pinned: pinned)
            guard let known else { return nil }
            organisations.append(known)
        }
        var it = Input(
            question: question,
            network: KnownNetwork(
                genesis: genesis, id: Genesis.networkID(of: file), organisations: organisations),
            genesis: file, note: note, now: now, master: master, organisation: organisation, id: id,
            seed: seed,
            identity: identity, statement: statement)
        while let call = packed.next() {
            guard let tag = packed.next()?.first, let answer = packed.next() else { return nil }
            switch tag {
            case 0: it.answers.append((call, .body(answer)))
            case 1: it.answers.append((call, .absent))
            case 2:
                guard let code = RejectionCode(rawValue: answer.reduce(0) { $0 << 8 | UInt64($1) }) else {
                    return nil
                }
                it.answers.append((call, .rejected(code)))
            default: it.answers.append((call, .away("away")))
            }
        }
        return it
    }

    // MARK: Answers

    static func answer(_ input: [UInt8]) -> [UInt8] {
        guard let it = unpack(input) else { return Packed.malformed }
        do throws(PartyError) {
            return Packed.pack([[0]] + (try Follower(it).answer()))
        } catch {
            return Packed.pack([[UInt8(error.code.rawValue)], Array(error.message.utf8)])
        }
    }
}

extension WorkflowCall {
    /// The first call that the input has no answer to; nil where it comes to an end.
    static func missing(_ it: Input) -> Call? {
        let follower = Follower(it)
        _ = try? follower.answer()
        return follower.asked.first
    }
}

/// A driver whose server's answers are all there already.
private final class Follower {
    let it: WorkflowCall.Input
    let wallet: Wallet
    let key: SigningKey
    private var answers: [[UInt8]: CallOutcome] = [:]
    /// The calls that were not answered.
    private(set) var asked: [Call] = []

    init(_ it: WorkflowCall.Input) {
        self.it = it
        wallet = Wallet(master: SecretBytes(copying: it.master))
        key = SigningKey(seed: SecretBytes(copying: it.seed))
        for (call, outcome) in it.answers { answers[call] = outcome }
    }

    private func outcome(_ call: Call) throws(PartyError) -> CallOutcome {
        guard let outcome = answers[WorkflowCall.name(of: call)] else {
            asked.append(call)
            throw .unavailable("nobody has answered this: " + call.form.path)
        }
        return outcome
    }

    private func read<Result>(
        _ body: @escaping (inout LedgerView) throws(Pause) -> Result
    ) throws(PartyError) -> Result {
        var checkpoint: VerifiedCheckpoint?
        if !it.note.isEmpty {
            do throws(NoteError) {
                checkpoint = try CheckpointKeys(it.network.genesis).open(it.note)
            } catch { throw .unverified("the checkpoint does not hold") }
        }
        var reading = Reading(LedgerView(it.network, under: checkpoint, now: it.now), body)
        while true {
            switch try reading.next() {
            case .done(let result): return result
            case .calls(let calls): for call in calls { reading.take(try outcome(call), to: call) }
            }
        }
    }

    func answer() throws(PartyError) -> [[UInt8]] {
        let membership = WalletMembership(wallet, at: it.organisation, handedOver: 0)
        switch it.question {
        case .inbox:
            let requests = try read { ledger throws(Pause) in
                try ledger.inbox(membership, known: KnownMembers())
            }
            return requests.map { request in
                var requester = [UInt8]()
                switch request.requester {
                case .success(let member): requester = Array(member.shown.utf8)
                case .failure(let failure):
                    requester = [UInt8(failure.code.rawValue)] + Array(failure.message.utf8)
                }
                return Packed.pack([
                    request.id.bytes, requester, Array(request.text.utf8), Packed.big(request.notAfter),
                    [UInt8(request.stage.rawValue)], Packed.big(request.answeringIndex),
                ])
            }
        case .history:
            let records = try read { ledger throws(Pause) in try ledger.ownRecords(membership) }
            let history = try read { ledger throws(Pause) in
                try ledger.history(membership, of: records, own: [])
            }
            return history.events.map { Packed.pack([Packed.big($0.position), Array($0.text.utf8)]) }
                + history.grants.map { Array(($0.grantee + ": " + $0.text + ", " + $0.stage).utf8) }
        case .disclosures:
            let organisation = it.organisation
            let rows = try read { ledger throws(Pause) in
                try ledger.disclosures(of: organisation, since: nil, until: nil)
            }
            return [Array(Disclosure.csv(rows).utf8)]
        case .members:
            guard let key = PublicKey(it.id) else { throw .badInput("no key") }
            let member = try read { ledger throws(Pause) in try ledger.verifiedMember(key) }
            return [Array(member.shown.utf8), Array(member.recipient.text.utf8)]
        case .deposit: return try deposit()
        case .fetch: return try fetch()
        }
    }

    private func identity() throws(PartyError) -> AgeIdentity {
        guard let identity = try? AgeIdentity(secretKey: it.identity) else { throw .badInput("no identity") }
        return identity
    }

    /// A deposit up to its statement, which says what is random: the names of the steps that lead there.
    private func deposit() throws(PartyError) -> [[UInt8]] {
        guard let custodian = it.network.organisations.first(where: { $0.name == it.organisation }),
            let record = RecordHandle(it.id)
        else { throw .badInput("no such organisation or handle") }
        let desk = DeskKeys(try identity(), organisation: it.organisation, network: it.network.id)
        let patient = try read { ledger throws(Pause) in try ledger.patient("P-1", desk) }
        let order = DepositSteps.Order(
            record, by: .permit(of: patient, desk: desk), at: custodian, depositor: key)
        var steps = try DepositSteps(order, kind: .hybrid, of: it.network, now: it.now)
        var taken = [[UInt8]]()
        while true {
            switch steps.next {
            case .call(let next):
                if case .submit(let bytes, _, _) = next.call {
                    guard let signed = try? SignedStatement(bytes, network: it.network.id) else {
                        throw .unverified("no statement")
                    }
                    return taken + [signed.permit?.key.bytes ?? [], signed.caller.bytes]
                }
                taken.append(Array(next.call.form.path.utf8))
                do throws(PartyError) {
                    try steps.take(try outcome(next.call))
                } catch {
                    throw steps.isPermitRefused ? .refused("no permit: " + error.message) : error
                }
            case .seal(let recipient):
                taken.append(Array("seal".utf8))
                guard let ciphertext = try? seal([1, 2, 3], for: .recipients([recipient])) else {
                    throw .badInput("not sealed")
                }
                let file = Descriptor.File(
                    name: "a", mediaType: "text/plain", byteCount: 3, sha256: Digest(hashing: [1, 2, 3]),
                    ciphertext: Digest(hashing: ciphertext), dicom: nil)
                try steps.take([file], batch: nil, at: it.now)
            case .keep(_, let blobs):
                taken.append(Array("keep".utf8) + [UInt8(blobs.count)])
                steps.kept()
            case .upload(let deposit):
                taken.append(Array("upload".utf8))
                guard let again = try? SealedDeposit(deposit.json), again == deposit else {
                    throw .unverified("what is kept is not what is read")
                }
                steps.uploaded {
                    Statement($0, validUntil: it.now + 60, nonce: [UInt8](repeating: 7, count: 16))
                }
            case .done: return taken
            }
        }
    }

    private func fetch() throws(PartyError) -> [[UInt8]] {
        guard let grant = StatementID(it.id) else { throw .badInput("no id") }
        let reader = MemberReader(
            organisation: it.organisation, role: .officer, signingKey: key, identity: try identity(),
            desk: nil,
            records: nil)
        let order = try read { ledger throws(Pause) in try ledger.order(.grant(grant), by: reader) }
        var steps = try FetchSteps(order, release: it.statement, of: it.network)
        while true {
            switch steps.next {
            case .call(let next): try steps.take(try outcome(next.call))
            case .done(let fetched):
                return [
                    fetched.release.bytes,
                    Array(fetched.key(of: fetched.descriptor.files[0]).recipient.text.utf8),
                ]
                    + fetched.descriptor.files.map { Array($0.name.utf8) + $0.sha256.bytes }
            }
        }
    }
}
