/// What can be wrong with releases and with emergencies.
extension FaultTable {
    static let ofReleases = [
        releaseGranted, releaseToStaff, releaseToOwner, releaseToDelegate, releaseInEmergency,
        emergency, review, reviewByOwner,
    ]

    static let releaseGranted = FaultTable(
        "release under a grant",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | grant g1 on=r1 to=officer@insurer
        base 100 | officer@insurer | release x1 on=r1 of=insurer grant=g1
        caller officer@insurer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              custodian=hospital2
        recordRemoved              ! record r1 removed
        grantUnknown               grant=g9
        grantForOtherRecord        ! grant g1 record r2
        grantOfOtherKind           ! grant g1 kind append
        notTheGrantee              ! grant g1 grantee officer2@insurer
        grantRevoked               ! grant g1 revoked
        grantNotYetValid           ! grant g1 from 101
        grantExpired               ! grant g1 until 100
        releasesUsedUp             ! grant g1 used 3
        basisNotAllowed            basis=care
        suiteTooWeak               ! member officer@insurer suite classical
        superseded                 ! grant g1 sealing 7
        grantLapsed                ! grant g1 owner p9
        """)

    static let releaseToStaff = FaultTable(
        "release to staff",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | clinician@hospital1 | release x1 on=r1 of=hospital1 basis=care
        caller clinician@hospital1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              custodian=hospital2
        recordRemoved              ! record r1 removed
        basisMissing               basis=none
        basisNotAllowed            ! member clinician@hospital1 role officer
        superseded                 ! custody r1 hospital1 sealing 7
        """)

    static let releaseToOwner = FaultTable(
        "release to the owner",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | p1 | release x1 on=r1 basis=owner
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        basisMissing               basis=none
        basisNotAllowed            basis=care
        superseded                 ! custody r1 hospital1 sealing 7
        """)

    static let releaseToDelegate = FaultTable(
        "release to a delegate",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | p1 | delegate d1 on=r1
        base 100 | d1 | release x1 on=r1 basis=delegate
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        notACustodian              custodian=hospital2
        recordRemoved              ! record r1 removed
        delegationEnded            ! delegation r1 d1 ended
        delegationTooNarrow        ! delegation r1 d1 scope decide
        basisMissing               basis=none
        basisNotAllowed            basis=owner
        superseded                 ! delegation r1 d1 sealing 7
        """)

    static let releaseInEmergency = FaultTable(
        "release in an emergency",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | clinician@hospital1 | emergency e1 on=r1
        base 100 | clinician@hospital2 | release x1 on=r1 of=hospital2 basis=emergency emergency=e1
        caller clinician@hospital2
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        basisMissing               basis=none
        basisNotAllowed            basis=care
        suiteTooWeak               ! member clinician@hospital2 suite classical
        superseded                 ! custody r1 hospital1 sealing 7
        emergenciesRefused         ! record r1 emergencies refused
        emergencyUnknown           emergency=e9
        emergencyForOtherRecord    ! emergency e1 record r2
        notTheReader               ! emergency e1 reader clinician@hospital1
        emergencyEnded             ! emergency e1 until 100
        """)

    static let emergency = FaultTable(
        "emergency",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        base 100 | clinician@hospital1 | emergency e1 on=r1
        caller clinician@hospital1 kind role=registrar
        approvalMissing            approve=none
        approverNotAllowed         ! member clinician2@hospital1 retired
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notACustodian              ! custody r1 hospital1 erased
        recordRemoved              ! record r1 removed
        granteeUnknown             ! member clinician@hospital2 retired
        expiryInvalid              until=100
        grantTooWide               until=2d
        suiteTooWeak               ! member clinician@hospital2 suite classical
        superseded                 ! custody r1 hospital1 sealing 7
        emergenciesRefused         ! record r1 emergencies refused
        """)

    static let review = FaultTable(
        "review",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | clinician@hospital1 | emergency e1 on=r1 until=60
        base 100 | auditor@auditor | review e1 on=r1 of=auditor
        caller auditor@auditor role=officer
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        emergencyUnknown           emergency=e9
        emergencyForOtherRecord    ! emergency e1 record r2
        alreadyReviewed            ! emergency e1 foundBy auditor
        emergencyRuns              ! emergency e1 until 101
        reviewerNotAllowed         ! organisation auditor kind insurer
        """)

    static let reviewByOwner = FaultTable(
        "review by the owner",
        """
        given 50 | clinician@hospital1 | deposit r1 permit=p1@hospital1
        given 50 | clinician@hospital1 | emergency e1 on=r1 until=60
        base 100 | p1 | review e1 on=r1
        recordUnknown              on=r9
        clockBehindRecord          ! seen r1 101
        notTheOwner                signer=p2
        emergencyUnknown           emergency=e9
        emergencyForOtherRecord    ! emergency e1 record r2
        alreadyReviewed            ! emergency e1 foundByOwner p1
        emergencyRuns              ! emergency e1 until 101
        """)
}
