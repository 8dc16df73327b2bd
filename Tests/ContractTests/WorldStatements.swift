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
                    organisation: name(subject), root: Toy.named(line.newRoot), endorsers: line.endorsers))
        case .enrol:
            .enrol(
                Enrol(
                    organisation: line.employer(of: subject), member: Toy.named(subject),
                    role: line.pick("role", role(in: subject)),
                    recipientHash: Toy.named("recipient"), certificateHash: Toy.named("certificate"),
                    expires: line.time("until") ?? line.time + 1_000, suite: line.pick("suite", .hybrid),
                    replaces: line.optional("replaces") { Toy.named($0) }))
        case .retire:
            .retire(Retire(organisation: line.employer(of: subject), member: Toy.named(subject)))
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
                    organisation: line.own, record: line.record, permit: permit(of: line),
                    recipientHash: Toy.named("recipient"), descriptor: line.named("descriptor"),
                    ownerEnvelope: custodial == nil ? Toy.named("owner's") : nil,
                    custodianEnvelope: Toy.named("custodian's"), files: line.files("scan"),
                    suite: line.pick("suite", .hybrid), custodial: custodial))
        case .append:
            return .append(
                Append(
                    organisation: line.own, record: line.record, grant: grant,
                    descriptor: line.named("descriptor"), files: line.files("more")))
        case .reseal:
            return .reseal(
                Reseal(
                    organisation: line.own, record: line.record,
                    recipientHash: Toy.named("recipient anew"), suite: line.pick("suite", .hybrid),
                    descriptor: line.named("descriptor"), ownerEnvelope: Toy.named("owner's anew"),
                    custodianEnvelope: Toy.named("custodian's anew"), files: line.files("anew"),
                    grants: rewrapped(line.names("grants").map { id($0) }),
                    delegates: rewrapped(line.names("delegates").map { Toy.named($0) })))
        case .dispatch:
            return .dispatch(
                Dispatch(
                    organisation: line.own, record: line.record, grant: grant ?? id("-"),
                    release: id(line.options["release"] ?? "-"), descriptor: line.named("descriptor"),
                    files: line.files("scan")))
        case .acknowledge:
            return .acknowledge(
                Acknowledge(
                    organisation: line.own, record: line.record, grant: grant ?? id("-"),
                    release: id(line.options["release"] ?? "-"), descriptor: line.named("descriptor"),
                    ownerEnvelope: Toy.named("owner's again"),
                    custodianEnvelope: Toy.named("custodian's again"), files: line.files("scan")))
        case .adopt:
            return .adopt(
                Adopt(
                    organisation: line.own, record: line.record, permit: permit(of: line),
                    ownerEnvelope: Toy.named("adopter's")))
        case .remove: return .remove(Remove(record: line.record))
        case .attestErasure:
            return .attestErasure(AttestErasure(organisation: line.own, record: line.record))
        case .hold:
            let lifted = line.options["until"] == "none"
            return .hold(
                Hold(
                    organisation: line.own, record: line.record,
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
                    letter: Toy.named("letter")))
        case .route:
            .route(
                Route(
                    organisation: line.own, request: request, permit: permit(of: line),
                    letter: Toy.named("letter")))
        case .answer:
            .answer(
                Answer(
                    request: request, verdict: line.pick("verdict", .approved),
                    letter: line.optional("letter") { Toy.named($0) }))
        case .grant: .grant(grant(line))
        case .revoke:
            .revoke(Revoke(record: line.record, grant: id(line.options["grant"] ?? line.subject)))
        case .delegate:
            .delegate(
                Delegate(
                    record: line.record, delegate: Toy.named(line.options["to"] ?? line.subject),
                    scope: line.pick("scope", .readAndDecide),
                    notAfter: line.time("until") ?? 30 * 86_400,
                    envelope: line.options["scope"] == "decide" ? nil : Toy.named("delegate's")))
        case .undelegate: .undelegate(Undelegate(record: line.record, delegate: Toy.named(line.subject)))
        case .instruct:
            .instruct(Instruct(record: line.record, emergencies: line.pick("emergencies", .refused)))
        case .reassign:
            .reassign(
                Reassign(
                    organisation: line.own, record: line.record, permit: permit(of: line),
                    ownerEnvelope: Toy.named("new owner's"),
                    secondOrganisation: name(
                        line.options["withOf"] ?? organisation(in: line.second)!),
                    second: Toy.named(line.second)))
        case .veto: .veto(Veto(record: line.record))
        default: nil
        }
    }

    private func grant(_ line: Line) -> Grant {
        let (to, kind) = (line.options["to"]!, line.pick("kind", GrantKind.read))
        let role: Role? = line.optional("role") { choice($0) }
        return Grant(
            record: line.record, organisation: line.employer(of: to),
            grantee: role == nil ? Toy.named(to) : nil, kind: kind, purpose: line.pick("purpose", .claim),
            notBefore: line.time("from") ?? line.time, notAfter: line.time("until") ?? 30 * 86_400,
            releases: UInt64(line.options["releases"] ?? "3")!,
            envelope: kind == .append ? nil : Toy.named("envelope"),
            request: line.optional("request") { id($0) }, role: role)
    }

    private func releaseAssertion(_ kind: StatementKind, _ line: Line) -> Assertion? {
        switch kind {
        case .release:
            .release(
                Release(
                    organisation: line.speaker, record: line.record, custodian: line.custodian,
                    grant: line.optional("grant") { id($0) }, basis: line.optional("basis") { choice($0) },
                    emergency: line.optional("emergency") { id($0) }))
        case .emergency:
            .emergency(
                Emergency(
                    organisation: line.own, record: line.record,
                    readerOrganisation: name(
                        line.options["toOf"] ?? organisation(in: line.reader)!),
                    reader: Toy.named(line.reader), second: Toy.named(line.second),
                    reason: line.pick("reason", .unconscious),
                    notAfter: line.time("until") ?? line.time + 1_000, envelope: Toy.named("envelope")))
        case .review:
            .review(
                Review(
                    organisation: line.speaker, record: line.record,
                    emergency: id(line.options["emergency"] ?? line.subject),
                    finding: line.pick("finding", .justified)))
        default: nil
        }
    }

    // MARK: What a statement carries

    /// `permit=p1@hospital1`: the one-time key p1, for hospital1; `permit=p1`: for the signer's organisation;
    /// `permitUntil=`, `permitFor=`, `permitForged`.
    private func permit(of line: Line) -> [UInt8]? {
        guard let name = line.options["permit"], name != "none" else { return nil }
        let permit = Permit(
            key: Toy.named(name.prefix { $0 != "@" }),
            organisation: self.name(
                line.options["permitFor"] ?? organisation(in: name) ?? organisation(in: line.signer)!),
            notAfter: seconds(line.options["permitUntil"] ?? "5000d"))
        let network = line.flags.contains("permitForeign") ? Toy.named("another network") : Self.network
        var message = Toy.message(permit.payload(), by: permit.key, network: network)
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
            case .admit(let it): it.endorsers.map { "root@\($0)" } + [line.newRoot]
            case .rotateRoot(let it): it.endorsers.map { "root@\($0)" } + [line.newRoot]
            case .suspend(let it): it.endorsers.map { "root@\($0)" }
            case .reassign, .emergency: [line.second]
            default: []
            }
        let usual = Set(needed).subtracting([line.signer, line.options["lacks"] ?? ""])
        let names = (line.options["approve"].map { commaSeparated($0) } ?? Array(usual)) + line.names("also")
        let network = line.flags.contains("approvalForeign") ? Toy.named("another network") : Self.network
        let signer: PublicKey = Toy.named(line.options["approvalFor"] ?? line.signer)
        let content = statement.approvedContent() + (line.flags.contains("approvalOld") ? [0] : [])
        return names.map { name -> Approval in
            let key: PublicKey = Toy.named(name)
            var signature = Toy.sign(
                Approval.signedContent(content, by: key, signer: signer, network: network), by: key)
            if line.flags.contains("approvalForged") { signature[0] ^= 1 }
            return Approval(key: key, signature: signature)
        }.sorted { $0.key < $1.key }
    }

    private func newcomer(_ line: Line) -> Genesis.Organisation {
        Genesis.Organisation(
            name: name(line.subject), kind: line.pick("kind", .hospital), root: Toy.named(line.newRoot),
            validator: Toy.named("validator@\(line.subject)"), authorityHash: Toy.named("authority"),
            recordsRecipientHash: Toy.named("records"), deskRecipientHash: Toy.named("desk"))
    }

    private func rewrapped<Meaning>(_ all: [Bytes32<Meaning>]) -> [Rewrapped<Meaning>] {
        all.sorted().map { Rewrapped(of: $0, envelope: Toy.named("rewrapped")) }
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
    fileprivate var record: RecordHandle { Toy.named(options["on"] ?? subject) }
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

    fileprivate func named<Meaning>(_ name: String) -> Bytes32<Meaning> { Toy.named(options[name] ?? name) }

    fileprivate func files(_ usual: String) -> [Digest] {
        commaSeparated(options["files"] ?? usual).map { Toy.named($0) }
    }
}
