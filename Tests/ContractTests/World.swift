import Contract
import Testing

/// A small network that plays the lines of decision tables: five organisations with their members, keys made
/// from names.
struct World {
    /// What came of one line.
    struct Outcome {
        let kind: StatementKind
        /// `ok` or the name of a code.
        let result: String
        let reads: [StateKey]
        let writes: [Write]
    }

    static let genesis = Genesis(
        origin: OriginName("medseal/toy")!, ledgerKey: Toy.named("ledger"), created: 0,
        organisations: organisations.map { name, kind in
            Genesis.Organisation(
                name: OrganisationName(name)!, kind: kind, root: Toy.named("root@\(name)"),
                validator: Toy.named("validator@\(name)"), authorityHash: Toy.named("authority"),
                recordsRecipientHash: Toy.named("records"), deskRecipientHash: Toy.named("desk"))
        })
    private static let organisations: [(String, OrganisationKind)] = [
        ("hospital1", .hospital), ("hospital2", .hospital), ("laboratory", .laboratory),
        ("insurer", .insurer),
        ("auditor", .auditor),
    ]
    /// The members; the role is in the name.
    static let members = [
        "clinician@hospital1", "clinician2@hospital1", "registrar@hospital1", "gateway@hospital1",
        "officer@hospital1", "auditor@hospital1", "clinician@hospital2", "registrar@hospital2",
        "gateway@hospital2", "officer@hospital2", "clinician@laboratory", "gateway@laboratory",
        "registrar@laboratory", "clinician@insurer", "registrar@insurer", "gateway@insurer",
        "officer@insurer",
        "officer2@insurer", "auditor@insurer", "auditor@auditor",
    ]
    static let network: NetworkID = Toy.named("network")

    /// The world in which every story begins, at time 50.
    static let fresh: World = {
        var world = World()
        for member in members {
            let line = Line("50 | root@\(organisation(in: member)!) | enrol \(member) until=5000d | ok")
            precondition(world.play(line).result == "ok", "enrolled")
        }
        return world
    }()

    private(set) var state: [StateKey: [UInt8]] = [:]
    /// What was accepted so far, in its order.
    private(set) var accepted: [(time: LedgerTime, message: [UInt8], writes: [Write])] = []
    private var ids: [String: StatementID] = [:]
    private var messages: [String: [UInt8]] = [:]
    private var nonces: UInt64 = 0

    private init() {
        for write in Self.genesis.writes { state[write.key] = write.value }
    }

    /// Plays a line and keeps what it writes, if it is accepted. Checks, whatever comes of it, that the
    /// contract looks at nothing but the keys that it announces.
    mutating func play(_ line: Line) -> Outcome {
        let message = message(of: line)
        let kind = self.kind(of: line)
        func refused(_ code: RejectionCode) -> Outcome {
            Outcome(kind: kind, result: "\(code)", reads: [], writes: [])
        }
        guard let signed = try? SignedStatement(message, network: Self.network) else {
            return refused(.malformed)
        }
        guard let verified = signed.verified(hash: Toy.hash, isValid: Toy.isValid) else {
            return refused(.signatureInvalid)
        }
        if line.flags.contains("already") {
            state[.statement(verified.id)] = StatementState(kind: kind, time: 1).encoded()
        }
        var reads = [StateKey: [UInt8]]()
        for key in verified.readKeys { reads[key] = state[key] }
        let decision = decide(verified, at: line.time, reads: reads)
        let withAll = decide(verified, at: line.time, reads: state)
        #expect(withAll == decision, "reads more than it says: \(line.text)")
        switch decision {
        case .rejected(let code): return refused(code)
        case .accepted(let writes):
            for write in writes { state[write.key] = write.value }
            accepted.append((line.time, message, writes))
            if [.request, .grant, .release].contains(kind) { ids[line.subject] = verified.id }
            messages[line.options["as"] ?? line.subject] = message
            return Outcome(kind: kind, result: "ok", reads: verified.readKeys, writes: writes)
        }
    }

    /// The statement that a line stands for, not yet signed.
    mutating func statement(of line: Line) -> Statement {
        nonces += 1
        let nonce = Toy.hash(Array("nonce \(nonces)".utf8)).prefix(Statement.nonceBytes)
        let validUntil = line.options["valid"].map { seconds($0) } ?? line.time + 600
        return Statement(assertion(of: line), validUntil: validUntil, nonce: Array(nonce))
    }

    func id(_ name: String) -> StatementID { ids[name] ?? Toy.named("nobody's \(name)") }

