import Contract

extension World {
    /// Changes the state where a statement cannot, or where it would take too many: a table's lines with `!`.
    ///
    /// The first word names the entry: `organisation NAME`, `member NAME`, `record r1`, `custody r1 NAME`,
    /// `delegation r1 d1`, `request q1`, `grant g1`, `release x1`, `emergency e1`; then a field and a value.
    /// `suspend NAME`, `active COUNT`, `quorum COUNT KIND`, `copy MEMBER KEY`, `forget MEMBER`, `seen r1 TIME`, `keeps r1 NAME`.
    mutating func edit(_ words: [String]) {
        let (subject, last) = (words[1], words[words.count - 1])
        switch words[0] {
        case "suspend": change(.organisation(name(last)), OrganisationState.self) { $0.suspended = true }
        case "active": change(.network, NetworkState.self) { $0.activeOrganisations = UInt64(last)! }
        case "quorum": requireCosigners(UInt64(words[1])!, choice(last))
        case "copy":
            // A member under another key too, as if it had been enrolled before the key was used.
            state[.member(cast.named(last))] = state[.member(cast.named(subject))]
        case "forget": state[.member(cast.named(last))] = nil
        case "keeps":
            let custody = CustodyState(ownerEnvelope: cast.named("a"), custodianEnvelope: cast.named("b"))
            state[.custody(cast.named(subject), name(last))] = custody.encoded()
        case "seen": state[.clock(cast.named(subject))] = ClockState(seen: seconds(last)).encoded()
        case "organisation": editOrganisation(subject, words[2], last)
        case "member": editMember(subject, words[2], last)
        case "record": editRecord(subject, words[2], last)
        case "custody": editCustody(subject, words)
        case "delegation": editDelegation(subject, words)
        case "request": editRequest(subject, words[2], last)
        case "grant": editGrant(subject, words[2], last)
        case "release": change(.release(id(subject)), ReleaseState.self) { $0.dispatched = true }
        case "emergency": editEmergency(subject, words[2], last)
        default: preconditionFailure("no such edit: \(words)")
        }
    }

    /// As if the genesis asked for so many cosignatures of organisations of a kind.
    private mutating func requireCosigners(_ count: UInt64, _ kind: OrganisationKind) {
        let organisations = state.filter { $0.key.bytes[0] == StateKey.organisation(name("x")).bytes[0] }
            .values
            .compactMap { OrganisationState(bytes: $0) }
        let validators = organisations.count { $0.kind == kind && $0.cosigns && !$0.suspended }
        change(.network, NetworkState.self) {
            $0.quorum.append(QuorumStanding(count: count, kinds: [kind], validators: UInt64(validators)))
        }
    }

    private mutating func editOrganisation(_ subject: String, _ field: String, _ value: String) {
        change(.organisation(name(subject)), OrganisationState.self) { [cast] organisation in
            switch field {
            case "kind": organisation.kind = choice(value)
            case "root": organisation.root = cast.named(value)
            default: preconditionFailure("no such field: \(field)")
            }
        }
    }

    private mutating func editMember(_ subject: String, _ field: String, _ value: String) {
        change(.member(cast.named(subject)), MemberState.self) { member in
            switch field {
            case "organisation": member.organisation = name(value)
            case "role": member.role = choice(value)
            case "retired": member.retired = true
            case "expires": member.expires = seconds(value)
            case "suite": member.suite = choice(value)
            default: preconditionFailure("no such field: \(field)")
            }
        }
    }

