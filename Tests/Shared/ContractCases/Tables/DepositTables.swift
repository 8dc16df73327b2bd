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
        201 | gateway@hospital1 | deposit r2 permit=p2@hospital1 | organisationSuspended

        ## nothing is saved without the patient's permit, and each serves once
        100 | clinician@hospital1 | deposit r1 | permitMissing
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital2 | permitForOtherOrganisation
        100 | clinician@hospital2 | deposit r1 permit=p1@hospital1 | permitForOtherOrganisation
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitForged | signatureInvalid
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitForeign | signatureInvalid
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 permitBroken | malformed
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | clinician@hospital1 | deposit r2 permit=p1@hospital1 | permitUsed
        101 | clinician@hospital1 | deposit r2 permit=p1@hospital1 permitUntil=4000d | permitUsed
        101 | clinician@hospital2 | deposit r2 permit=p1@hospital2 | permitUsed
        101 | officer@insurer     | request q1 | ok
        102 | clinician@hospital1 | route q1 permit=a1@hospital1 | ok
        103 | clinician@hospital1 | deposit r2 permit=a1@hospital1 | permitUsed

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

        ## nor is what the network speaks by
        100 | clinician@hospital1 | deposit r1 permit=ledger@hospital1 | keyNotOneTime

        ## without a permit it is openly marked, and nobody has orders to give about it
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable | ok
        100 | gateway@laboratory  | deposit r2 custodial=permitsUsedUp | ok
        100 | registrar@hospital1 | deposit r3 custodial=patientUnable | roleNotAllowed
        100 | clinician@insurer   | deposit r3 custodial=patientUnable | organisationKindNotAllowed
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable | recordExists
        100 | clinician@hospital1 | deposit r3 custodial=patientUnable permit=p3@hospital1 | malformed
        101 | p1                  | grant g1 on=r1 to=officer@insurer | notTheOwner
        101 | p1                  | remove r1 | notTheOwner
        101 | p1                  | release x1 on=r1 basis=owner | notTheOwner
        101 | clinician@hospital1 | append r1 approve=p1 | consentMissing
        101 | clinician@hospital1 | release x1 on=r1 basis=care | ok
        """)

    static let adopt = DecisionTable(
        "adopt",
        """
        ## a record without an owner gets one: the key of a permit, once
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1     | ok
        101 | officer@hospital1   | adopt r1 permit=p1@hospital1       | roleNotAllowed
        101 | auditor@hospital1   | adopt r1 permit=p1@hospital1       | roleNotAllowed
        101 | registrar@insurer   | adopt r1 permit=p1@insurer         | organisationKindNotAllowed
        101 | registrar@hospital2 | adopt r1 permit=p1@hospital2       | notACustodian
        101 | registrar@hospital1 | adopt r9 permit=p1@hospital1       | recordUnknown
        101 | registrar@hospital1 | adopt r2 permit=p1@hospital1       | recordOwned
        99  | registrar@hospital1 | adopt r1 permit=p1@hospital1       | clockBehindRecord
        101 | registrar@hospital1 | adopt r1 permit=p1@hospital1       | ok
        102 | registrar@hospital1 | adopt r1 permit=p3@hospital1       | recordOwned
        102 | clinician@hospital1 | deposit r3 permit=p1@hospital1     | permitUsed
        102 | p1                  | grant g1 on=r1 to=officer@insurer  | ok
        103 | officer@insurer     | release x1 on=r1 grant=g1          | ok

        ## clinicians and gateways let it be adopted too
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable | ok
        100 | gateway@hospital1   | deposit r2 custodial=patientUnable | ok
        101 | clinician@hospital1 | adopt r1 permit=p1@hospital1       | ok
        101 | gateway@hospital1   | adopt r2 permit=p2@hospital1       | ok

        ## only under a permit of the patient's
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable           | ok
        101 | registrar@hospital1 | adopt r1                                     | permitMissing
        101 | registrar@hospital1 | adopt r1 permit=p1@hospital2                 | permitForOtherOrganisation
        101 | registrar@hospital1 | adopt r1 permit=p1@hospital1 permitForged    | signatureInvalid
        101 | registrar@hospital1 | adopt r1 permit=p1@hospital1 permitUntil=101 | permitExpired
        101 | clinician@hospital1 | deposit r2 permit=p1@hospital1               | ok
        102 | registrar@hospital1 | adopt r1 permit=p1@hospital1                 | permitUsed
        102 | root@hospital1      | enrol p2 of=hospital1                        | ok
        102 | registrar@hospital1 | adopt r1 permit=p2@hospital1                 | keyNotOneTime
        102 | registrar@hospital1 | adopt r1 permit=p3@hospital1 permitUntil=103 | ok

        ## who speaks is a member in force
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable        | ok
        101 | registrar@hospital1 | adopt r1 permit=p1@hospital1 of=nowhere   | organisationUnknown
        101 | nobody@hospital1    | adopt r1 permit=p1@hospital1              | memberUnknown
        101 | registrar@hospital2 | adopt r1 permit=p1@hospital1 of=hospital1 | memberOfOtherOrganisation
        101 | root@hospital1      | retire gateway@hospital1                  | ok
        101 | gateway@hospital1   | adopt r1 permit=p1@hospital1              | memberRetired
        ! member registrar@hospital1 expires 101
        101 | registrar@hospital1 | adopt r1 permit=p1@hospital1 | memberExpired
        ! suspend hospital1
        101 | clinician@hospital1 | adopt r1 permit=p1@hospital1 | organisationSuspended
        """)
}
