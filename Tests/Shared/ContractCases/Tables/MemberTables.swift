extension DecisionTable {
    static let enrol = DecisionTable(
        "enrol",
        """
        ## a member is enrolled once
        100 | root@hospital1 | enrol nurse@hospital1 role=clinician | ok
        100 | root@hospital1 | enrol nurse@hospital1 role=clinician | memberExists
        100 | root@hospital2 | enrol nurse@hospital1 of=hospital2   | memberExists
        101 | root@hospital1 | retire nurse@hospital1               | ok
        102 | root@hospital1 | enrol nurse@hospital1 role=clinician | memberExists
        100 | root@insurer   | enrol officer3@insurer               | ok
        100 | root@auditor   | enrol auditor3@auditor               | ok

        ## only the organisation's root enrols
        100 | root@hospital2      | enrol nurse@hospital1 | notTheRoot
        100 | clinician@hospital1 | enrol nurse@hospital1 | notTheRoot
        100 | p1                  | enrol nurse@hospital1 | notTheRoot
        100 | root@hospital1      | enrol nurse@nowhere   | organisationUnknown
        ! suspend hospital1
        100 | root@hospital1 | enrol nurse@hospital1 | organisationSuspended
        100 | root@hospital2 | enrol nurse@hospital2 | ok

        ## an enrolment ends in the future
        100 | root@hospital1 | enrol a@hospital1 until=99      | expiryInvalid
        100 | root@hospital1 | enrol a@hospital1 until=100     | expiryInvalid
        100 | root@hospital1 | enrol a@hospital1 until=101     | ok
        1d  | root@hospital1 | enrol b@hospital1 until=3661d+1 | expiryInvalid
        1d  | root@hospital1 | enrol b@hospital1 until=3661d   | ok

        ## another key takes the place of a member's, which ends
        100 | root@hospital1      | enrol nurse@hospital1 replaces=clinician@hospital1 | ok
        101 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | memberRetired
        101 | nurse@hospital1     | deposit r1 permit=p1@hospital1 | ok
        101 | root@hospital1      | enrol nurse2@hospital1 replaces=clinician@hospital1 | memberRetired
        101 | root@hospital1      | enrol nurse2@hospital1 replaces=nobody@hospital1 | memberUnknown
        101 | root@hospital1      | enrol n@hospital1 replaces=gateway@hospital2 | memberOfOtherOrganisation
        101 | root@hospital1      | enrol gateway@hospital1 replaces=nurse@hospital1 | memberExists
        101 | root@hospital1      | enrol clinician@hospital1 replaces=nurse@hospital1 | memberExists
        102 | nurse@hospital1     | deposit r2 permit=p2@hospital1 | ok
        103 | root@hospital2      | enrol n@hospital2 replaces=nurse@hospital1 | memberOfOtherOrganisation

        ## the same key gets another role, recipient or end
        100 | root@hospital1      | enrol clinician@hospital1 | memberExists
        100 | root@hospital1      | enrol clinician@hospital1 replaces=clinician@hospital1 role=officer | ok
        101 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | roleNotAllowed
        101 | clinician@hospital1 | request q1 | ok
        102 | root@hospital1      | retire clinician@hospital1 | ok
        102 | root@hospital1      | enrol clinician@hospital1 replaces=clinician@hospital1 | memberRetired

        ## who has expired is enrolled again
        100 | root@hospital1 | enrol late@hospital1 until=200                         | ok
        200 | late@hospital1 | deposit r1 permit=p1@hospital1                         | memberExpired
        200 | root@hospital1 | enrol late@hospital1 replaces=late@hospital1 until=300 | ok
        200 | late@hospital1 | deposit r1 permit=p1@hospital1                         | ok

        ## who has the key agrees to this very enrolment
        100 | root@hospital1 | enrol nurse@hospital1 lacks=nurse@hospital1                  | approvalMissing
        100 | root@hospital1 | enrol nurse@hospital1 approve=root@hospital1                 | approvalMissing
        100 | root@hospital1 | enrol nurse@hospital1 approvalForged                         | signatureInvalid
        100 | root@hospital1 | enrol nurse@hospital1 approvalOld                            | signatureInvalid
        100 | root@hospital1 | enrol nurse@hospital1 approvalFor=root@hospital2             | signatureInvalid
        100 | root@hospital1 | enrol nurse@hospital1 replaces=gateway@hospital1 approve=none | approvalMissing
        100 | root@hospital1 | enrol nurse@hospital1                                        | ok
        101 | root@hospital1 | enrol nurse@hospital1 replaces=nurse@hospital1 role=officer approve=none | ok

        ## a key that the network speaks by, of any organisation, becomes no member
        100 | root@insurer   | enrol validator@auditor of=insurer lacks=validator@auditor   | approvalMissing
        100 | root@insurer   | enrol validator@auditor of=insurer                           | keyNotOneTime
        100 | root@insurer   | enrol root@hospital2 of=insurer                              | keyNotOneTime
        100 | root@insurer   | enrol root@insurer of=insurer also=root@insurer              | keyNotOneTime
        100 | root@insurer   | enrol ledger of=insurer                                      | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer                            | ok
        101 | root@insurer   | enrol validator@clinic of=insurer                            | keyNotOneTime
        101 | root@insurer   | enrol root@clinic of=insurer                                 | keyNotOneTime
        101 | root@hospital1 | rotateRoot auditor by=auditor,hospitals,insurer              | ok
        102 | root@insurer   | enrol root2@auditor of=insurer                               | keyNotOneTime
        102 | root@insurer   | enrol root@auditor of=insurer                                | keyNotOneTime

        ## a patient's key becomes no member
        90  | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        100 | root@hospital1      | enrol p1 of=hospital1          | keyNotOneTime
        100 | root@hospital2      | enrol p1 of=hospital2          | keyNotOneTime
        90  | officer@insurer     | request q1                     | ok
        90  | clinician@hospital1 | route q1 permit=a1@hospital1   | ok
        100 | root@hospital1      | enrol a1 of=hospital1          | keyNotOneTime
        100 | root@hospital1      | enrol p2 of=hospital1          | ok
        """)

    static let retire = DecisionTable(
        "retire",
        """
        ## a retired member speaks no longer
        99  | clinician@hospital1  | deposit r1 permit=p1@hospital1 | ok
        100 | root@hospital1       | retire clinician@hospital1     | ok
        100 | clinician@hospital1  | deposit r2 permit=p2@hospital1 | memberRetired
        100 | root@hospital1       | retire clinician@hospital1     | memberRetired
        100 | clinician2@hospital1 | deposit r2 permit=p2@hospital1 | ok

        ## only the organisation's root retires, only its own members
        100 | root@hospital1      | retire clinician@nowhere                | organisationUnknown
        100 | root@hospital2      | retire clinician@hospital1              | notTheRoot
        100 | clinician@hospital1 | retire clinician@hospital1              | notTheRoot
        100 | root@hospital1      | retire nobody@hospital1                 | memberUnknown
        100 | root@hospital2      | retire clinician@hospital1 of=hospital2 | memberOfOtherOrganisation
        ! member clinician2@hospital1 expires 90
        100 | root@hospital1 | retire clinician2@hospital1 | ok
        ! suspend hospital1
        100 | root@hospital1 | retire clinician@hospital1 | organisationSuspended
        """)
}
