import Contract

/// What a line says, as a statement. Options that are left out have their usual values.
extension World {
    func assertion(of line: Line) -> Assertion {
        let kind: StatementKind = choice(line.verb)
        return networkAssertion(kind, line) ?? recordAssertion(kind, line) ?? consentAssertion(kind, line)
            ?? releaseAssertion(kind, line)!
    }

    private func networkAssertion(_ kind: StatementKind, _ line: Line) -> Assertion? {
        let subject = line.subject
        return switch kind {
        case .admit: .admit(Admit(organisation: newcomer(line), endorsers: line.endorsers))
        case .suspend:
            .suspend(
                Suspend(
                    organisation: name(subject), endorsers: line.endorsers,
                    standing: line.pick("standing", .suspended)))
        case .rotateRoot:
            .rotateRoot(
                RotateRoot(
                    organisation: name(subject), root: cast.named(line.newRoot), endorsers: line.endorsers))
        case .enrol:
            .enrol(
                Enrol(
                    organisation: line.employer(of: subject), member: cast.named(subject),
                    role: line.pick("role", role(in: subject)),
                    recipientHash: cast.named("recipient"), certificateHash: cast.named("certificate"),
                    expires: line.time("until") ?? line.time + 1_000, suite: line.pick("suite", .hybrid),
                    replaces: line.optional("replaces") { cast.named($0) }))
        case .retire:
            .retire(Retire(organisation: line.employer(of: subject), member: cast.named(subject)))
        default: nil
        }
    }

    private func recordAssertion(_ kind: StatementKind, _ line: Line) -> Assertion? {
        let grant = line.optional("grant") { id($0) }
        switch kind {
        case .deposit:
            let custodial: CustodialReason? = line.optional("custodial") { choice($0) }
            return .deposit(
                Deposit(
                    organisation: line.own, record: record(of: line), permit: permit(of: line),
                    recipientHash: cast.named("recipient"), descriptor: descriptor(of: line),
                    ownerEnvelope: custodial == nil ? cast.named("owner's") : nil,
                    custodianEnvelope: cast.named("custodian's"), manifest: manifest(of: line, else: "scan"),
                    root: root(of: line, else: "scan"),
                    suite: line.pick("suite", .hybrid), custodial: custodial,
                    additionsHash: cast.named("additions")))
        case .append:
            return .append(
                Append(
                    organisation: line.own, record: record(of: line), grant: grant,
                    after: contents(of: line, "after"), descriptor: descriptor(of: line),
                    manifest: manifest(of: line, else: "more"), root: root(of: line, else: "more"),
                    recipientHash: key(of: line), envelope: cast.named("sealed key")))
        case .reseal:
            return .reseal(
                Reseal(
                    organisation: line.own, record: record(of: line),
                    recipientHash: cast.named("recipient anew"), suite: line.pick("suite", .hybrid),
                    descriptor: descriptor(of: line), ownerEnvelope: cast.named("owner's anew"),
                    custodianEnvelope: cast.named("custodian's anew"),
                    manifest: manifest(of: line, else: "anew"), root: root(of: line, else: "anew"),
                    grants: rewrapped(line.names("grants").map { id($0) }),
                    delegates: rewrapped(line.names("delegates").map { cast.named($0) }),
                    additionsHash: cast.named("additions anew")))
        case .dispatch:
            return .dispatch(
                Dispatch(
                    organisation: line.own, record: record(of: line), grant: grant ?? id("-"),
                    release: id(line.options["release"] ?? "-"), contents: contents(of: line, "contents")))
        case .acknowledge:
            return .acknowledge(
                Acknowledge(
                    organisation: line.own, record: record(of: line), grant: grant ?? id("-"),
                    release: id(line.options["release"] ?? "-"), contents: contents(of: line, "contents"),
                    ownerEnvelope: cast.named("owner's again"),
                    custodianEnvelope: cast.named("custodian's again")))
        case .adopt:
            return .adopt(
                Adopt(
                    organisation: line.own, record: record(of: line), permit: permit(of: line),
                    ownerEnvelope: cast.named("adopter's")))
        case .remove: return .remove(Remove(record: record(of: line)))
        case .attestErasure:
            return .attestErasure(AttestErasure(organisation: line.own, record: record(of: line)))
        case .hold:
            let lifted = line.options["until"] == "none"
            return .hold(
                Hold(
                    organisation: line.own, record: record(of: line),
                    reason: line.pick("reason", .retention),
                    until: lifted ? nil : line.time("until") ?? line.time + 1_000))
        default: return nil
        }
    }

