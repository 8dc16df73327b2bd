extension DecisionTable {
    static let request = DecisionTable(
        "request",
        """
        ## every role but the auditor asks
        100 | officer@insurer     | request q1                                    | ok
        100 | clinician@hospital2 | request q2                                    | ok
        100 | registrar@hospital2 | request q3                                    | ok
        100 | gateway@hospital2   | request q4                                    | ok
        100 | officer@insurer     | request q5 custodian=laboratory purpose=claim | ok
        100 | clinician@hospital1 | request q6 custodian=hospital1                | ok
        100 | auditor@auditor     | request q7                                    | roleNotAllowed
        100 | auditor@insurer     | request q7                                    | roleNotAllowed

        ## who speaks is a member in force
        100 | officer@insurer  | request q1 of=nowhere            | organisationUnknown
        100 | nobody@insurer   | request q1                       | memberUnknown
        100 | officer@insurer  | request q1 of=hospital2          | memberOfOtherOrganisation
        100 | root@insurer     | enrol officer3@insurer until=200 | ok
        199 | officer3@insurer | request q1                       | ok
        200 | officer3@insurer | request q2                       | memberExpired
        201 | officer3@insurer | request q2                       | memberExpired
        201 | root@insurer     | retire officer3@insurer          | ok
        201 | officer3@insurer | request q2                       | memberRetired
        ! suspend insurer
        201 | officer@insurer | request q2 | organisationSuspended

        ## a custodian is asked, until a time to come
        100 | officer@insurer | request q1 custodian=nowhere | custodianUnknown
        100 | officer@insurer | request q1 custodian=auditor | custodianUnknown
        100 | officer@insurer | request q1 custodian=insurer | custodianUnknown
        100 | officer@insurer | request q1 until=99          | expiryInvalid
        100 | officer@insurer | request q1 until=100         | expiryInvalid
        100 | officer@insurer | request q1 until=101         | ok
        ! suspend hospital1
        100 | officer@insurer | request q2 | custodianUnknown

        ## for a year at most
        1d | officer@insurer | request q1 until=367d+1 | expiryInvalid
        1d | officer@insurer | request q1 until=367d   | ok

        ## an insurer asks about claims and coverage, others for every purpose but removal
        100 | officer@insurer     | request q1 purpose=claim     | ok
        100 | officer@insurer     | request q2 purpose=coverage  | ok
        100 | officer@insurer     | request q3 purpose=treatment | purposeNotAllowed
        100 | officer@insurer     | request q3 purpose=research  | purposeNotAllowed
        100 | officer@insurer     | request q3 purpose=legal     | purposeNotAllowed
        100 | officer@insurer     | request q3 purpose=removal   | purposeNotAllowed
        100 | clinician@hospital2 | request q3 purpose=treatment | ok
        100 | clinician@hospital2 | request q4 purpose=research  | ok
        100 | clinician@hospital2 | request q5 purpose=legal     | ok
        100 | clinician@hospital2 | request q6 purpose=claim     | ok
        100 | clinician@hospital2 | request q7 purpose=coverage  | ok

        ## a custodian asks to have what it keeps removed, no other
        100 | clinician@hospital2 | request q1 purpose=removal   | purposeNotAllowed
        100 | registrar@hospital1 | request q1 purpose=removal   | ok
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 | ok
        102 | a1                  | answer q1                    | ok
        """)

    static let route = DecisionTable(
        "route",
        """
        ## the custodian's clinicians, registrars and gateways route, once
        100 | officer@insurer      | request q1                      | ok
        100 | officer@insurer      | request q2                      | ok
        100 | officer@insurer      | request q3                      | ok
        100 | officer@insurer      | request q4 custodian=laboratory | ok
        101 | officer@hospital1    | route q1 permit=a1@hospital1    | roleNotAllowed
        101 | auditor@hospital1    | route q1 permit=a1@hospital1    | roleNotAllowed
        101 | officer@insurer      | route q1 permit=a1@insurer      | organisationKindNotAllowed
        101 | clinician@hospital1  | route q1 permit=a1@hospital1    | ok
        101 | registrar@hospital1  | route q2 permit=a2@hospital1    | ok
        101 | gateway@hospital1    | route q3 permit=a3@hospital1    | ok
        101 | registrar@laboratory | route q4 permit=a4@laboratory   | ok
        102 | registrar@hospital1  | route q1 permit=a5@hospital1    | requestAlreadyRouted
        103 | a1                   | answer q1                       | ok
        104 | registrar@hospital1  | route q1 permit=a5@hospital1    | requestAlreadyRouted
        104 | registrar@hospital1  | route q9 permit=a5@hospital1    | requestUnknown
        104 | registrar@hospital1  | route q4 permit=a5@hospital1    | requestOfOtherCustodian

        ## who speaks is a member in force
        100 | officer@insurer     | request q1                                    | ok
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 of=nowhere       | organisationUnknown
        101 | nobody@hospital1    | route q1 permit=a1@hospital1                  | memberUnknown
        101 | registrar@hospital2 | route q1 permit=a1@hospital1 of=hospital1     | memberOfOtherOrganisation
        101 | root@hospital1      | enrol late@hospital1 role=registrar until=200 | ok
        200 | late@hospital1      | route q1 permit=a1@hospital1                  | memberExpired
        200 | root@hospital1      | retire registrar@hospital1                    | ok
        200 | registrar@hospital1 | route q1 permit=a1@hospital1                  | memberRetired
        ! suspend hospital1
        200 | gateway@hospital1 | route q1 permit=a1@hospital1 | organisationSuspended

        ## only under a permit of the patient's
        100 | officer@insurer     | request q1                                   | ok
        101 | registrar@hospital1 | route q1                                     | permitMissing
        101 | registrar@hospital1 | route q1 permit=a1@hospital2                 | permitForOtherOrganisation
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 permitForged    | signatureInvalid
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 permitForeign   | signatureInvalid
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 permitBroken    | malformed
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 permitUntil=101 | permitExpired
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 permitUntil=100 | permitExpired
        101 | clinician@hospital1 | deposit r1 permit=p1@hospital1               | ok
        102 | registrar@hospital1 | route q1 permit=p1@hospital1                 | permitUsed
        102 | root@hospital1      | enrol a1 of=hospital1                        | ok
        102 | registrar@hospital1 | route q1 permit=a1@hospital1                 | keyNotOneTime
        102 | registrar@hospital1 | route q1 permit=a2@hospital1 permitUntil=103 | ok
        103 | officer@insurer     | request q2                                   | ok
        104 | registrar@hospital1 | route q2 permit=a2@hospital1                 | permitUsed

        ## a request ends
        100 | officer@insurer     | request q1 until=200         | ok
        100 | officer@insurer     | request q2 until=200         | ok
        199 | registrar@hospital1 | route q1 permit=a1@hospital1 | ok
        200 | registrar@hospital1 | route q2 permit=a2@hospital1 | requestExpired
        201 | registrar@hospital1 | route q2 permit=a2@hospital1 | requestExpired
        """)

    static let answer = DecisionTable(
        "answer",
        """
        ## the answering key answers, once
        100 | officer@insurer     | request q1                   | ok
        100 | officer@insurer     | request q2                   | ok
        101 | a1                  | answer q1                    | requestNotRouted
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 | ok
        101 | registrar@hospital1 | route q2 permit=a2@hospital1 | ok
        102 | registrar@hospital1 | answer q1                    | notTheAnsweringKey
        102 | officer@insurer     | answer q1                    | notTheAnsweringKey
        102 | root@hospital1      | answer q1                    | notTheAnsweringKey
        102 | a2                  | answer q1                    | notTheAnsweringKey
        102 | a1                  | answer q9                    | requestUnknown
        102 | a1                  | answer q1 letter=letter      | ok
        103 | a1                  | answer q1 verdict=rejected   | requestAlreadyAnswered
        103 | a2                  | answer q2 verdict=rejected   | ok
        104 | a2                  | answer q2                    | requestAlreadyAnswered

        ## until the request ends
        100 | officer@insurer     | request q1 until=200         | ok
        100 | officer@insurer     | request q2 until=200         | ok
        101 | registrar@hospital1 | route q1 permit=a1@hospital1 | ok
        101 | registrar@hospital1 | route q2 permit=a2@hospital1 | ok
        199 | a1                  | answer q1                    | ok
        200 | a2                  | answer q2                    | requestExpired
        201 | a2                  | answer q2 verdict=rejected   | requestExpired
        """)
}
