extension DecisionTable {
    static let emergency = DecisionTable(
        "emergency",
        """
        ## two clinicians of the custodian let one clinician read
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1 | ok
        101 | clinician@hospital1  | emergency e1 on=r1 approve=none | approvalMissing
        101 | clinician@hospital1  | emergency e1 on=r1 approve=p1 | approvalMissing
        101 | clinician2@hospital1 | emergency e1 on=r1 also=clinician2@hospital1 | approverNotAllowed
        101 | clinician@hospital1  | emergency e1 on=r1 with=gateway@hospital1 | approverNotAllowed
        101 | clinician@hospital1  | emergency e1 on=r1 with=clinician@hospital2 | approverNotAllowed
        101 | clinician@hospital1  | emergency e1 on=r1 with=nobody@hospital1 | approverNotAllowed
        101 | clinician@hospital1  | emergency e1 on=r1 approvalForged | signatureInvalid
        101 | clinician@hospital1  | emergency e1 on=r1 as=e1 | ok
        102 | clinician@hospital1  | again e1 approve=clinician2@hospital1,p1 | replayed
        102 | clinician2@hospital1 | emergency e2 on=r1 to=clinician2@hospital1 with=clinician@hospital1 | ok

        ## for hours, to a clinician of a custodian
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                       | ok
        0d+101 | clinician@hospital1 | emergency e1 on=r1 to=registrar@hospital2            | granteeUnknown
        0d+101 | clinician@hospital1 | emergency e1 on=r1 to=clinician@insurer              | granteeUnknown
        0d+101 | clinician@hospital1 | emergency e1 on=r1 to=nobody@hospital2               | granteeUnknown
        0d+101 | clinician@hospital1 | emergency e1 on=r1 to=clinician@nowhere              | granteeUnknown
        0d+101 | clinician@hospital1 | emergency e1 on=r1 toOf=laboratory                   | granteeUnknown
        0d+101 | clinician@hospital1 | emergency e1 on=r1 until=100                         | expiryInvalid
        0d+101 | clinician@hospital1 | emergency e1 on=r1 until=101                         | expiryInvalid
        0d+101 | clinician@hospital1 | emergency e1 on=r1 until=1d+102                      | grantTooWide
        0d+101 | clinician@hospital1 | emergency e1 on=r1 until=1d+101                      | ok
        0d+101 | clinician@hospital1 | emergency e2 on=r1 to=clinician@laboratory until=102 | ok
        0d+102 | root@hospital2      | enrol clinician3@hospital2 suite=classical           | ok
        0d+102 | clinician@hospital1 | emergency e3 on=r1 to=clinician3@hospital2           | suiteTooWeak
        0d+102 | root@hospital2      | retire clinician@hospital2                           | ok
        0d+102 | clinician@hospital1 | emergency e3 on=r1                                   | granteeUnknown
        0d+102 | clinician@hospital1 | deposit r2 permit=p2@hospital1 suite=classical       | ok
        0d+103 | clinician@hospital1 | emergency e3 on=r2 to=clinician3@hospital2           | ok

        ## of a record that it keeps as it is now
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        102 | clinician@hospital1 | emergency e1 on=r9                                | recordUnknown
        99  | clinician@hospital1 | emergency e1 on=r1                                | clockBehindRecord
        103 | root@hospital2      | enrol clinician3@hospital2                        | ok
        103 | clinician@hospital2 | emergency e1 on=r1 with=clinician3@hospital2      | notACustodian
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | ok
        104 | clinician@hospital2 | emergency e1 on=r1 with=clinician3@hospital2      | ok
        105 | clinician@hospital1 | reseal r1 approve=p1                              | ok
        106 | clinician@hospital2 | emergency e2 on=r1 with=clinician3@hospital2      | superseded
        106 | clinician@hospital1 | emergency e2 on=r1                                | ok
        107 | p1                  | remove r1                                         | ok
        108 | clinician@hospital1 | emergency e3 on=r1                                | recordRemoved

        ## of a record that the patient has not adopted yet too, unless the owner refuses
        100 | clinician@hospital1 | deposit r1 custodial=patientUnable | ok
        101 | clinician@hospital1 | emergency e1 on=r1                 | ok
        102 | registrar@hospital1 | adopt r1 permit=p1@hospital1       | ok
        103 | p1                  | instruct r1                        | ok
        104 | clinician@hospital1 | emergency e2 on=r1                 | emergenciesRefused

        ## who declares it and who agrees are in force
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1               | ok
        100 | root@hospital1       | enrol clinician3@hospital1 until=200         | ok
        101 | gateway@hospital1    | emergency e1 on=r1                           | roleNotAllowed
        101 | registrar@hospital1  | emergency e1 on=r1                           | roleNotAllowed
        101 | clinician@insurer    | emergency e1 on=r1                           | organisationKindNotAllowed
        101 | clinician@hospital1  | emergency e1 on=r1 of=nowhere                | organisationUnknown
        101 | nobody@hospital1     | emergency e1 on=r1                           | memberUnknown
        101 | clinician@hospital2  | emergency e1 on=r1 of=hospital1              | memberOfOtherOrganisation
        200 | clinician@hospital1  | emergency e1 on=r1 with=clinician3@hospital1 | approverNotAllowed
        200 | clinician3@hospital1 | emergency e1 on=r1                           | memberExpired
        200 | root@hospital1       | retire clinician3@hospital1                  | ok
        200 | clinician3@hospital1 | emergency e1 on=r1                           | memberRetired
        ! suspend hospital1
        200 | clinician@hospital1 | emergency e1 on=r1 | organisationSuspended
        """)