    private func consentAssertion(_ kind: StatementKind, _ line: Line) -> Assertion? {
        let request = id(line.options["request"] ?? line.subject)
        return switch kind {
        case .request:
            .request(
                Request(
                    organisation: line.own, custodian: line.custodian,
                    purpose: line.pick("purpose", .claim), notAfter: line.time("until") ?? 10 * 86_400,
                    letter: cast.named("letter")))
        case .route:
            .route(
                Route(
                    organisation: line.own, request: request, permit: permit(of: line),
                    letter: cast.named("letter")))
        case .answer:
            .answer(
                Answer(
                    request: request, verdict: line.pick("verdict", .approved),
                    letter: line.optional("letter") { cast.named($0) }))
        case .grant: .grant(grant(line))
        case .revoke:
            .revoke(Revoke(record: record(of: line), grant: id(line.options["grant"] ?? line.subject)))
        case .delegate:
            .delegate(
                Delegate(
                    record: record(of: line), delegate: cast.named(line.options["to"] ?? line.subject),
                    scope: line.pick("scope", .readAndDecide),
                    notAfter: line.time("until") ?? 30 * 86_400,
                    envelope: line.options["scope"] == "decide" ? nil : cast.named("delegate's")))
        case .undelegate:
            .undelegate(Undelegate(record: record(of: line), delegate: cast.named(line.subject)))
        case .instruct:
            .instruct(Instruct(record: record(of: line), emergencies: line.pick("emergencies", .refused)))
        case .reassign:
            .reassign(
                Reassign(
                    organisation: line.own, record: record(of: line), permit: permit(of: line),
                    ownerEnvelope: cast.named("new owner's"),
                    secondOrganisation: name(
                        line.options["withOf"] ?? organisation(in: line.second)!),
                    second: cast.named(line.second)))
        case .veto: .veto(Veto(record: record(of: line)))
        default: nil
        }
    }

    private func grant(_ line: Line) -> Grant {
        let (to, kind) = (line.options["to"]!, line.pick("kind", GrantKind.read))
        let role: Role? = line.optional("role") { choice($0) }
        let coverage = line.pick("coverage", Coverage.present)
        return Grant(
            record: record(of: line), organisation: line.employer(of: to),
            grantee: role == nil ? cast.named(to) : nil, kind: kind, purpose: line.pick("purpose", .claim),
            notBefore: line.time("from") ?? line.time, notAfter: line.time("until") ?? 30 * 86_400,
            releases: UInt64(line.options["releases"] ?? "3")!,
            envelope: kind == .append ? nil : cast.named("envelope"),
            request: line.optional("request") { id($0) }, role: role, coverage: coverage,
            manifest: coverage == .part ? manifest(of: line, else: "scan") : nil,
            root: coverage == .part ? root(of: line, else: "scan") : nil)
    }

    private func releaseAssertion(_ kind: StatementKind, _ line: Line) -> Assertion? {
        switch kind {
        case .release:
            .release(
                Release(
                    organisation: line.speaker, record: record(of: line), custodian: line.custodian,
                    grant: line.optional("grant") { id($0) }, basis: line.optional("basis") { choice($0) },
                    emergency: line.optional("emergency") { id($0) }))
        case .emergency:
            .emergency(
                Emergency(
                    organisation: line.own, record: record(of: line),
                    readerOrganisation: name(
                        line.options["toOf"] ?? organisation(in: line.reader)!),
                    reader: cast.named(line.reader), second: cast.named(line.second),
                    reason: line.pick("reason", .unconscious),
                    notAfter: line.time("until") ?? line.time + 1_000, envelope: cast.named("envelope")))
        case .review:
            .review(
                Review(
                    organisation: line.speaker, record: record(of: line),
                    emergency: id(line.options["emergency"] ?? line.subject),
                    finding: line.pick("finding", .justified)))
        default: nil
        }
    }

    // MARK: What a statement carries

    private func record(of line: Line) -> RecordHandle { cast.named(line.options["on"] ?? line.subject) }

    private func descriptor(of line: Line) -> Digest {
        cast.named(line.options["descriptor"] ?? "descriptor")
    }

    /// The manifest of the files that a line names.
    private func manifest(of line: Line, else usual: String) -> Digest {
        cast.named("manifest of \(line.options["files"] ?? usual)")
    }

    private func root(of line: Line, else usual: String) -> Digest {
        cast.named("root of \(line.options["root"] ?? line.options["files"] ?? usual)")
    }

    /// The own key of what is added: another each time, unless the line names one.
    private func key(of line: Line) -> Digest {
        cast.named(line.options["key"] ?? "key of \(line.options["files"] ?? "more") at \(line.time)")
    }

    /// The statement that brought a record's files last, unless the line names another under `option`.
    private func contents(of line: Line, _ option: String) -> StatementID {
        if let name = line.options[option] { return id(name) }
        let record = state[.record(record(of: line))].flatMap { RecordState(bytes: $0) }
        return record?.contents ?? id("-")
    }

    /// `permit=p1@hospital1`: the one-time key p1, for hospital1; `permit=p1`: for the signer's organisation;
    /// `permitUntil=`, `permitFor=`, `permitForged`.
    private func permit(of line: Line) -> [UInt8]? {
        guard let name = line.options["permit"], name != "none" else { return nil }
        let permit = Permit(
            key: cast.named(name.prefix { $0 != "@" }),
            organisation: self.name(
                line.options["permitFor"] ?? organisation(in: name) ?? organisation(in: line.signer)!),
            notAfter: seconds(line.options["permitUntil"] ?? "5000d"))
        let network = line.flags.contains("permitForeign") ? cast.named("another network") : cast.network
        var message = cast.message(permit.payload(), by: permit.key, network: network)
        if line.flags.contains("permitForged") { message[message.count - 1] ^= 1 }
        if line.flags.contains("permitBroken") { message.append(0) }
        return message
    }