    private func kind(of line: Line) -> StatementKind {
        guard line.verb == "replay" else { return choice(line.verb) }
        guard let message = messages[line.subject],
            let signed = try? SignedStatement(message, network: Self.network)
        else { preconditionFailure("nothing to replay: \(line.text)") }
        return signed.statement.assertion.kind
    }

    private mutating func message(of line: Line) -> [UInt8] {
        if line.verb == "replay", let message = messages[line.subject] { return message }
        let statement = statement(of: line)
        let network = line.flags.contains("foreign") ? Toy.named("another network") : Self.network
        var message = Toy.message(statement.encoded(), by: Toy.named(line.signer), network: network)
        if line.flags.contains("forged") { message[message.count - 1] ^= 1 }
        if line.flags.contains("broken") { message.append(0) }
        return message
    }

    // MARK: The statements

    private func assertion(of line: Line) -> Assertion {
        let options = line.options
        func time(_ name: String, _ usual: LedgerTime) -> LedgerTime {
            options[name].map { seconds($0) } ?? usual
        }
        func optional<Value>(_ name: String, _ make: (String) -> Value) -> Value? {
            options[name].flatMap { $0 == "none" ? nil : make($0) }
        }
        func named<Meaning>(_ name: String, _ usual: String) -> Bytes32<Meaning> {
            Toy.named(options[name] ?? usual)
        }
        let speaker = options["of"] ?? organisation(in: line.signer)
        var organisation: OrganisationName { OrganisationName(speaker!)! }
        var custodian: OrganisationName { OrganisationName(options["custodian"] ?? "hospital1")! }
        var request: StatementID { id(options["request"] ?? line.subject) }
        var grant: StatementID { id(options["grant"] ?? line.subject) }
        var files: [Digest] { (options["files"] ?? "scan").split(separator: ",").map { Toy.named($0) } }
        var record: RecordHandle { Toy.named(options["on"] ?? line.subject) }
        var purpose: Purpose { choice(options["purpose"] ?? "treatment") }

        switch choice(line.verb, of: StatementKind.self) {
        case .enrol:
            let usual = line.subject.prefix { $0.isLetter }
            let role =
                options["role"] ?? (Role.allCases.contains { "\($0)" == usual } ? String(usual) : "clinician")
            return .enrol(
                Enrol(
                    organisation: employer(of: line), member: Toy.named(line.subject), role: choice(role),
                    recipientHash: Toy.named("recipient"), certificateHash: Toy.named("certificate"),
                    expires: time("until", line.time + 1_000)))
        case .retire:
            return .retire(Retire(organisation: employer(of: line), member: Toy.named(line.subject)))
        case .deposit:
            return .deposit(
                Deposit(
                    organisation: organisation, record: record, permit: permit(of: line),
                    recipientHash: Toy.named("recipient"), descriptor: named("descriptor", "descriptor"),
                    ownerEnvelope: Toy.named("owner's"), custodianEnvelope: Toy.named("custodian's"),
                    files: files))
        case .request:
            return .request(
                Request(
                    organisation: organisation, custodian: custodian, purpose: purpose,
                    notAfter: time("until", 10 * 86_400), letter: Toy.named("letter")))
        case .route:
            return .route(
                Route(
                    organisation: organisation, request: request, permit: permit(of: line),
                    letter: Toy.named("letter")))
        case .answer:
            return .answer(
                Answer(
                    request: request, verdict: choice(options["verdict"] ?? "approved"),
                    letter: optional("letter") { Toy.named($0) }))
        case .grant:
            return .grant(
                Grant(
                    record: record,
                    organisation: OrganisationName(employerName(of: options["to"]!, options))!,
                    grantee: Toy.named(options["to"]!), kind: choice(options["kind"] ?? "read"),
                    purpose: purpose,
                    notBefore: time("from", line.time), notAfter: time("until", 30 * 86_400),
                    releases: UInt64(options["releases"] ?? "3")!, envelope: Toy.named("envelope"),
                    request: optional("request") { id($0) }))
        case .revoke: return .revoke(Revoke(record: record, grant: grant))
        case .release:
            return .release(
                Release(
                    organisation: speaker.flatMap { $0 == "none" ? nil : OrganisationName($0) },
                    record: record,
                    custodian: custodian, grant: optional("grant") { id($0) },
                    basis: optional("basis") { choice($0) }))
        case .acknowledge:
            return .acknowledge(
                Acknowledge(
                    organisation: organisation, record: record, grant: grant,
                    release: id(options["release"] ?? "-"),
                    descriptor: named("descriptor", "descriptor"), ownerEnvelope: Toy.named("owner's again"),
                    custodianEnvelope: Toy.named("custodian's again"), files: files))
        default: preconditionFailure("not a statement: \(line.text)")
        }
    }