    private mutating func editRecord(_ subject: String, _ field: String, _ value: String) {
        change(.record(cast.named(subject)), RecordState.self) { [cast] record in
            switch field {
            case "owner": record.owner = value == "none" ? nil : cast.named(value)
            case "removed": record.removed = value == "no" ? nil : 60
            case "sealing": record.sealing = UInt64(value)!
            case "generation": record.generation = UInt64(value)!
            case "parts":
                record.parts = (0..<Int(value)!).map {
                    RecordPart(
                        statement: cast.named("part \($0)"), descriptor: cast.named("descriptor"),
                        manifest: cast.named("manifest \($0)"), root: cast.named("root \($0)"))
                }
            case "emergencies": record.emergencies = choice(value)
            case "reassigned":
                record.reassignment =
                    value == "no"
                    ? nil
                    : Reassignment(
                        owner: cast.named("another"), effective: seconds(value), custodian: name("hospital1"),
                        ownerEnvelope: cast.named("another's"))
            default: preconditionFailure("no such field: \(field)")
            }
        }
    }

    private mutating func editCustody(_ subject: String, _ words: [String]) {
        let (field, value) = (words[3], words[words.count - 1])
        change(.custody(cast.named(subject), name(words[2])), CustodyState.self) { custody in
            switch field {
            case "erased": custody.erased = 60
            case "sealing": custody.sealing = UInt64(value)!
            case "generation": custody.generation = UInt64(value)!
            case "held":
                custody.hold = value == "no" ? nil : HoldState(reason: .retention, until: seconds(value))
            default: preconditionFailure("no such field: \(words)")
            }
        }
    }

    private mutating func editDelegation(_ subject: String, _ words: [String]) {
        let (field, value) = (words[3], words[words.count - 1])
        change(.delegation(cast.named(subject), cast.named(words[2])), DelegationState.self) {
            [cast] delegation in
            switch field {
            case "ended": delegation.ended = true
            case "owner": delegation.owner = cast.named(value)
            case "scope": delegation.scope = choice(value)
            case "until": delegation.notAfter = seconds(value)
            case "sealing": delegation.sealing = UInt64(value)!
            default: preconditionFailure("no such field: \(words)")
            }
        }
    }

    private mutating func editRequest(_ subject: String, _ field: String, _ value: String) {
        change(.request(id(subject)), RequestState.self) { [cast] request in
            switch field {
            case "custodian": request.custodian = name(value)
            case "requester": request.requester = cast.named(value)
            case "purpose": request.purpose = choice(value)
            case "until": request.notAfter = seconds(value)
            case "open": (request.stage, request.answeringKey) = (.open, nil)
            case "answered": request.stage = .rejected
            default: preconditionFailure("no such field: \(field)")
            }
        }
    }

    private mutating func editGrant(_ subject: String, _ field: String, _ value: String) {
        change(.grant(id(subject)), GrantState.self) { [cast] grant in
            switch field {
            case "record": grant.record = cast.named(value)
            case "grantee": grant.grantee = cast.named(value)
            case "owner": grant.owner = cast.named(value)
            case "organisation": grant.organisation = name(value)
            case "kind": grant.kind = choice(value)
            case "from": grant.notBefore = seconds(value)
            case "until": grant.notAfter = seconds(value)
            case "revoked": grant.revoked = true
            case "used": grant.releasesUsed = UInt64(value)!
            case "sealing": grant.sealing = UInt64(value)!
            case "coverage": grant.coverage = choice(value)
            default: preconditionFailure("no such field: \(field)")
            }
        }
    }

    private mutating func editEmergency(_ subject: String, _ field: String, _ value: String) {
        change(.emergency(id(subject)), EmergencyState.self) { [cast] emergency in
            switch field {
            case "record": emergency.record = cast.named(value)
            case "custodian": emergency.custodian = name(value)
            case "reader": emergency.reader = cast.named(value)
            case "until": emergency.notAfter = seconds(value)
            case "sealing": emergency.sealing = UInt64(value)!
            case "foundBy", "foundByOwner":
                let isOwner = field == "foundByOwner"
                emergency.findings = [
                    EmergencyFinding(
                        organisation: isOwner ? nil : name(value), owner: isOwner ? cast.named(value) : nil,
                        finding: .justified)
                ]
            default: preconditionFailure("no such field: \(field)")
            }
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

private func name(_ text: String) -> OrganisationName { OrganisationName(text)! }
