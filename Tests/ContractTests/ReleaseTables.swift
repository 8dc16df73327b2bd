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
        201 | officer2@insurer    | release x1 on=r1 grant=g1              | organisationSuspended

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
        """)
}
