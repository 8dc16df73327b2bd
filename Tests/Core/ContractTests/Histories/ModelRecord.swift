import Contract

/// The life of one record, and the questions that can be asked of it.
struct ModelRecord {
    let facts: [ModelHistory.Fact]
    let birth: Deposit

    init?(_ facts: [ModelHistory.Fact]) {
        guard let first = facts.first, case .deposit(let birth) = first.says else { return nil }
        self.facts = facts
        self.birth = birth
    }

    /// The latest moment that it has been through.
    var seen: LedgerTime { facts.map(\.time).max()! }

    /// Who gives orders about it at `time`. It does not go back to who did before.
    func owner(at time: LedgerTime) -> PublicKey? {
        let moment = max(time, seen)
        var owner = facts[0].permitted
        for (index, fact) in facts.enumerated() {
            switch fact.says {
            case .adopt: owner = fact.permitted
            case .reassign where fact.time + Limits.reassignmentSeconds <= moment && !isVetoed(index):
                owner = fact.permitted
            default: break
            }
        }
        return owner
    }

    /// Whether there is still something to veto.
    func awaitsOwner(at time: LedgerTime) -> Bool {
        let moment = max(time, seen)
        return facts.indices.contains { index in
            guard case .reassign = facts[index].says else { return false }
            return moment < facts[index].time + Limits.reassignmentSeconds && !isVetoed(index)
        }
    }

    /// The next word about the reassignment in this place was a veto.
    private func isVetoed(_ index: Int) -> Bool {
        let next = facts[(index + 1)...].first { [.veto, .reassign].contains($0.says.kind) }
        return next?.says.kind == .veto
    }

    var isRemoved: Bool { facts.contains { $0.says.kind == .remove } }

    var refusesEmergencies: Bool {
        let last = facts.last { $0.says.kind == .instruct }
        guard case .instruct(let it) = last?.says else { return false }
        return it.emergencies == .refused
    }

    // MARK: Content

    private var lastSealing: (index: Int, said: Reseal)? {
        guard let index = facts.lastIndex(where: { $0.says.kind == .reseal }),
            case .reseal(let said) = facts[index].says
        else { return nil }
        return (index, said)
    }

    var suite: Suite { lastSealing?.said.suite ?? birth.suite }

    /// What brought files to it since it was sealed last, each with what it names.
    var parts: [(id: StatementID, manifest: Digest, root: Digest)] {
        facts[(lastSealing?.index ?? 0)...].compactMap { fact in
            switch fact.says {
            case .deposit(let it): (fact.said.id, it.manifest, it.root)
            case .reseal(let it): (fact.said.id, it.manifest, it.root)
            case .append(let it): (fact.said.id, it.manifest, it.root)
            default: nil
            }
        }
    }

    /// The hashes of the keys that open it since it was sealed last.
    var keys: [Digest] {
        facts[(lastSealing?.index ?? 0)...].flatMap { fact -> [Digest] in
            switch fact.says {
            case .deposit(let it): [it.recipientHash, it.additionsHash]
            case .reseal(let it): [it.recipientHash, it.additionsHash]
            case .append(let it): [it.recipientHash]
            default: []
            }
        }
    }

    func has(manifest: Digest, root: Digest) -> Bool {
        parts.contains { $0.manifest == manifest || $0.root == root }
    }

    // MARK: Who keeps it

    /// What one organisation keeps.
    struct Copy {
        /// It has all that belongs to the record.
        let isNewest: Bool
        /// Its key opens the record as it is sealed now.
        let isOfThisSealing: Bool
        /// Something was sealed anew since it came or last said what is gone.
        let owesErasure: Bool
        let hold: Hold?
    }

    /// Nil where it has nothing, or nothing any more.
    func copy(of name: OrganisationName) -> Copy? {
        /// Where in `facts` it was last sealed, last changed, and last free of older sealings.
        struct Places { var (sealed, changed, clean): (Int, Int, Int) }
        func happened(_ kinds: [StatementKind], in range: Range<Int>) -> Bool {
            facts[range].contains { kinds.contains($0.says.kind) }
        }
        var places: Places?
        var hold: Hold?
        for (index, fact) in facts.enumerated() where fact.says.keeper == name {
            switch fact.says {
            case .deposit, .acknowledge:
                places = Places(sealed: index, changed: index, clean: places?.clean ?? index)
            case .reseal: places = places.map { Places(sealed: index, changed: index, clean: $0.clean) }
            case .append: places?.changed = index
            case .hold(let said): hold = said.until == nil ? nil : said
            case .attestErasure:
                // All of it is gone if the record was removed, or the copy was of an older sealing.
                let isOld = places.map { happened([.reseal], in: $0.sealed + 1..<index) } ?? false
                if isOld || happened([.remove], in: 0..<index) {
                    (places, hold) = (nil, nil)
                } else {
                    places?.clean = index
                }
            default: break
            }
        }
        guard let places else { return nil }
        return Copy(
            isNewest: !happened([.append, .reseal], in: places.changed + 1..<facts.count),
            isOfThisSealing: !happened([.reseal], in: places.sealed + 1..<facts.count),
            owesErasure: happened([.reseal], in: places.clean + 1..<facts.count), hold: hold)
    }

