/// Per kind of statement one line that is accepted, and every fault that it can have, each alone able to have
/// it refused.
///
/// `given` lines go before; `base` is the line; a `fault` names its code and what brings it about: words
/// added to the line, an edit of the state (`!`), or a line played before (with `|`).
struct FaultTable: Sendable, CustomStringConvertible {
    struct Fault: Sendable {
        let code: String
        var options = ""
        var edit: [String] = []
        var given: [Line] = []
        /// Two faults that touch the same thing cannot be had together.
        let touches: String
    }

    let name: String
    let given: [Line]
    let base: String
    let faults: [Fault]
    var description: String { name }

    init(_ name: String, _ text: String) {
        var given = [Line]()
        var base = ""
        var faults = Self.common
        for row in text.split(separator: "\n") {
            let parts = row.split(separator: " ", maxSplits: 1)
            let rest = String(parts[1].drop { $0 == " " })
            switch parts[0] {
            case "given": given.append(Line(rest + " | ok"))
            case "base": base = rest
            default: faults.append(Self.fault(String(parts[0]), rest))
            }
        }
        self.name = name
        self.given = given
        self.base = base
        self.faults = faults
    }

    private static let common = [
        fault("malformed", "broken"), fault("signatureInvalid", "forged"), fault("replayed", "already"),
        fault("stale", "valid=100"), fault("validityTooLong", "valid=1d+101"),
    ]

    private static func fault(_ code: String, _ text: String) -> Fault {
        if text.hasPrefix("! ") {
            let edit = words(text.dropFirst(2))
            return Fault(code: code, edit: edit, touches: edit.dropLast().joined(separator: " "))
        }
        if text.contains("|") { return Fault(code: code, given: [Line(text + " | ok")], touches: text) }
        return Fault(code: code, options: text, touches: String(text.prefix { $0 != "=" }))
    }

    /// The line with `faults`, in its world.
    func played(with faults: [Fault]) -> World.Outcome {
        var world = World.fresh
        for line in given + faults.flatMap(\.given) {
            precondition(world.play(line).result == "ok", "\(name): \(line.text)")
        }
        let edits = faults.map(\.edit).filter { !$0.isEmpty }
        // Who is forgotten cannot be changed any more.
        for edit in edits where edit[0] != "forget" { world.edit(edit) }
        for edit in edits where edit[0] == "forget" { world.edit(edit) }
        return world.play(Line(([base] + faults.map(\.options)).joined(separator: " ") + " | ok"))
    }

    static let all = [
        enrol, retire, deposit, request, route, answer, grant, revoke, releaseGranted, releaseToStaff,
        releaseToOwner, acknowledge,
    ]

    static let enrol = FaultTable(
        "enrol",
        """
        base                       100 | root@hospital1 | enrol nurse of=hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        notTheRoot                 signer=root@hospital2
        memberExists               ! copy clinician@hospital1 nurse
        expiryInvalid              until=100
        keyNotOneTime              50 | clinician@hospital1 | deposit r1 permit=nurse@hospital1
        """)

    static let retire = FaultTable(
        "retire",
        """
        base                       100 | root@hospital1 | retire clinician@hospital1 of=hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        notTheRoot                 signer=root@hospital2
        memberUnknown              ! forget clinician@hospital1
        memberOfOtherOrganisation  ! member clinician@hospital1 organisation hospital2
        memberRetired              ! member clinician@hospital1 retired
        """)

    static let deposit = FaultTable(
        "deposit",
        """
        base                       100 | clinician@hospital1 | deposit r1 of=hospital1 permit=p1@hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        memberUnknown              ! forget clinician@hospital1
        memberOfOtherOrganisation  ! member clinician@hospital1 organisation hospital2
        memberRetired              ! member clinician@hospital1 retired
        memberExpired              ! member clinician@hospital1 expires 100
        organisationKindNotAllowed ! organisation hospital1 insurer
        roleNotAllowed             ! member clinician@hospital1 role officer
        permitMissing              permit=none
        permitForOtherOrganisation permitFor=hospital2
        permitExpired              permitUntil=100
        permitUsed                 50 | clinician@hospital1 | deposit r9 permit=p1@hospital1
        recordExists               50 | clinician@hospital1 | deposit r1 permit=p9@hospital1
        keyNotOneTime              ! copy clinician@hospital2 p1
        """)

    static let request = FaultTable(
        "request",
        """
        base                       100 | officer@insurer | request q1 of=insurer custodian=hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend insurer
        memberUnknown              ! forget officer@insurer
        memberOfOtherOrganisation  ! member officer@insurer organisation hospital2
        memberRetired              ! member officer@insurer retired
        memberExpired              ! member officer@insurer expires 100
        roleNotAllowed             ! member officer@insurer role auditor
        custodianUnknown           custodian=auditor
        expiryInvalid              until=100
        """)

