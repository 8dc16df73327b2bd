/// What can be wrong with statements about what is kept.
extension FaultTable {
    static let ofRecords = [
        deposit, depositCustodial, append, appendWithConsent, reseal, dispatch, acknowledge, adopt,
        remove, attestErasure, hold,
    ]

    static let deposit = FaultTable(
        "deposit",
        """
        base 100 | clinician@hospital1 | deposit r1 of=hospital1 permit=p1@hospital1
        caller clinician@hospital1 kind role=officer
        permit p1@hospital1
        recordExists               50 | gateway@hospital1 | deposit r1 permit=p9@hospital1
        """)

    static let depositCustodial = FaultTable(
        "deposit without a permit",
        """
        base 100 | gateway@hospital1 | deposit r1 of=hospital1 custodial=permitsUsedUp
        caller gateway@hospital1 kind role=registrar
        recordExists               50 | clinician@hospital1 | deposit r1 permit=p9@hospital1
        """)

    static let append = FaultTable(
        "append under a grant",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | grant g1 on=r1 to=clinician@hospital1 kind=append
        base 100 | clinician@hospital1 | append r1 of=hospital1 grant=g1
        caller clinician@hospital1 kind role=officer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantOfOtherKind           ! grant g1 kind read
        notTheGrantee              ! grant g1 grantee officer@insurer
        grantRevoked               ! grant g1 revoked
        grantNotYetValid           ! grant g1 from 101
        grantExpired               ! grant g1 until 100
        releasesUsedUp             ! grant g1 used 3
        filesNotAllowed            files=scan
        superseded                 ! custody r1 hospital1 generation 7
        grantLapsed                ! grant g1 owner p9
        """)

    static let appendWithConsent = FaultTable(
        "append with consent",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | gateway@hospital1 | append r1 of=hospital1 approve=p1
        caller gateway@hospital1 kind role=registrar
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        consentMissing             approve=p2
        filesNotAllowed            files=scan
        superseded                 ! record r1 generation 7
        """)

    static let reseal = FaultTable(
        "reseal",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | grant g1 on=r1 to=officer@insurer
        given 50 | p1 | delegate d1 on=r1
        base 100 | clinician@hospital1 | reseal r1 of=hospital1 grants=g1 delegates=d1 approve=p1
        caller clinician@hospital1 kind role=officer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        delegationEnded            ! delegation r1 d1 ended
        delegationTooNarrow        ! delegation r1 d1 scope decide
        grantUnknown               grants=g9
        grantForOtherRecord        ! grant g1 record r2
        grantOfOtherKind           ! grant g1 kind append
        grantRevoked               ! grant g1 revoked
        grantExpired               ! grant g1 until 100
        consentMissing             approve=p2
        suiteTooWeak               suite=classical
        filesNotAllowed            files=scan
        superseded                 ! custody r1 hospital1 generation 7
        grantLapsed                ! grant g1 owner p9
        reassignmentPending        ! record r1 reassigned 500
        """)

    static let dispatch = FaultTable(
        "dispatch",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | grant g1 on=r1 to=gateway@hospital2 kind=transfer
        given 50 | gateway@hospital2 | release x1 on=r1 grant=g1
        base 100 | registrar@hospital1 | dispatch r1 of=hospital1 grant=g1 release=x1
        caller registrar@hospital1 kind role=officer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        contentDiffers             contents=other
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantOfOtherKind           ! grant g1 kind read
        releaseMissing             release=x9
        nothingChanges             ! release x1 dispatched
        """)

    static let acknowledge = FaultTable(
        "acknowledge",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | grant g1 on=r1 to=gateway@hospital2 kind=transfer
        given 50 | gateway@hospital2 | release x1 on=r1 grant=g1
        base 100 | gateway@hospital2 | acknowledge r1 of=hospital2 grant=g1 release=x1
        caller gateway@hospital2 kind role=registrar
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        alreadyCustodian           ! keeps r1 hospital2
        contentDiffers             contents=other
        recordRemoved              ! record r1 removed
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantOfOtherKind           ! grant g1 kind read
        notTheGrantee              ! grant g1 organisation hospital1
        grantRevoked               ! grant g1 revoked
        grantNotYetValid           ! grant g1 from 101
        grantExpired               ! grant g1 until 100
        releaseMissing             release=x9
        superseded                 ! grant g1 sealing 7
        grantLapsed                ! grant g1 owner p9
        """)

    static let adopt = FaultTable(
        "adopt",
        """
        given 50 | clinician@hospital1 | deposit r1 custodial=patientUnable
        base 100 | registrar@hospital1 | adopt r1 of=hospital1 permit=p1@hospital1
        caller registrar@hospital1 kind role=officer
        permit p1@hospital1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordOwned                ! record r1 owner p2
        """)

    static let remove = FaultTable(
        "remove",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | p1 | remove r1
        recordUnknown              on=r9
        notTheOwner                signer=p2
        recordRemoved              ! record r1 removed
        """)

    static let attestErasure = FaultTable(
        "attestErasure",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | remove r1
        base 100 | registrar@hospital1 | attestErasure r1 of=hospital1
        caller registrar@hospital1 kind role=officer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        nothingToErase             ! record r1 removed no
        recordHeld                 ! custody r1 hospital1 held 101
        """)

    static let hold = FaultTable(
        "hold",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | registrar@hospital1 | hold r1 until=200
        base 100 | registrar@hospital1 | hold r1 of=hospital1 until=none
        caller registrar@hospital1 kind role=clinician
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        expiryInvalid              until=100
        notHeld                    ! custody r1 hospital1 held no
        """)
}
