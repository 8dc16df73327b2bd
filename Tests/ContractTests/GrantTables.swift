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
        201 | p1                  | grant g2 on=r1 to=officer2@insurer             | granteeUnknown

        ## a transfer goes to a custodian
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                     | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer  | ok
        101 | p1                  | grant g2 on=r1 to=gateway@laboratory kind=transfer | ok
        101 | p1                  | grant g3 on=r1 to=gateway@insurer kind=transfer    | grantOfOtherKind
        101 | p1                  | grant g3 on=r1 to=auditor@auditor kind=transfer    | grantOfOtherKind

        ## from before its end, which lies in the future
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                       | ok
        150 | p1                  | grant g1 on=r1 to=officer@insurer from=100 until=149 | expiryInvalid
        150 | p1                  | grant g1 on=r1 to=officer@insurer from=100 until=150 | expiryInvalid
        150 | p1                  | grant g1 on=r1 to=officer@insurer from=100 until=151 | ok
        150 | p1                  | grant g2 on=r1 to=officer@insurer from=300 until=299 | expiryInvalid
        150 | p1                  | grant g2 on=r1 to=officer@insurer from=300 until=300 | expiryInvalid
        150 | p1                  | grant g2 on=r1 to=officer@insurer from=300 until=301 | ok

        ## for ten years at most, to an insurer for one, for one release at least
        1d | clinician@hospital1 | deposit r1 permit=p1@hospital1                           | ok
        1d | p1                  | grant g1 on=r1 to=officer@insurer until=367d             | ok
        1d | p1                  | grant g1 on=r1 to=officer@insurer until=367d+1           | grantTooWide
        1d | p1                  | grant g1 on=r1 to=officer@insurer from=300d until=367d+1 | grantTooWide
        1d | p1                  | grant g1 on=r1 to=officer@insurer from=0d+1 until=367d   | grantTooWide
        1d | p1                  | grant g2 on=r1 to=clinician@hospital2 until=3661d        | ok
        1d | p1                  | grant g2 on=r1 to=clinician@hospital2 until=3661d+1      | grantTooWide
        1d | p1                  | grant g3 on=r1 to=officer@insurer releases=0             | grantTooWide
        1d | p1                  | grant g3 on=r1 to=officer@insurer releases=10001         | grantTooWide
        1d | p1                  | grant g3 on=r1 to=officer@insurer releases=10000         | ok
        1d | p1                  | grant g4 on=r1 to=officer@insurer releases=1             | ok

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

        ## before it begins and after it ended too
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                       | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer from=150 until=200 | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer from=150 until=200 | ok
        102 | p1                  | revoke g1 on=r1                                      | ok
        201 | p1                  | revoke g2 on=r1                                      | ok
        """)
}
