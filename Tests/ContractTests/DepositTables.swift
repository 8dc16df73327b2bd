extension DecisionTable {
    static let deposit = DecisionTable(
        "deposit",
        """
        ## custodians' clinicians and gateways deposit
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1             | ok
        100 | gateway@hospital1    | deposit r2 permit=p2@hospital1             | ok
        100 | clinician@laboratory | deposit r3 permit=p3@laboratory            | ok
        100 | gateway@hospital2    | deposit r4 permit=p4@hospital2 files=a,b,c | ok
        100 | registrar@hospital1  | deposit r5 permit=p5@hospital1             | roleNotAllowed
        100 | officer@hospital1    | deposit r5 permit=p5@hospital1             | roleNotAllowed
        100 | auditor@hospital1    | deposit r5 permit=p5@hospital1             | roleNotAllowed
        100 | clinician@insurer    | deposit r5 permit=p5@insurer               | organisationKindNotAllowed
        100 | auditor@auditor      | deposit r5 permit=p5@auditor               | organisationKindNotAllowed

        ## who speaks is a member in force
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 of=nowhere   | organisationUnknown
        100 | nobody@hospital1    | deposit r1 permit=p1@hospital1              | memberUnknown
        100 | root@hospital1      | deposit r1 permit=p1@hospital1              | memberUnknown
        100 | p1                  | deposit r1 permit=p1@hospital1 of=hospital1 | memberUnknown
        100 | clinician@hospital2 | deposit r1 permit=p1@hospital1 of=hospital1 | memberOfOtherOrganisation
        100 | root@hospital1      | enrol late@hospital1 until=200              | ok
        199 | late@hospital1      | deposit r1 permit=p1@hospital1              | ok
        200 | late@hospital1      | deposit r2 permit=p2@hospital1              | memberExpired
        201 | late@hospital1      | deposit r2 permit=p2@hospital1              | memberExpired
        201 | root@hospital1      | retire clinician@hospital1                  | ok
        201 | clinician@hospital1 | deposit r2 permit=p2@hospital1              | memberRetired
        ! suspend hospital1
        201 | gateway@hospital1   | deposit r2 permit=p2@hospital1              | organisationSuspended

        ## nothing is saved without the patient's permit, and each serves once
        100 | clinician@hospital1 | deposit r1                                    | permitMissing
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital2                | permitForOtherOrganisation
        100 | clinician@hospital2 | deposit r1 permit=p1@hospital1                | permitForOtherOrganisation
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitForged   | signatureInvalid
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitForeign  | signatureInvalid
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitBroken   | malformed
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                | ok
        101 | clinician@hospital1 | deposit r2 permit=p1@hospital1                | permitUsed
        101 | clinician@hospital1 | deposit r2 permit=p1@hospital1 permitUntil=4000d | permitUsed
        101 | clinician@hospital2 | deposit r2 permit=p1@hospital2                | permitUsed
        101 | officer@insurer     | request q1                                    | ok
        102 | clinician@hospital1 | route q1 permit=a1@hospital1                  | ok
        103 | clinician@hospital1 | deposit r2 permit=a1@hospital1                | permitUsed

        ## a permit ends
        199 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitUntil=200 | ok
        200 | clinician@hospital1 | deposit r2 permit=p2@hospital1 permitUntil=200 | permitExpired
        201 | clinician@hospital1 | deposit r2 permit=p2@hospital1 permitUntil=200 | permitExpired
        201 | clinician@hospital1 | deposit r2 permit=p2@hospital1 permitUntil=202 | ok

        ## a handle names one record for ever
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        100 | clinician@hospital1 | deposit r1 permit=p2@hospital1 | recordExists
        100 | clinician@hospital2 | deposit r1 permit=p2@hospital2 | recordExists
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 | ok

        ## a member is no patient
        100 | root@hospital1      | enrol p1 of=hospital1          | ok
        100 | clinician@hospital1 | deposit r2 permit=p1@hospital1 | keyNotOneTime
        100 | root@insurer        | enrol p2 of=insurer            | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 | keyNotOneTime
        """)

    static let acknowledge = DecisionTable(
        "acknowledge",
        """
        ## who received a transfer is a custodian too
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b          | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | clinician@hospital2 | release x0 on=r1 custodian=hospital2 basis=care   | notACustodian
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a,b      | ok
        104 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a,b      | alreadyCustodian
        104 | clinician@hospital2 | release x2 on=r1 custodian=hospital2 basis=care   | ok
        104 | clinician@hospital1 | release x3 on=r1 custodian=hospital1 basis=care   | ok

        ## the first custodian is one already
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital1 kind=transfer | ok
        102 | gateway@hospital1   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital1   | acknowledge r1 grant=g1 release=x1                | alreadyCustodian

        ## another clinician or gateway of the receiver may acknowledge
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1               | ok
        101 | p1                   | grant g1 on=r1 to=officer@hospital2 kind=transfer | ok
        102 | officer@hospital2    | release x1 on=r1 grant=g1                    | ok
        103 | officer@hospital2    | acknowledge r1 grant=g1 release=x1           | roleNotAllowed
        103 | registrar@hospital2  | acknowledge r1 grant=g1 release=x1           | roleNotAllowed
        103 | nobody@hospital2     | acknowledge r1 grant=g1 release=x1           | memberUnknown
        103 | clinician@hospital2  | acknowledge r1 grant=g1 release=x1 of=nowhere | organisationUnknown
        103 | clinician@hospital1  | acknowledge r1 grant=g1 of=hospital2         | memberOfOtherOrganisation
        103 | clinician@insurer    | acknowledge r1 grant=g1 release=x1           | organisationKindNotAllowed
        103 | clinician@laboratory | acknowledge r1 grant=g1 release=x1           | notTheGrantee
        103 | root@hospital2       | enrol late@hospital2 role=clinician until=200 | ok
        200 | late@hospital2       | acknowledge r1 grant=g1 release=x1           | memberExpired
        200 | root@hospital2       | retire gateway@hospital2                     | ok
        200 | gateway@hospital2    | acknowledge r1 grant=g1 release=x1           | memberRetired
        200 | clinician@hospital2  | acknowledge r1 grant=g1 release=x1           | ok

        ## of a suspended organisation nobody may
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        ! suspend hospital2
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | organisationSuspended

        ## nothing is saved without a transfer grant, a release under it and the same bytes
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b             | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 files=a,b             | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer    | ok
        101 | p1                  | grant g2 on=r1 to=gateway@hospital2 kind=read        | ok
        101 | p2                  | grant g3 on=r2 to=gateway@hospital2 kind=transfer    | ok
        101 | p1                  | grant g4 on=r1 to=gateway@laboratory kind=transfer   | ok
        102 | gateway@hospital2   | release x2 on=r1 grant=g2                            | ok
        102 | gateway@hospital2   | release x3 on=r2 grant=g3                            | ok
        102 | gateway@laboratory  | release x4 on=r1 grant=g4                            | ok
        102 | p1                  | release x5 on=r1 basis=owner                         | ok
        103 | gateway@hospital2   | acknowledge r9 grant=g1 release=x1 files=a,b         | recordUnknown
        103 | gateway@hospital2   | acknowledge r1 grant=g9 release=x1 files=a,b         | grantUnknown
        103 | gateway@hospital2   | acknowledge r1 grant=g3 release=x3 files=a,b         | grantForOtherRecord
        103 | gateway@hospital2   | acknowledge r1 grant=g2 release=x2 files=a,b         | grantOfOtherKind
        103 | gateway@hospital2   | acknowledge r1 grant=g4 release=x4 files=a,b         | notTheGrantee
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x9 files=a,b         | releaseMissing
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x2 files=a,b         | releaseMissing
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x4 files=a,b         | releaseMissing
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x5 files=a,b         | releaseMissing
        104 | gateway@hospital2   | release x1 on=r1 grant=g1                            | ok
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a           | contentDiffers
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=b,a         | contentDiffers
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a,b,c       | contentDiffers
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a,b descriptor=d | contentDiffers
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a,b         | clockBehindRecord
        105 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1 files=a,b         | ok

        ## a transfer that has ended makes no custodian
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                          | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer until=200 | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                               | ok
        200 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                      | grantExpired
        201 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                      | grantExpired
        ! grant g1 from 160
        159 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                      | grantNotYetValid
        160 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                      | ok
        161 | p1                  | grant g2 on=r1 to=gateway@laboratory kind=transfer until=200 | ok
        162 | gateway@laboratory  | release x2 on=r1 grant=g2                               | ok
        163 | p1                  | revoke g2 on=r1                                         | ok
        163 | gateway@laboratory  | acknowledge r1 grant=g2 release=x2                      | grantRevoked

        ## to the last second
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                              | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer until=200 | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                                   | ok
        199 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                          | ok
        """)
}