    // MARK: Consent

    struct Granted {
        let id: StatementID
        let terms: Grant
        let isRevoked: Bool
        let uses: UInt64
        /// Its envelope opens the record as it is sealed now.
        let isOfThisSealing: Bool
        /// It is for every file that the record has now.
        let isForAll: Bool
    }

    func grant(_ id: StatementID) -> Granted? {
        guard let index = facts.firstIndex(where: { $0.said.id == id }),
            case .grant(let terms) = facts[index].says
        else { return nil }
        var (uses, isRevoked) = (UInt64(0), false)
        for fact in facts[index...] {
            switch fact.says {
            case .release(let it) where it.grant == id: uses += 1
            case .append(let it) where it.grant == id: uses += 1
            case .revoke(let it) where it.grant == id: isRevoked = true
            default: break
            }
        }
        let isCarriedOn =
            lastSealing.map { $0.index < index || $0.said.grants.contains { $0.of == id } } ?? true
        let renewed = facts.lastIndex {
            if case .reseal(let it) = $0.says { it.grants.contains { $0.of == id } } else { false }
        }
        let isUnchanged = !facts[((renewed ?? index) + 1)...].contains {
            [.append, .reseal].contains($0.says.kind)
        }
        return Granted(
            id: id, terms: terms, isRevoked: isRevoked, uses: uses, isOfThisSealing: isCarriedOn,
            isForAll: terms.coverage == .growing || terms.coverage == .present && isUnchanged)
    }

    /// Whoever gave it had a say over the record then, and has none any more.
    func hasLapsed(_ grant: StatementID, at time: LedgerTime) -> Bool {
        guard let index = facts.firstIndex(where: { $0.said.id == grant }),
            let then = ModelRecord(Array(facts[...index]))
        else { return false }
        let (giver, owner) = (facts[index].said.caller, then.owner(at: facts[index].time))
        guard owner == self.owner(at: time) else { return true }
        return giver != owner
            && facts[(index + 1)...].contains { fact in
                switch fact.says {
                case .delegate(let it): it.delegate == giver
                case .undelegate(let it): it.delegate == giver
                default: false
                }
            }
    }

    struct Delegation {
        let terms: Delegate
        let giver: PublicKey
        let isEnded: Bool
        let isOfThisSealing: Bool
    }

    /// It has come to its end, was taken back, or whoever gave it has nothing to say any more.
    func isOver(_ delegation: Delegation, at time: LedgerTime) -> Bool {
        delegation.isEnded || time >= delegation.terms.notAfter || owner(at: time) != delegation.giver
    }

    func isDelegated(to key: PublicKey, at time: LedgerTime) -> Bool {
        delegation(key).map { !isOver($0, at: time) } ?? false
    }

    func delegation(_ key: PublicKey) -> Delegation? {
        let named = facts.lastIndex {
            if case .delegate(let it) = $0.says { it.delegate == key } else { false }
        }
        guard let named, case .delegate(let terms) = facts[named].says else { return nil }
        let isEnded = facts[named...].contains {
            if case .undelegate(let it) = $0.says { it.delegate == key } else { false }
        }
        let isCarriedOn =
            lastSealing.map { $0.index < named || $0.said.delegates.contains { $0.of == key } } ?? true
        return Delegation(
            terms: terms, giver: facts[named].said.caller, isEnded: isEnded, isOfThisSealing: isCarriedOn)
    }

    /// Whether an emergency was declared after the last sealing.
    func isOfThisSealing(_ emergency: StatementID) -> Bool {
        let declared = facts.firstIndex { $0.said.id == emergency }
        return (lastSealing?.index ?? -1) < (declared ?? -1)
    }

    enum Reviewer: Hashable {
        case organisation(OrganisationName)
        case owner(PublicKey)
    }

    func reviewers(of emergency: StatementID) -> [Reviewer] {
        facts.compactMap { fact in
            guard case .review(let it) = fact.says, it.emergency == emergency else { return nil }
            return it.organisation.map { .organisation($0) } ?? .owner(fact.said.caller)
        }
    }

    func isDispatched(_ release: StatementID) -> Bool {
        facts.contains { if case .dispatch(let it) = $0.says { it.release == release } else { false } }
    }
}

extension Assertion {
    /// Whose copy it changes, if it changes one.
    fileprivate var keeper: OrganisationName? {
        switch self {
        case .deposit(let it): it.organisation
        case .append(let it): it.organisation
        case .reseal(let it): it.organisation
        case .acknowledge(let it): it.organisation
        case .attestErasure(let it): it.organisation
        case .hold(let it): it.organisation
        default: nil
        }
    }
}
