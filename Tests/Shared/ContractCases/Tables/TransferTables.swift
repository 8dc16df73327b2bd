extension DecisionTable {
    static let dispatch = DecisionTable(
        "dispatch",
        """
        ## the sender signs what it sent, once for each release of a transfer
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b               | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer      | ok
        101 | p1                  | grant g2 on=r1 to=gateway@hospital2                    | ok
        101 | p1                  | grant g3 on=r1 to=gateway@laboratory kind=transfer     | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                              | ok
        102 | gateway@hospital2   | release x2 on=r1 grant=g2                              | ok
        102 | gateway@laboratory  | release x3 on=r1 grant=g3                              | ok
        103 | registrar@hospital1 | dispatch r1 grant=g9 release=x1              | grantUnknown
        103 | registrar@hospital1 | dispatch r1 grant=g2 release=x2              | grantOfOtherKind
        103 | registrar@hospital1 | dispatch r1 grant=g1 release=x9              | releaseMissing
        103 | registrar@hospital1 | dispatch r1 grant=g1 release=x3              | releaseMissing
        103 | registrar@hospital1 | dispatch r1 grant=g1 release=x1 contents=x                | contentDiffers
        101 | registrar@hospital1 | dispatch r1 grant=g1 release=x1              | clockBehindRecord
        103 | registrar@hospital1 | dispatch r1 grant=g1 release=x1              | ok
        104 | registrar@hospital1 | dispatch r1 grant=g1 release=x1              | nothingChanges
        104 | gateway@hospital2   | release x4 on=r1 grant=g1                              | ok
        104 | gateway@hospital1   | dispatch r1 grant=g1 release=x4              | ok
        105 | clinician@hospital1 | dispatch r1 grant=g3 release=x3              | ok

        ## of this record, from this custodian
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1                    | ok
        101 | p2                  | grant g2 on=r2 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x2 on=r2 grant=g2                         | ok
        103 | gateway@hospital1   | dispatch r9 grant=g2 release=x2                   | recordUnknown
        103 | gateway@hospital1   | dispatch r1 grant=g2 release=x2                   | grantForOtherRecord
        103 | gateway@hospital2   | dispatch r2 grant=g2 release=x2                   | notACustodian
        103 | gateway@hospital2   | acknowledge r2 grant=g2 release=x2                | ok
        104 | gateway@hospital2   | dispatch r2 grant=g2 release=x2                   | releaseMissing
        104 | gateway@hospital1   | dispatch r2 grant=g2 release=x2                   | ok

        ## who speaks is a custodian's member in force
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1 | ok
        103 | officer@hospital1   | dispatch r1 grant=g1 release=x1 | roleNotAllowed
        103 | auditor@hospital1   | dispatch r1 grant=g1 release=x1 | roleNotAllowed
        103 | gateway@insurer     | dispatch r1 grant=g1 release=x1 | organisationKindNotAllowed
        103 | gateway@hospital1   | dispatch r1 grant=g1 release=x1 of=nowhere | organisationUnknown
        103 | nobody@hospital1    | dispatch r1 grant=g1 release=x1 | memberUnknown
        103 | gateway@hospital2   | dispatch r1 grant=g1 release=x1 of=hospital1 | memberOfOtherOrganisation
        103 | root@hospital1      | retire gateway@hospital1 | ok
        103 | gateway@hospital1   | dispatch r1 grant=g1 release=x1 | memberRetired
        ! member registrar@hospital1 expires 103
        103 | registrar@hospital1 | dispatch r1 grant=g1 release=x1 | memberExpired
        ! suspend hospital1
        103 | clinician@hospital1 | dispatch r1 grant=g1 release=x1 | organisationSuspended
        """)

    static let acknowledge = DecisionTable(
        "acknowledge",
        """
        ## who received a transfer is a custodian too
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b          | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | clinician@hospital2 | release x0 on=r1 custodian=hospital2 basis=care   | notACustodian
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1      | ok
        104 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1      | alreadyCustodian
        104 | clinician@hospital2 | release x2 on=r1 custodian=hospital2 basis=care   | ok
        104 | clinician@hospital1 | release x3 on=r1 custodian=hospital1 basis=care   | ok

        ## the first custodian is one already
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital1 kind=transfer | ok
        102 | gateway@hospital1   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital1   | acknowledge r1 grant=g1 release=x1                | alreadyCustodian

        ## another clinician or gateway of the receiver may acknowledge
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1 | ok
        101 | p1                   | grant g1 on=r1 to=officer@hospital2 kind=transfer | ok
        102 | officer@hospital2    | release x1 on=r1 grant=g1 | ok
        103 | officer@hospital2    | acknowledge r1 grant=g1 release=x1 | roleNotAllowed
        103 | registrar@hospital2  | acknowledge r1 grant=g1 release=x1 | roleNotAllowed
        103 | nobody@hospital2     | acknowledge r1 grant=g1 release=x1 | memberUnknown
        103 | clinician@hospital2  | acknowledge r1 grant=g1 release=x1 of=nowhere | organisationUnknown
        103 | clinician@hospital1  | acknowledge r1 grant=g1 of=hospital2 | memberOfOtherOrganisation
        103 | clinician@insurer    | acknowledge r1 grant=g1 release=x1 | organisationKindNotAllowed
        103 | clinician@laboratory | acknowledge r1 grant=g1 release=x1 | notTheGrantee
        103 | root@hospital2       | enrol late@hospital2 role=clinician until=200 | ok
        200 | late@hospital2       | acknowledge r1 grant=g1 release=x1 | memberExpired
        200 | root@hospital2       | retire gateway@hospital2 | ok
        200 | gateway@hospital2    | acknowledge r1 grant=g1 release=x1 | memberRetired
        200 | clinician@hospital2  | acknowledge r1 grant=g1 release=x1 | ok

        ## of a suspended organisation nobody may
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        ! suspend hospital2
        103 | gateway@hospital2 | acknowledge r1 grant=g1 release=x1 | organisationSuspended

        ## nothing is saved without a transfer grant, a release under it and the same bytes
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 files=a,b | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        101 | p1                  | grant g2 on=r1 to=gateway@hospital2 kind=read | ok
        101 | p2                  | grant g3 on=r2 to=gateway@hospital2 kind=transfer | ok
        101 | p1                  | grant g4 on=r1 to=gateway@laboratory kind=transfer | ok
        102 | gateway@hospital2   | release x2 on=r1 grant=g2 | ok
        102 | gateway@hospital2   | release x3 on=r2 grant=g3 | ok
        102 | gateway@laboratory  | release x4 on=r1 grant=g4 | ok
        102 | p1                  | release x5 on=r1 basis=owner | ok
        103 | gateway@hospital2   | acknowledge r9 grant=g1 release=x1 | recordUnknown
        103 | gateway@hospital2   | acknowledge r1 grant=g9 release=x1 | grantUnknown
        103 | gateway@hospital2   | acknowledge r1 grant=g3 release=x3 | grantForOtherRecord
        103 | gateway@hospital2   | acknowledge r1 grant=g2 release=x2 | grantOfOtherKind
        103 | gateway@hospital2   | acknowledge r1 grant=g4 release=x4 | notTheGrantee
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x9 | releaseMissing
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x2 | releaseMissing
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x4 | releaseMissing
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x5 | releaseMissing
        104 | gateway@hospital2   | release x1 on=r1 grant=g1 | ok
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 contents=x | contentDiffers
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | clockBehindRecord
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | ok

        ## a transfer that has ended makes no custodian
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                              | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer until=200 | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                                   | ok
        200 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                          | grantExpired
        201 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                          | grantExpired
        ! grant g1 from 160
        159 | gateway@hospital2  | acknowledge r1 grant=g1 release=x1 | grantNotYetValid
        160 | gateway@hospital2  | acknowledge r1 grant=g1 release=x1 | ok
        161 | p1                 | grant g2 on=r1 to=gateway@laboratory kind=transfer until=200 | ok
        162 | gateway@laboratory | release x2 on=r1 grant=g2 | ok
        163 | p1                 | revoke g2 on=r1 | ok
        163 | gateway@laboratory | acknowledge r1 grant=g2 release=x2 | grantRevoked

        ## to the last second
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                              | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer until=200 | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                                   | ok
        199 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                          | ok

        ## of a removed record there is nothing to receive any more
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | p1                  | remove r1                                         | ok
        104 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | recordRemoved
        104 | gateway@hospital1   | acknowledge r1 grant=g1 release=x1                | alreadyCustodian
        105 | gateway@hospital1   | attestErasure r1                                  | ok
        106 | gateway@hospital1   | acknowledge r1 grant=g1 release=x1                | recordRemoved

        ## a custodian whose copy is older, or that erased it, receives it again
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer releases=9 coverage=growing | ok
        101 | p1                  | grant g2 on=r1 to=gateway@hospital2 kind=transfer releases=9 | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1 | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | ok
        104 | clinician@hospital1 | append r1 approve=p1 | ok
        105 | gateway@hospital2   | release x2 on=r1 grant=g2 | ok
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 contents=x | contentDiffers
        105 | gateway@hospital2   | acknowledge r1 grant=g2 release=x2 | superseded
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | ok
        106 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | alreadyCustodian
        107 | clinician@hospital1 | reseal r1 files=a,b approve=p1 | ok
        108 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | superseded
        109 | registrar@hospital2 | attestErasure r1 | ok
        110 | clinician@hospital1 | reseal r1 files=c,d grants=g1 approve=p1 | ok
        111 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 | ok

        ## what it has erased it need not erase again; what it has still, it must
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1                     | ok
        101 | p1                   | grant g1 on=r1 to=gateway@hospital2 kind=transfer  | ok
        101 | p1                   | grant g2 on=r1 to=gateway@laboratory kind=transfer | ok
        102 | gateway@hospital2    | release x1 on=r1 grant=g1                          | ok
        102 | gateway@laboratory   | release x2 on=r1 grant=g2                          | ok
        103 | gateway@hospital2    | acknowledge r1 grant=g1 release=x1                 | ok
        103 | gateway@laboratory   | acknowledge r1 grant=g2 release=x2                 | ok
        103 | registrar@laboratory | hold r1 until=107                                  | ok
        104 | clinician@hospital1  | reseal r1 grants=g1,g2 approve=p1                  | ok
        105 | registrar@hospital2  | attestErasure r1                                   | ok
        106 | gateway@hospital2    | acknowledge r1 grant=g1 release=x1      | ok
        106 | gateway@laboratory   | acknowledge r1 grant=g2 release=x2      | ok
        106 | registrar@hospital2  | attestErasure r1                                   | nothingToErase
        106 | registrar@laboratory | attestErasure r1                                   | recordHeld
        107 | registrar@laboratory | attestErasure r1                                   | ok
        107 | registrar@laboratory | attestErasure r1                                   | nothingToErase
        107 | clinician@laboratory | release x3 on=r1 custodian=laboratory basis=care   | ok
        """)
}