    static let route = FaultTable(
        "route",
        """
        given                      50 | officer@insurer | request q1
        base                       100 | registrar@hospital1 | route q1 of=hospital1 permit=a1@hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        memberUnknown              ! forget registrar@hospital1
        memberOfOtherOrganisation  ! member registrar@hospital1 organisation hospital2
        memberRetired              ! member registrar@hospital1 retired
        memberExpired              ! member registrar@hospital1 expires 100
        organisationKindNotAllowed ! organisation hospital1 insurer
        roleNotAllowed             ! member registrar@hospital1 role officer
        permitMissing              permit=none
        permitForOtherOrganisation permitFor=hospital2
        permitExpired              permitUntil=100
        permitUsed                 50 | clinician@hospital1 | deposit r9 permit=a1@hospital1
        requestUnknown             request=q9
        requestOfOtherCustodian    ! request q1 custodian hospital2
        requestAlreadyRouted       50 | registrar@hospital1 | route q1 permit=a9@hospital1
        requestExpired             ! request q1 until 100
        keyNotOneTime              ! copy clinician@hospital2 a1
        """)

    static let answer = FaultTable(
        "answer",
        """
        given                      50 | officer@insurer | request q1
        given                      50 | registrar@hospital1 | route q1 permit=a1@hospital1
        base                       100 | a1 | answer q1
        requestUnknown             request=q9
        requestNotRouted           ! request q1 open
        notTheAnsweringKey         signer=a2
        requestAlreadyAnswered     ! request q1 answered
        requestExpired             ! request q1 until 100
        """)

    static let grant = FaultTable(
        "grant",
        """
        given                      50 | officer@insurer | request q1
        given                      50 | registrar@hospital1 | route q1 permit=a1@hospital1
        given                      50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base                       100 | p1 | grant g1 on=r1 to=officer@insurer request=q1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        requestUnknown             request=q9
        requestNotRouted           ! request q1 open
        requestAlreadyAnswered     ! request q1 answered
        requestExpired             ! request q1 until 100
        requestOfOtherMember       ! request q1 requester officer2@insurer
        granteeUnknown             ! member officer@insurer retired
        grantOfOtherKind           kind=transfer
        expiryInvalid              until=100
        grantTooWide               releases=0
        """)

    static let revoke = FaultTable(
        "revoke",
        """
        given                      50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given                      50 | p1 | grant g1 on=r1 to=officer@insurer
        base                       100 | p1 | revoke g1 on=r1
        recordUnknown              on=r9
        notTheOwner                signer=p2
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantRevoked               ! grant g1 revoked
        """)

    static let releaseGranted = FaultTable(
        "release under a grant",
        """
        given                      50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given                      50 | p1 | grant g1 on=r1 to=officer@insurer
        base                       100 | officer@insurer | release x1 on=r1 of=insurer grant=g1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend insurer
        memberUnknown              ! forget officer@insurer
        memberOfOtherOrganisation  ! member officer@insurer organisation hospital2
        memberRetired              ! member officer@insurer retired
        memberExpired              ! member officer@insurer expires 100
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              custodian=hospital2
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        notTheGrantee              ! grant g1 grantee officer2@insurer
        grantRevoked               ! grant g1 revoked
        grantNotYetValid           ! grant g1 from 101
        grantExpired               ! grant g1 until 100
        releasesUsedUp             ! grant g1 used 3
        basisNotAllowed            basis=care
        """)

    static let releaseToStaff = FaultTable(
        "release to staff",
        """
        given                      50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base                       100 | clinician@hospital1 | release x1 on=r1 of=hospital1 basis=care
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        memberUnknown              ! forget clinician@hospital1
        memberOfOtherOrganisation  ! member clinician@hospital1 organisation hospital2
        memberRetired              ! member clinician@hospital1 retired
        memberExpired              ! member clinician@hospital1 expires 100
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              custodian=hospital2
        basisMissing               basis=none
        basisNotAllowed            ! member clinician@hospital1 role officer
        """)

    static let releaseToOwner = FaultTable(
        "release to the owner",
        """
        given                      50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base                       100 | p1 | release x1 on=r1 basis=owner
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        notACustodian              custodian=hospital2
        basisMissing               basis=none
        basisNotAllowed            basis=care
        """)

    static let acknowledge = FaultTable(
        "acknowledge",
        """
        given                      50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given                      50 | p1 | grant g1 on=r1 to=gateway@hospital2 kind=transfer
        given                      50 | gateway@hospital2 | release x1 on=r1 grant=g1
        base                       100 | gateway@hospital2 | acknowledge r1 of=hospital2 grant=g1 release=x1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital2
        memberUnknown              ! forget gateway@hospital2
        memberOfOtherOrganisation  ! member gateway@hospital2 organisation hospital1
        memberRetired              ! member gateway@hospital2 retired
        memberExpired              ! member gateway@hospital2 expires 100
        organisationKindNotAllowed ! organisation hospital2 insurer
        roleNotAllowed             ! member gateway@hospital2 role officer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        alreadyCustodian           ! keeps r1 hospital2
        contentDiffers             files=other
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantOfOtherKind           ! grant g1 kind read
        notTheGrantee              ! grant g1 organisation hospital1
        grantRevoked               ! grant g1 revoked
        grantNotYetValid           ! grant g1 from 101
        grantExpired               ! grant g1 until 100
        releaseMissing             release=x9
        """)
}