    static let review = DecisionTable(
        "review",
        """
        ## the owner looks into it after its end, once
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1      | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1      | ok
        101 | clinician@hospital1 | emergency e1 on=r1 until=102        | ok
        101 | p1                  | review e1 on=r1                     | emergencyRuns
        101 | auditor@hospital1   | review e1 on=r1                     | emergencyRuns
        101 | auditor@auditor     | review e1 on=r1                     | emergencyRuns
        102 | p2                  | review e1 on=r1                     | notTheOwner
        102 | p2                  | review e1 on=r2                     | emergencyForOtherRecord
        102 | p1                  | review e9 on=r1                     | emergencyUnknown
        102 | p1                  | review e1 on=r9                     | recordUnknown
        99  | p1                  | review e1 on=r1                     | clockBehindRecord
        102 | p1                  | review e1 on=r1 finding=unjustified | ok
        103 | p1                  | review e1 on=r1                     | alreadyReviewed
        103 | p1                  | review e1 on=r1 finding=justified   | alreadyReviewed
        103 | auditor@auditor     | review e1 on=r1                     | ok

        ## whoever comes first, the owner and each organisation that looks from outside are heard
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1          | ok
        101 | clinician@hospital1 | emergency e1 on=r1 until=102            | ok
        102 | auditor@hospital1   | review e1 on=r1 finding=justified       | ok
        103 | auditor@hospital1   | review e1 on=r1 finding=unjustified     | alreadyReviewed
        103 | root@auditor        | enrol auditor2@auditor                  | ok
        103 | p1                  | review e1 on=r1 finding=unjustified     | ok
        104 | auditor@auditor     | review e1 on=r1 finding=unjustified     | ok
        105 | auditor2@auditor    | review e1 on=r1 finding=justified       | alreadyReviewed
        ! organisation laboratory kind authority
        ! member registrar@laboratory role auditor
        105 | registrar@laboratory | review e1 on=r1                        | ok
        106 | registrar@hospital1 | reassign r1 permit=p2                   | ok
        4d  | p1                  | review e1 on=r1                         | notTheOwner
        4d  | p2                  | review e1 on=r1 finding=justified       | ok
        4d  | p2                  | review e1 on=r1 finding=justified       | alreadyReviewed

        ## or an auditor: the custodian's, an auditing organisation's or an authority's
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | clinician@hospital1 | emergency e1 on=r1 until=102   | ok
        101 | clinician@hospital1 | emergency e2 on=r1 until=102   | ok
        101 | clinician@hospital1 | emergency e3 on=r1 until=102   | ok
        101 | root@hospital2      | enrol auditor@hospital2        | ok
        102 | auditor@insurer     | review e1 on=r1                | reviewerNotAllowed
        102 | auditor@hospital2   | review e1 on=r1                | reviewerNotAllowed
        102 | clinician@hospital1 | review e1 on=r1                | roleNotAllowed
        102 | registrar@hospital1 | review e1 on=r1                | roleNotAllowed
        102 | officer@hospital1   | review e1 on=r1                | roleNotAllowed
        102 | auditor@hospital1   | review e1 on=r1                | ok
        103 | auditor@auditor     | review e2 on=r1                | ok
        ! organisation auditor kind authority
        104 | auditor@auditor | review e3 on=r1 | ok

        ## who is in force
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1   | ok
        101 | clinician@hospital1 | emergency e1 on=r1 until=200     | ok
        101 | root@auditor        | enrol auditor2@auditor until=200 | ok
        102 | auditor@auditor     | review e1 on=r1 of=nowhere       | organisationUnknown
        102 | nobody@auditor      | review e1 on=r1                  | memberUnknown
        102 | p1                  | review e1 on=r1 of=auditor       | memberUnknown
        102 | auditor@auditor     | review e1 on=r1 of=none          | notTheOwner
        102 | auditor@auditor     | review e1 on=r1 of=hospital1     | memberOfOtherOrganisation
        200 | auditor2@auditor    | review e1 on=r1                  | memberExpired
        200 | root@auditor        | retire auditor2@auditor          | ok
        200 | auditor2@auditor    | review e1 on=r1                  | memberRetired
        ! suspend auditor
        200 | auditor@auditor | review e1 on=r1 | organisationSuspended
        200 | p1              | review e1 on=r1 | ok
        """)
}
