extension DecisionTable {
    static let grant = DecisionTable(
        "grant",
        """
        ## only the record's owner grants
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer | ok
        101 | p1                  | grant g3 on=r1 to=auditor@auditor | ok
        101 | p2                  | grant g4 on=r1 to=officer@insurer | notTheOwner
        101 | clinician@hospital1 | grant g4 on=r1 to=officer@insurer | notTheOwner
        101 | root@hospital1      | grant g4 on=r1 to=officer@insurer | notTheOwner
        101 | officer@insurer     | grant g4 on=r1 to=officer@insurer | notTheOwner
        101 | p1                  | grant g4 on=r9 to=officer@insurer | recordUnknown
        100 | p1                  | grant g4 on=r1 to=officer@insurer | clockBehindRecord

        ## to an active member of the organisation that it names
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                 | ok
        100 | root@insurer        | enrol officer3@insurer until=200               | ok
        101 | p1                  | grant g1 on=r1 to=nobody@insurer               | granteeUnknown
        101 | p1                  | grant g1 on=r1 to=officer@nowhere              | granteeUnknown
        101 | p1                  | grant g1 on=r1 to=officer@insurer of=nowhere   | granteeUnknown
        101 | p1                  | grant g1 on=r1 to=officer@insurer of=hospital2 | granteeUnknown
        101 | p1                  | grant g1 on=r1 to=p1 of=insurer                | granteeUnknown
        199 | p1                  | grant g1 on=r1 to=officer3@insurer             | ok
        200 | p1                  | grant g2 on=r1 to=officer3@insurer             | granteeUnknown
        201 | p1                  | grant g2 on=r1 to=officer3@insurer             | granteeUnknown
        201 | root@insurer        | retire officer@insurer                         | ok
        201 | p1                  | grant g2 on=r1 to=officer@insurer              | granteeUnknown
        ! suspend insurer
        201 | p1 | grant g2 on=r1 to=officer2@insurer | granteeUnknown

        ## a transfer goes to a custodian
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                     | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer  | ok
        101 | p1                  | grant g2 on=r1 to=gateway@laboratory kind=transfer | ok
        101 | p1                  | grant g3 on=r1 to=gateway@insurer kind=transfer    | grantOfOtherKind
        101 | p1                  | grant g3 on=r1 to=auditor@auditor kind=transfer    | grantOfOtherKind

        ## an append grant lets a custodian add, for so many statements
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                   | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital1 kind=append  | ok
        101 | p1                  | grant g2 on=r1 to=gateway@laboratory kind=append | ok
        101 | p1                  | grant g3 on=r1 to=gateway@insurer kind=append    | grantOfOtherKind
        101 | p1                  | grant g3 on=r1 to=auditor@auditor kind=append    | grantOfOtherKind

        ## to whoever has a role, in an organisation that takes part and is no insurer
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1                        | ok
        101 | p1                   | grant g1 on=r1 to=clinicians@hospital2 role=clinician | ok
        101 | p1                   | grant g2 on=r1 to=auditors@auditor role=auditor       | ok
        101 | p1                   | grant g3 on=r1 to=officers@insurer role=officer       | grantTooWide
        101 | p1                   | grant g3 on=r1 to=officers@nowhere role=officer       | granteeUnknown
        102 | clinician@hospital2  | release x1 on=r1 grant=g1                             | ok
        102 | registrar@hospital2  | release x2 on=r1 grant=g1                             | notTheGrantee
        102 | clinician@hospital1  | release x2 on=r1 grant=g1                             | notTheGrantee
        102 | clinician@laboratory | release x2 on=r1 grant=g1                             | notTheGrantee
        ! suspend hospital2
        103 | p1 | grant g3 on=r1 to=clinicians@hospital2 role=clinician | granteeUnknown

        ## in answer to a request of the grantee's
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        100 | officer@insurer     | request q1 until=200                              | ok
        100 | officer@insurer     | request q2                                        | ok
        100 | officer@insurer     | request q3 until=200                              | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer request=q1      | requestNotRouted
        101 | registrar@hospital1 | route q1 permit=a1@hospital1                      | ok
        101 | registrar@hospital1 | route q2 permit=a2@hospital1                      | ok
        102 | p1                  | grant g1 on=r1 to=officer@insurer request=q1      | ok
        102 | p1                  | grant g2 on=r1 to=officer@insurer request=q9      | requestUnknown
        102 | p1                  | grant g2 on=r1 to=officer2@insurer request=q1     | requestOfOtherMember
        102 | p1                  | grant g2 on=r1 to=officer@insurer of=x request=q1 | requestOfOtherMember
        103 | a2                  | answer q2                                         | ok
        104 | p1                  | grant g2 on=r1 to=officer@insurer request=q2      | requestAlreadyAnswered
        199 | p1                  | grant g2 on=r1 to=officer@insurer request=q1      | ok
        200 | p1                  | grant g3 on=r1 to=officer@insurer request=q1      | requestExpired
        201 | p1                  | grant g3 on=r1 to=officer@insurer request=q1      | requestExpired

        ## for the purpose and the organisation that the request named
        100 | gateway@hospital1 | deposit r1 permit=p1@hospital1 | ok
        100 | officer@insurer   | request q1 | ok
        100 | gateway@hospital2 | request q2 | ok
        101 | gateway@hospital1 | route q1 permit=a1 | ok
        101 | gateway@hospital1 | route q2 permit=a2 | ok
        102 | p1                | grant g1 on=r1 to=officer@insurer request=q1 purpose=legal | purposeDiffers
        102 | p1                | grant g1 on=r1 to=gateway@hospital2 request=q1 | requestOfOtherMember
        102 | p1                | grant g1 on=r1 to=a@hospital1 role=officer request=q2 | requestOfOtherMember
        102 | p1                | grant g1 on=r1 to=clinicians@hospital2 role=clinician request=q2 | ok
        """)

