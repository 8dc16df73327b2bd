extension DecisionTable {
    static let release = DecisionTable(
        "release",
        """
        ## under a grant: its grantee alone
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1                | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer             | ok
        102 | officer@insurer     | release x1 on=r1 grant=g1                     | ok
        102 | officer2@insurer    | release x2 on=r1 grant=g1                     | notTheGrantee
        102 | gateway@hospital1   | release x2 on=r1 grant=g1                     | notTheGrantee
        102 | officer@insurer     | release x2 on=r1 grant=g9                     | grantUnknown
        102 | officer@insurer     | release x2 on=r1                              | basisMissing
        102 | officer@insurer     | release x2 on=r2 grant=g1                     | grantForOtherRecord
        102 | officer@insurer     | release x2 on=r9 grant=g1                     | recordUnknown
        102 | officer@insurer     | release x2 on=r1 grant=g1 custodian=hospital2 | notACustodian
        102 | officer@insurer     | release x2 on=r1 grant=g1 custodian=nowhere   | notACustodian
        102 | officer@insurer     | release x2 on=r1 grant=g1 basis=care          | basisNotAllowed
        101 | officer@insurer     | release x2 on=r1 grant=g1                     | clockBehindRecord

        ## under a transfer grant too, and from every custodian
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | ok
        104 | p1                  | grant g2 on=r1 to=officer@insurer                 | ok
        105 | officer@insurer     | release x2 on=r1 grant=g2 custodian=hospital1     | ok
        106 | officer@insurer     | release x3 on=r1 grant=g2 custodian=hospital2     | ok
        106 | p1                  | release x4 on=r1 basis=owner custodian=hospital2  | ok

        ## in the grant's time: from notBefore, up to but not at notAfter
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                       | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer from=150 until=200 | ok
        149 | officer@insurer     | release x1 on=r1 grant=g1                            | grantNotYetValid
        150 | officer@insurer     | release x1 on=r1 grant=g1                            | ok
        199 | officer@insurer     | release x2 on=r1 grant=g1                            | ok
        200 | officer@insurer     | release x3 on=r1 grant=g1                            | grantExpired
        201 | officer@insurer     | release x3 on=r1 grant=g1                            | grantExpired

        ## as many as the owner allowed
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1               | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer releases=2 | ok
        102 | officer@insurer     | release x1 on=r1 grant=g1 as=x1              | ok
        102 | officer@insurer     | replay x1                                    | replayed
        103 | officer@insurer     | release x2 on=r1 grant=g1                    | ok
        104 | officer@insurer     | release x3 on=r1 grant=g1                    | releasesUsedUp
        105 | p1                  | revoke g1 on=r1                              | ok
        106 | officer@insurer     | release x3 on=r1 grant=g1                    | grantRevoked

        ## the reader is a member in force
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1         | ok
        100 | root@insurer        | enrol officer3@insurer until=200       | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer      | ok
        101 | p1                  | grant g3 on=r1 to=officer3@insurer     | ok
        102 | officer@insurer     | release x1 on=r1 grant=g1 of=nowhere   | organisationUnknown
        102 | nobody@insurer      | release x1 on=r1 grant=g1              | memberUnknown
        102 | officer@insurer     | release x1 on=r1 grant=g1 of=hospital1 | memberOfOtherOrganisation
        102 | officer@insurer     | release x1 on=r1 grant=g1 of=none      | notTheOwner
        199 | officer3@insurer    | release x3 on=r1 grant=g3              | ok
        200 | officer3@insurer    | release x4 on=r1 grant=g3              | memberExpired
        201 | officer3@insurer    | release x4 on=r1 grant=g3              | memberExpired
        201 | root@insurer        | retire officer@insurer                 | ok
        201 | officer@insurer     | release x1 on=r1 grant=g1              | memberRetired
        ! suspend insurer
        201 | officer2@insurer | release x1 on=r1 grant=g1 | organisationSuspended

        ## under a grant to a role: whoever has it in that organisation
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1 | ok
        100 | root@hospital2       | enrol clinician2@hospital2 | ok
        101 | p1                   | grant g1 on=r1 to=clinicians@hospital2 role=clinician releases=2 | ok
        102 | clinician@hospital2  | release x1 on=r1 grant=g1 | ok
        102 | clinician@laboratory | release x2 on=r1 grant=g1 | notTheGrantee
        102 | gateway@hospital2    | release x2 on=r1 grant=g1 | notTheGrantee
        102 | clinician2@hospital2 | release x2 on=r1 grant=g1 | ok
        102 | clinician@hospital2  | release x3 on=r1 grant=g1 | releasesUsedUp

        ## not under a grant that lets append only
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                  | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital1 kind=append | ok
        102 | gateway@hospital1   | release x1 on=r1 grant=g1                       | grantOfOtherKind
        102 | gateway@hospital1   | release x1 on=r1 grant=g1 basis=care            | grantOfOtherKind

        ## to a key of the record's own kind or a stronger one
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1 suite=classical                | ok
        100 | root@insurer         | enrol officer3@insurer suite=classical                        | ok
        101 | p1                   | grant g1 on=r1 to=officer3@insurer                            | ok
        101 | p1                   | grant g2 on=r1 to=officer@insurer                             | ok
        102 | officer3@insurer     | release x1 on=r1 grant=g1                                     | ok
        103 | clinician@hospital1  | reseal r1 approve=p1 suite=hybrid grants=g1,g2                | ok
        104 | officer3@insurer     | release x2 on=r1 grant=g1                                     | suiteTooWeak
        104 | officer@insurer      | release x2 on=r1 grant=g2                                     | ok
        104 | root@hospital2       | enrol clinician3@hospital2 suite=classical                    | ok
        104 | p1                   | grant g3 on=r1 to=clinicians@hospital2 role=clinician         | ok
        105 | clinician3@hospital2 | release x3 on=r1 grant=g3                                     | suiteTooWeak
        105 | clinician@hospital2  | release x3 on=r1 grant=g3                                     | ok

        ## not what was removed, nor what was sealed anew without it
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer | ok
        102 | clinician@hospital1 | reseal r1 approve=p1              | ok
        103 | officer@insurer     | release x1 on=r1 grant=g1         | superseded
        104 | p1                  | grant g2 on=r1 to=officer@insurer | ok
        105 | officer@insurer     | release x1 on=r1 grant=g2         | ok
        106 | p1                  | remove r1                         | ok
        107 | officer@insurer     | release x2 on=r1 grant=g2         | recordRemoved
        107 | registrar@hospital1 | attestErasure r1                  | ok
        108 | officer@insurer     | release x2 on=r1 grant=g2         | notACustodian
        """)

    static let releaseOnABasis = DecisionTable(
        "release: on a basis",
        """
        ## the custodian's own staff, on a basis that its role has
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                  | ok
        101 | clinician@hospital1 | release x1 on=r1 basis=care                     | ok
        101 | gateway@hospital1   | release x2 on=r1 basis=care                     | ok
        101 | registrar@hospital1 | release x3 on=r1 basis=administration           | ok
        101 | gateway@hospital1   | release x4 on=r1 basis=administration           | ok
        101 | registrar@hospital1 | release x9 on=r1 basis=care                     | basisNotAllowed
        101 | officer@hospital1   | release x9 on=r1 basis=care                     | basisNotAllowed
        101 | auditor@hospital1   | release x9 on=r1 basis=care                     | basisNotAllowed
        101 | clinician@hospital1 | release x9 on=r1 basis=administration           | basisNotAllowed
        101 | officer@hospital1   | release x9 on=r1 basis=administration           | basisNotAllowed
        101 | auditor@hospital1   | release x9 on=r1 basis=administration           | basisNotAllowed
        101 | clinician@hospital1 | release x9 on=r1 basis=owner                    | basisNotAllowed
        101 | clinician@hospital2 | release x9 on=r1 basis=care                     | basisNotAllowed
        101 | registrar@hospital2 | release x9 on=r1 basis=administration           | basisNotAllowed
        101 | clinician@hospital2 | release x9 on=r1 basis=care custodian=hospital2 | notACustodian
        101 | clinician@insurer   | release x9 on=r1 basis=care                     | basisNotAllowed
        101 | clinician@hospital1 | release x9 on=r1                                | basisMissing

        ## the owner
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                   | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1                   | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer                | ok
        101 | p1                  | release x1 on=r1 basis=owner                     | ok
        101 | p2                  | release x2 on=r1 basis=owner                     | notTheOwner
        101 | p1                  | release x2 on=r1                                 | basisMissing
        101 | p1                  | release x2 on=r1 basis=care                      | basisNotAllowed
        101 | p1                  | release x2 on=r1 basis=administration            | basisNotAllowed
        101 | p1                  | release x2 on=r1 grant=g1                        | basisMissing
        101 | p1                  | release x2 on=r1 grant=g1 basis=owner            | basisNotAllowed
        101 | p1                  | release x2 on=r1 basis=owner of=hospital1        | memberUnknown
        101 | p1                  | release x2 on=r1 basis=owner custodian=hospital2 | notACustodian
        100 | p1                  | release x2 on=r1 basis=owner                     | clockBehindRecord
        101 | p1                  | release x2 on=r1 basis=delegate                  | basisNotAllowed
        101 | p1                  | release x2 on=r1 basis=emergency                 | basisNotAllowed

        ## a delegate
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1           | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1           | ok
        101 | p1                  | delegate d1 on=r1 scope=read             | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer        | ok
        102 | d1                  | release x1 on=r1 basis=delegate          | ok
        102 | d1                  | release x2 on=r2 basis=delegate          | notTheOwner
        102 | d1                  | release x2 on=r1 basis=owner             | basisNotAllowed
        102 | d1                  | release x2 on=r1 basis=care              | basisNotAllowed
        102 | d1                  | release x2 on=r1 basis=emergency         | basisNotAllowed
        102 | d1                  | release x2 on=r1                         | basisMissing
        102 | d1                  | release x2 on=r1 grant=g1                | basisMissing
        102 | d1                  | release x2 on=r1 grant=g1 basis=delegate | basisNotAllowed
        102 | officer@insurer     | release x2 on=r1 basis=delegate          | basisNotAllowed
        102 | clinician@hospital1 | release x2 on=r1 basis=delegate          | basisNotAllowed

        ## a reader in an emergency
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1                | ok
        101 | p1                  | grant g1 on=r1 to=clinician@hospital2         | ok
        101 | clinician@hospital1 | emergency e1 on=r1 until=200                  | ok
        102 | clinician@hospital2 | release x1 on=r1 basis=emergency              | basisNotAllowed
        102 | clinician@hospital2 | release x1 on=r1 basis=care emergency=e1      | basisNotAllowed
        102 | clinician@hospital2 | release x1 on=r1 grant=g1 emergency=e1        | basisNotAllowed
        102 | clinician@hospital2 | release x1 on=r1 emergency=e1                 | basisMissing
        102 | clinician@hospital1 | release x1 on=r1 basis=care emergency=e1      | basisNotAllowed
        102 | p1                  | release x1 on=r1 basis=emergency emergency=e1 | basisNotAllowed
        102 | clinician@hospital2 | release x1 on=r1 basis=emergency emergency=e9 | emergencyUnknown
        102 | clinician@hospital2 | release x1 on=r2 basis=emergency emergency=e1 | emergencyForOtherRecord
        102 | gateway@hospital2   | release x1 on=r1 basis=emergency emergency=e1 | notTheReader
        102 | clinician@hospital1 | release x1 on=r1 basis=emergency emergency=e1 | notTheReader
        199 | clinician@hospital2 | release x1 on=r1 basis=emergency emergency=e1 | ok
        199 | clinician@hospital2 | release x2 on=r1 basis=emergency emergency=e1 | ok
        200 | clinician@hospital2 | release x3 on=r1 basis=emergency emergency=e1 | emergencyEnded

        ## from the custodian that declared it, until the record is sealed anew
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                     | ok
        101 | p1                  | grant g1 on=r1 to=gateway@laboratory kind=transfer | ok
        102 | gateway@laboratory  | release x1 on=r1 grant=g1                          | ok
        103 | gateway@laboratory  | acknowledge r1 grant=g1 release=x1                 | ok
        104 | clinician@hospital1 | emergency e1 on=r1                                 | ok
        105 | clinician@hospital2 | release x2 on=r1 basis=emergency emergency=e1      | ok
        ! emergency e1 custodian laboratory
        106 | clinician@hospital2 | release x3 on=r1 basis=emergency emergency=e1 | emergencyForOtherRecord
        ! emergency e1 custodian hospital1
        106 | clinician@hospital1 | reseal r1 approve=p1                          | ok
        107 | clinician@hospital2 | release x3 on=r1 basis=emergency emergency=e1 | emergencyEnded
        """)
}
