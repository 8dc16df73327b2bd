// One function a kind of statement. Every `require` is a line of the decision tables in ContractTests.

extension Case {
    func admit(_ it: Admit) throws(RejectionCode) -> [Write] {
        var network = try endorsed(by: it.endorsers, and: it.organisation.root)
        try require(reads[.organisation(it.organisation.name)] == nil, .organisationExists)
        network.activeOrganisations += 1
        return [
            write(.network, network), write(.organisation(it.organisation.name), it.organisation.state),
        ]
    }

    func suspend(_ it: Suspend) throws(RejectionCode) -> [Write] {
        var organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .organisationUnknown)
        var network = try endorsed(by: it.endorsers)
        try require(organisation.suspended != (it.standing == .suspended), .nothingChanges)
        try require(it.standing == .restored || network.activeOrganisations > 1, .lastOrganisation)
        organisation.suspended = it.standing == .suspended
        if organisation.suspended {
            network.activeOrganisations -= 1
        } else {
            network.activeOrganisations += 1
        }
        return [write(.network, network), write(.organisation(it.organisation), organisation)]
    }

    func rotateRoot(_ it: RotateRoot) throws(RejectionCode) -> [Write] {
        var organisation = try value(
            .organisation(it.organisation), as: OrganisationState.self, else: .organisationUnknown)
        _ = try endorsed(by: it.endorsers, and: it.root)
        try require(organisation.root != it.root, .nothingChanges)
        organisation.root = it.root
        return [write(.organisation(it.organisation), organisation)]
    }

    /// More than half of the organisations agree, each by its root, and whoever has `newRoot` does; the
    /// caller is one of the roots.
    private func endorsed(
        by names: [OrganisationName], and newRoot: PublicKey? = nil
    ) throws(RejectionCode) -> NetworkState {
        guard let network: NetworkState = value(.network) else { preconditionFailure("damaged state") }
        var roots = [PublicKey]()
        for name in names {
            roots.append(
                try value(.organisation(name), as: OrganisationState.self, else: .organisationUnknown).root)
        }
        for name in names { _ = try organisation(name) }
        try require(roots.contains(statement.caller), .notTheRoot)
        for root in roots + (newRoot.map { [$0] } ?? []) where root != statement.caller {
            try require(statement.isApproved(by: root), .approvalMissing)
        }
        // A root that two organisations have come to share counts once.
        try require(UInt64(Set(roots).count) >= network.majority, .tooFewRoots)
        return network
    }

    func enrol(_ it: Enrol) throws(RejectionCode) -> [Write] {
        let organisation = try organisation(it.organisation)
        try require(statement.caller == organisation.root, .notTheRoot)
        var replaced: MemberState?
        if let key = it.replaces {
            let present = try value(.member(key), as: MemberState.self, else: .memberUnknown)
            try require(present.organisation == it.organisation, .memberOfOtherOrganisation)
            try require(!present.retired, .memberRetired)
            replaced = present
        }
        try require(reads[.member(it.member)] == nil || it.replaces == it.member, .memberExists)
        try require(time < it.expires && it.expires - time <= Limits.enrolmentSecondsMax, .expiryInvalid)
        try require(reads[.permit(it.member)] == nil, .keyNotOneTime)
        let member = MemberState(
            organisation: it.organisation, role: it.role, recipientHash: it.recipientHash,
            certificateHash: it.certificateHash, expires: it.expires, suite: it.suite, retired: false)
        var writes = [write(.member(it.member), member)]
        if let key = it.replaces, key != it.member, var replaced {
            replaced.retired = true
            writes.append(write(.member(key), replaced))
        }
        return writes
    }

    func retire(_ it: Retire) throws(RejectionCode) -> [Write] {
        let organisation = try organisation(it.organisation)
        try require(statement.caller == organisation.root, .notTheRoot)
        var member = try value(.member(it.member), as: MemberState.self, else: .memberUnknown)
        try require(member.organisation == it.organisation, .memberOfOtherOrganisation)
        try require(!member.retired, .memberRetired)
        member.retired = true
        return [write(.member(it.member), member)]
    }
}