    static let grantTerms = DecisionTable(
        "grant: its terms",
        """
        ## from before its end, which lies in the future
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                       | ok
        150 | p1                  | grant g1 on=r1 to=officer@insurer from=100 until=149 | expiryInvalid
        150 | p1                  | grant g1 on=r1 to=officer@insurer from=100 until=150 | expiryInvalid
        150 | p1                  | grant g1 on=r1 to=officer@insurer from=100 until=151 | ok
        150 | p1                  | grant g2 on=r1 to=officer@insurer from=300 until=299 | expiryInvalid
        150 | p1                  | grant g2 on=r1 to=officer@insurer from=300 until=300 | expiryInvalid
        150 | p1                  | grant g2 on=r1 to=officer@insurer from=300 until=301 | ok

        ## for ten years at most, to an insurer for one, for one release at least
        1d | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        1d | p1                  | grant g1 on=r1 to=officer@insurer until=367d | ok
        1d | p1                  | grant g1 on=r1 to=officer@insurer until=367d+1 | grantTooWide
        1d | p1                  | grant g1 on=r1 to=officer@insurer from=300d until=367d+1 | grantTooWide
        1d | p1                  | grant g1 on=r1 to=officer@insurer from=0d+1 until=367d | grantTooWide
        1d | p1                  | grant g2 on=r1 to=clinician@hospital2 until=3661d | ok
        1d | p1                  | grant g2 on=r1 to=clinician@hospital2 until=3661d+1 | grantTooWide
        1d | p1                  | grant g3 on=r1 to=officer@insurer releases=0 | grantTooWide
        1d | p1                  | grant g3 on=r1 to=officer@insurer releases=10001 | grantTooWide
        1d | p1                  | grant g3 on=r1 to=officer@insurer releases=10000 | ok
        1d | p1                  | grant g4 on=r1 to=officer@insurer releases=1 | ok
        1d | p1                  | grant g5 on=r1 to=officer@insurer from=0d+1 until=366d+1 | ok
        1d | p1                  | grant g6 on=r1 to=clinician@hospital2 from=0d+1 until=3660d+1 | ok
        1d | p1                  | grant g7 on=r1 to=gateway@hospital2 from=0d+1 until=3660d+2 | grantTooWide

        ## an insurer is granted for claims and coverage, others for every purpose but removal
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer purpose=claim | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer purpose=coverage | ok
        101 | p1                  | grant g3 on=r1 to=officer@insurer purpose=treatment | purposeNotAllowed
        101 | p1                  | grant g3 on=r1 to=officer@insurer purpose=research | purposeNotAllowed
        101 | p1                  | grant g3 on=r1 to=officer@insurer purpose=legal | purposeNotAllowed
        101 | p1                  | grant g3 on=r1 to=officer@insurer purpose=removal | purposeNotAllowed
        101 | p1                  | grant g3 on=r1 to=clinician@hospital2 purpose=treatment | ok
        101 | p1                  | grant g4 on=r1 to=clinician@hospital2 purpose=research | ok
        101 | p1                  | grant g5 on=r1 to=clinician@hospital2 purpose=legal | ok
        101 | p1                  | grant g6 on=r1 to=clinician@hospital2 purpose=removal | purposeNotAllowed

        ## whoever reads has a key of the record's kind or a stronger one
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                     | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 suite=classical     | ok
        100 | root@insurer        | enrol officer3@insurer suite=classical             | ok
        100 | root@hospital1      | enrol gateway2@hospital1 suite=classical           | ok
        101 | p1                  | grant g1 on=r1 to=officer3@insurer                 | suiteTooWeak
        101 | p1                  | grant g1 on=r1 to=gateway2@hospital1 kind=transfer | suiteTooWeak
        101 | p1                  | grant g1 on=r1 to=gateway2@hospital1 kind=append   | ok
        101 | p2                  | grant g2 on=r2 to=officer3@insurer                 | ok
        101 | p2                  | grant g3 on=r2 to=officer@insurer                  | ok

        ## a delegate grants to the end of the delegation at most
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1              | ok
        100 | p1                  | delegate d1 on=r1 until=200                 | ok
        101 | d1                  | grant g1 on=r1 to=officer@insurer until=201 | grantTooWide
        101 | d1                  | grant g1 on=r1 to=officer@insurer until=200 | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer until=201 | ok
        """)