    /// Whose member is enrolled or retired.
    private func employer(of line: Line) -> OrganisationName {
        OrganisationName(employerName(of: line.subject, line.options))!
    }

    private func employerName(of member: String, _ options: [String: String]) -> String {
        options["of"] ?? organisation(in: member)!
    }

    /// `permit=p1@hospital1`: the one-time key p1, for hospital1; `permitUntil=`, `permitFor=`,
    /// `permitForged`.
    private func permit(of line: Line) -> [UInt8]? {
        guard let name = line.options["permit"], name != "none" else { return nil }
        let permit = Permit(
            key: Toy.named(name.prefix { $0 != "@" }),
            organisation: OrganisationName(line.options["permitFor"] ?? organisation(in: name)!)!,
            notAfter: seconds(line.options["permitUntil"] ?? "5000d"))
        let network = line.flags.contains("permitForeign") ? Toy.named("another network") : Self.network
        var message = Toy.message(permit.payload(), by: permit.key, network: network)
        if line.flags.contains("permitForged") { message[message.count - 1] ^= 1 }
        if line.flags.contains("permitBroken") { message.append(0) }
        return message
    }
}

extension World {
    /// Changes the state where no statement of this version can, or where it would take too many: `suspend
    /// hospital1`, `member NAME field value`, `organisation NAME kind insurer`, `request q1 field value`,
    /// `grant g1 field value`, `seen r1 200`.
    mutating func edit(_ words: [String]) {
        let last = words[words.count - 1]
        switch words[0] {
        case "suspend":
            change(.organisation(OrganisationName(last)!), OrganisationState.self) { $0.suspended = true }
        case "organisation":
            change(.organisation(OrganisationName(words[1])!), OrganisationState.self) {
                $0.kind = choice(last)
            }
        case "member":
            change(.member(Toy.named(words[1])), MemberState.self) { member in
                switch words[2] {
                case "organisation": member.organisation = OrganisationName(last)!
                case "role": member.role = choice(last)
                case "retired": member.retired = true
                case "expires": member.expires = seconds(last)
                default: preconditionFailure("no such field: \(words)")
                }
            }
        case "copy":
            // A member under another key too, as if it had been enrolled before the key was used.
            state[.member(Toy.named(last))] = state[.member(Toy.named(words[1]))]
        case "forget": state[.member(Toy.named(last))] = nil
        case "keeps":
            let custody = CustodyState(ownerEnvelope: Toy.named("a"), custodianEnvelope: Toy.named("b"))
            state[.custody(Toy.named(words[1]), OrganisationName(last)!)] = custody.encoded()
        case "seen": state[.clock(Toy.named(words[1]))] = ClockState(seen: seconds(last)).encoded()
        case "request":
            change(.request(id(words[1])), RequestState.self) { request in
                switch words[2] {
                case "custodian": request.custodian = OrganisationName(last)!
                case "requester": request.requester = Toy.named(last)
                case "until": request.notAfter = seconds(last)
                case "open": (request.stage, request.answeringKey) = (.open, nil)
                case "answered": request.stage = .rejected
                default: preconditionFailure("no such field: \(words)")
                }
            }
        case "grant":
            change(.grant(id(words[1])), GrantState.self) { grant in
                switch words[2] {
                case "record": grant.record = Toy.named(last)
                case "grantee": grant.grantee = Toy.named(last)
                case "organisation": grant.organisation = OrganisationName(last)!
                case "kind": grant.kind = choice(last)
                case "from": grant.notBefore = seconds(last)
                case "until": grant.notAfter = seconds(last)
                case "revoked": grant.revoked = true
                case "used": grant.releasesUsed = UInt64(last)!
                default: preconditionFailure("no such field: \(words)")
                }
            }
        default: preconditionFailure("no such edit: \(words)")
        }
    }

    private mutating func change<Value: StateValue>(
        _ key: StateKey, _ type: Value.Type, _ edit: (inout Value) -> Void
    ) {
        guard var value = state[key].flatMap({ Value(bytes: $0) }) else {
            preconditionFailure("nothing to edit")
        }
        edit(&value)
        state[key] = value.encoded()
    }
}