    /// `approve=a,b`: a and b agree; left out: all who must, but for a record's owner. `lacks=` one of them,
    /// `also=` others.
    /// `approvalForged`, `approvalForeign`, `approvalFor=` another signer, `approvalOld` for another content.
    func approvals(of statement: Statement, _ line: Line) -> [Approval] {
        let needed: [String] =
            switch statement.assertion {
            case .admit(let it):
                it.endorsers.map { "root@\($0)" } + [line.newRoot, line.newValidator]
            case .enrol: [line.subject]
            case .rotateRoot(let it): it.endorsers.map { "root@\($0)" } + [line.newRoot]
            case .suspend(let it): it.endorsers.map { "root@\($0)" }
            case .reassign, .emergency: [line.second]
            default: []
            }
        let usual = Set(needed).subtracting([line.signer, line.options["lacks"] ?? ""])
        let names = (line.options["approve"].map { commaSeparated($0) } ?? Array(usual)) + line.names("also")
        let network = line.flags.contains("approvalForeign") ? cast.named("another network") : cast.network
        let signer: PublicKey = cast.named(line.options["approvalFor"] ?? line.signer)
        let content = statement.approvedContent() + (line.flags.contains("approvalOld") ? [0] : [])
        return names.map { name -> Approval in
            let key: PublicKey = cast.named(name)
            var signature = cast.sign(
                Approval.signedContent(content, by: key, signer: signer, network: network), by: key)
            if line.flags.contains("approvalForged") { signature[0] ^= 1 }
            return Approval(key: key, signature: signature)
        }.sorted { $0.key < $1.key }
    }

    private func newcomer(_ line: Line) -> Genesis.Organisation {
        Genesis.Organisation(
            name: name(line.subject), kind: line.pick("kind", .hospital), root: cast.named(line.newRoot),
            validator: cast.named(line.newValidator), authorityHash: cast.named("authority"),
            recordsRecipientHash: cast.named("records"), deskRecipientHash: cast.named("desk"))
    }

    private func rewrapped<Meaning>(_ all: [Bytes32<Meaning>]) -> [Rewrapped<Meaning>] {
        all.sorted().map { Rewrapped(of: $0, envelope: cast.named("rewrapped")) }
    }

    /// The role that a member's name begins with; a clinician's without one.
    private func role(in name: String) -> Role {
        Role.allCases.first { "\($0)" == name.prefix { $0.isLetter } } ?? .clinician
    }

    private func name(_ text: String) -> OrganisationName { OrganisationName(text)! }
}

extension Line {
    /// The signer's organisation; `of=`: another; `of=none`: none.
    fileprivate var speaker: OrganisationName? {
        let speaker = options["of"] ?? organisation(in: signer)
        return speaker.flatMap { $0 == "none" ? nil : OrganisationName($0)! }
    }
    fileprivate var own: OrganisationName { speaker! }
    fileprivate var custodian: OrganisationName { OrganisationName(options["custodian"] ?? "hospital1")! }
    /// `with=`: who agrees besides the signer.
    fileprivate var second: String {
        options["with"] ?? (verb == "emergency" ? "clinician2@hospital1" : "auditor@auditor")
    }
    /// `to=`: who may read.
    fileprivate var reader: String { options["to"] ?? "clinician@hospital2" }
    /// `root=`, or the usual one of an organisation that joins or gets another.
    fileprivate var newRoot: String {
        options["root"] ?? (verb == "admit" ? "root@\(subject)" : "root2@\(subject)")
    }
    /// `validator=`, or the usual one of an organisation that joins.
    fileprivate var newValidator: String { options["validator"] ?? "validator@\(subject)" }
    /// `by=`, in rising order; `hospitals` are both.
    fileprivate var endorsers: [OrganisationName] {
        names("by").flatMap { $0 == "hospitals" ? ["hospital1", "hospital2"] : [$0] }
            .map { OrganisationName($0)! }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }

    fileprivate func employer(of member: String) -> OrganisationName {
        OrganisationName(options["of"] ?? organisation(in: member)!)!
    }

    fileprivate func names(_ name: String) -> [String] { commaSeparated(options[name] ?? "") }

    fileprivate func time(_ name: String) -> LedgerTime? { options[name].map { seconds($0) } }

    fileprivate func optional<Value>(_ name: String, _ make: (String) -> Value) -> Value? {
        options[name].flatMap { $0 == "none" ? nil : make($0) }
    }

    fileprivate func pick<Choice: CaseIterable>(_ name: String, _ usual: Choice) -> Choice {
        options[name].map { choice($0) } ?? usual
    }
}