    static let revoke = DecisionTable(
        "revoke",
        """
        ## the owner ends a grant at once
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer | ok
        102 | officer@insurer     | release x1 on=r1 grant=g1         | ok
        103 | p2                  | revoke g1 on=r1                   | notTheOwner
        103 | officer@insurer     | revoke g1 on=r1                   | notTheOwner
        103 | clinician@hospital1 | revoke g1 on=r1                   | notTheOwner
        103 | p1                  | revoke g1 on=r9                   | recordUnknown
        103 | p2                  | revoke g1 on=r2                   | grantForOtherRecord
        103 | p1                  | revoke g9 on=r1                   | grantUnknown
        101 | p1                  | revoke g1 on=r1                   | ok
        101 | p1                  | grant g3 on=r1 to=officer@insurer | clockBehindRecord
        103 | officer@insurer     | release x2 on=r1 grant=g1         | grantRevoked
        104 | p1                  | revoke g1 on=r1                   | grantRevoked
        104 | p1                  | grant g2 on=r1 to=officer@insurer | ok
        105 | officer@insurer     | release x2 on=r1 grant=g2         | ok

        ## a delegate who may decide ends one too
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1           | ok
        100 | p1                  | delegate d1 on=r1 until=200 scope=decide | ok
        100 | p1                  | delegate d2 on=r1 scope=read             | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer        | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer        | ok
        102 | d3                  | revoke g1 on=r1                          | notTheOwner
        102 | d2                  | revoke g1 on=r1                          | delegationTooNarrow
        199 | d1                  | revoke g1 on=r1                          | ok
        200 | d1                  | revoke g2 on=r1                          | delegationEnded

        ## of a removed record too, and whatever the record's clock says
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer | ok
        ! seen r1 200
        102 | p1 | revoke g1 on=r1 | ok

        ## before it begins and after it ended too
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                       | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer from=150 until=200 | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer from=150 until=200 | ok
        102 | p1                  | revoke g1 on=r1                                      | ok
        201 | p1                  | revoke g2 on=r1                                      | ok
        """)
}
