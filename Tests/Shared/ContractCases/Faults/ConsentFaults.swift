/// What can be wrong with requests and with what the patient orders.
extension FaultTable {
    static let ofConsent = [
        request, route, answer, grant, grantInAnswer, revoke, delegate, undelegate, instruct,
        reassign, veto,
    ]

    static let request = FaultTable(
        "request",
        """
        base 100 | officer@insurer | request q1 of=insurer custodian=hospital1
        caller officer@insurer role=auditor
        custodianUnknown           custodian=auditor
        expiryInvalid              until=100
        purposeNotAllowed          purpose=treatment
        """)

    static let route = FaultTable(
        "route",
        """
        given 50 | officer@insurer | request q1
        base 100 | registrar@hospital1 | route q1 of=hospital1 permit=a1@hospital1
        caller registrar@hospital1 kind role=officer
        permit a1@hospital1
        requestUnknown             request=q9
        requestOfOtherCustodian    ! request q1 custodian hospital2
        requestAlreadyRouted       50 | registrar@hospital1 | route q1 permit=a9@hospital1
        requestExpired             ! request q1 until 100
        """)

    static let answer = FaultTable(
        "answer",
        """
        given 50 | officer@insurer | request q1
        given 50 | registrar@hospital1 | route q1 permit=a1@hospital1
        base 100 | a1 | answer q1
        requestUnknown             request=q9
        requestNotRouted           ! request q1 open
        notTheAnsweringKey         signer=a2
        requestAlreadyAnswered     ! request q1 answered
        requestExpired             ! request q1 until 100
        """)

    static let grant = FaultTable(
        "grant",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | p1 | grant g1 on=r1 to=officer@insurer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        recordRemoved              ! record r1 removed
        requestUnknown             request=q9
        granteeUnknown             ! member officer@insurer retired
        grantOfOtherKind           kind=transfer
        expiryInvalid              until=100
        grantTooWide               releases=0
        purposeNotAllowed          purpose=treatment
        suiteTooWeak               ! member officer@insurer suite classical
        """)

    static let grantInAnswer = FaultTable(
        "grant by a delegate, in answer to a request",
        """
        given 50 | clinician@hospital2 | request q1 purpose=treatment
        given 50 | registrar@hospital1 | route q1 permit=a1@hospital1
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | delegate d1 on=r1
        base 100 | d1 | grant g1 on=r1 to=clinician@hospital2 request=q1 purpose=treatment
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        recordRemoved              ! record r1 removed
        delegationEnded            ! delegation r1 d1 ended
        delegationTooNarrow        ! delegation r1 d1 scope read
        requestUnknown             request=q9
        requestNotRouted           ! request q1 open
        requestAlreadyAnswered     ! request q1 answered
        requestExpired             ! request q1 until 100
        requestOfOtherMember       ! request q1 requester registrar@hospital2
        purposeDiffers             ! request q1 purpose claim
        granteeUnknown             ! member clinician@hospital2 retired
        expiryInvalid              until=100
        grantTooWide               releases=10001
        purposeNotAllowed          ! organisation hospital2 kind insurer
        suiteTooWeak               ! member clinician@hospital2 suite classical
        """)

    static let revoke = FaultTable(
        "revoke",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | grant g1 on=r1 to=officer@insurer
        given 50 | p1 | delegate d1 on=r1
        base 100 | d1 | revoke g1 on=r1
        recordUnknown              on=r9
        notTheOwner                signer=p2
        delegationEnded            ! delegation r1 d1 ended
        delegationTooNarrow        ! delegation r1 d1 scope read
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantRevoked               ! grant g1 revoked
        """)

    static let delegate = FaultTable(
        "delegate",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | p1 | delegate d1 on=r1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        recordRemoved              ! record r1 removed
        expiryInvalid              until=100
        keyNotOneTime              ! copy clinician@hospital2 d1
        """)

    static let undelegate = FaultTable(
        "undelegate",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | delegate d1 on=r1
        base 100 | p1 | undelegate d1 on=r1
        recordUnknown              on=r9
        notTheOwner                signer=p2
        delegationEnded            ! delegation r1 d1 ended
        """)

    static let instruct = FaultTable(
        "instruct",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | p1 | instruct r1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        recordRemoved              ! record r1 removed
        """)

    static let reassign = FaultTable(
        "reassign",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | registrar@hospital1 | reassign r1 of=hospital1 permit=p9@hospital1
        caller registrar@hospital1 kind role=clinician
        approvalMissing            approve=none
        approverNotAllowed         ! member auditor@auditor retired
        permit p9@hospital1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        recordNotOwned             ! record r1 owner none
        superseded                 ! custody r1 hospital1 sealing 7
        reassignmentPending        ! record r1 reassigned 500
        """)

    static let veto = FaultTable(
        "veto",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | registrar@hospital1 | reassign r1 permit=p9@hospital1
        base 100 | p1 | veto r1
        recordUnknown              on=r9
        notTheOwner                signer=p2
        noReassignment             ! record r1 reassigned no
        """)
}
