/// What can be wrong with statements about organisations and members.
extension FaultTable {
    static let ofMembers = [admit, suspend, rotateRoot, enrol, retire]

    static let admit = FaultTable(
        "admit",
        """
        base 100 | root@hospital1 | admit clinic by=hospitals,insurer,laboratory
        organisationUnknown        by=hospitals,insurer,nowhere
        organisationSuspended      ! suspend insurer
        notTheRoot                 signer=clinician@hospital1
        approvalMissing            approve=root@hospital2,root@insurer,root@laboratory
        tooFewRoots                ! active 8
        organisationExists         50 | root@hospital1 | admit clinic by=auditor,hospitals root=r validator=v
        keyNotOneTime              ! copy clinician2@hospital1 root@clinic
        """)

    static let suspend = FaultTable(
        "suspend",
        """
        base 100 | root@hospital1 | suspend auditor by=hospitals,insurer
        organisationUnknown        by=hospitals,nowhere
        organisationSuspended      ! suspend insurer
        notTheRoot                 signer=clinician@hospital1
        approvalMissing            approve=root@hospital2
        tooFewRoots                ! active 6
        nothingChanges             ! suspend auditor
        lastOrganisation           ! active 1
        quorumUnreachable          ! quorum 1 auditor
        """)

    static let rotateRoot = FaultTable(
        "rotateRoot",
        """
        base 100 | root@hospital1 | rotateRoot laboratory by=hospitals,insurer
        organisationUnknown        by=hospitals,nowhere
        organisationSuspended      ! suspend insurer
        notTheRoot                 signer=clinician@hospital1
        approvalMissing            approve=root@hospital2,root@insurer
        tooFewRoots                ! active 6
        keyNotOneTime              ! copy clinician2@hospital1 root2@laboratory
        """)

    static let enrol = FaultTable(
        "enrol",
        """
        base 100 | root@hospital1 | enrol nurse of=hospital1 replaces=clinician@hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        notTheRoot                 signer=root@hospital2
        memberUnknown              ! forget clinician@hospital1
        memberOfOtherOrganisation  ! member clinician@hospital1 organisation hospital2
        memberRetired              ! member clinician@hospital1 retired
        memberExists               ! copy clinician2@hospital1 nurse
        approvalMissing            lacks=nurse
        expiryInvalid              until=100
        keyNotOneTime              50 | clinician2@hospital1 | deposit r1 permit=nurse@hospital1
        """)

    static let retire = FaultTable(
        "retire",
        """
        base 100 | root@hospital1 | retire clinician@hospital1 of=hospital1
        organisationUnknown        of=nowhere
        organisationSuspended      ! suspend hospital1
        notTheRoot                 signer=root@hospital2
        memberUnknown              ! forget clinician@hospital1
        memberOfOtherOrganisation  ! member clinician@hospital1 organisation hospital2
        memberRetired              ! member clinician@hospital1 retired
        """)
}
