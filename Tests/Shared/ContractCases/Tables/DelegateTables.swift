extension DecisionTable {
    static let delegate = DecisionTable(
        "delegate",
        """
        ## the owner lets another key act for the record
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1    | ok
        101 | p2                  | delegate d1 on=r1                 | notTheOwner
        101 | clinician@hospital1 | delegate d1 on=r1                 | notTheOwner
        101 | p1                  | delegate d1 on=r9                 | recordUnknown
        99  | p1                  | delegate d1 on=r1                 | clockBehindRecord
        101 | p1                  | delegate d1 on=r1                 | ok
        102 | d1                  | delegate d2 on=r1                 | notTheOwner
        102 | d1                  | remove r1                         | notTheOwner
        102 | d1                  | instruct r1                       | notTheOwner
        102 | d1                  | grant g1 on=r1 to=officer@insurer | ok
        102 | d1                  | grant g2 on=r2 to=officer@insurer | notTheOwner
        102 | d1                  | release x1 on=r1 basis=delegate   | ok
        102 | d1                  | revoke g1 on=r1                   | ok
        103 | p1                  | remove r1                         | ok
        104 | p1                  | delegate d3 on=r1                 | recordRemoved

        ## as far as its scope goes
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1        | ok
        101 | p1                  | delegate d1 on=r1 scope=read          | ok
        101 | p1                  | delegate d2 on=r1 scope=decide        | ok
        101 | p1                  | delegate d3 on=r1 scope=readAndDecide | ok
        102 | d1                  | release x1 on=r1 basis=delegate       | ok
        102 | d2                  | release x2 on=r1 basis=delegate       | delegationTooNarrow
        102 | d3                  | release x2 on=r1 basis=delegate       | ok
        102 | d1                  | grant g1 on=r1 to=officer@insurer     | delegationTooNarrow
        102 | d2                  | grant g1 on=r1 to=officer@insurer     | ok
        102 | d3                  | grant g2 on=r1 to=officer@insurer     | ok
        102 | d1                  | revoke g1 on=r1                       | delegationTooNarrow
        103 | p1                  | delegate d1 on=r1 scope=decide        | ok
        104 | d1                  | revoke g1 on=r1                       | ok
        104 | d1                  | release x3 on=r1 basis=delegate       | delegationTooNarrow

        ## until a time, at most until a newborn is of age
        1d   | clinician@hospital1 | deposit r1 permit=p1@hospital1             | ok
        1d   | p1                  | delegate d1 on=r1 until=0d+5               | expiryInvalid
        1d   | p1                  | delegate d1 on=r1 until=1d                 | expiryInvalid
        1d   | p1                  | delegate d1 on=r1 until=7001d+1            | expiryInvalid
        1d   | p1                  | delegate d1 on=r1 until=7001d              | ok
        1d   | p1                  | delegate d2 on=r1 until=2d                 | ok
        2d-1 | d2                  | grant g1 on=r1 to=officer@insurer until=2d | ok
        2d   | d2                  | grant g2 on=r1 to=officer@insurer until=2d | delegationEnded
        2d   | d2                  | release x1 on=r1 basis=delegate            | delegationEnded
        2d   | d2                  | revoke g1 on=r1                            | delegationEnded

        ## and while the record's owner is who gave it
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                 | ok
        0d+101 | p1                  | delegate d1 on=r1 until=9d                     | ok
        0d+101 | p1                  | delegate d2 on=r1 until=9d                     | ok
        0d+102 | d1                  | release x1 on=r1 basis=delegate                | ok
        0d+110 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2 | ok
        3d+109 | d1                  | release x2 on=r1 basis=delegate                | ok
        3d+110 | d1                  | release x3 on=r1 basis=delegate                | delegationEnded
        3d+110 | d1                  | grant g1 on=r1 to=officer@insurer              | delegationEnded
        3d+110 | p2                  | undelegate d1 on=r1                            | delegationEnded
        3d+111 | p2                  | delegate d1 on=r1 until=9d                     | ok
        3d+112 | d1                  | grant g1 on=r1 to=officer@insurer until=8d     | ok
        3d+112 | d2                  | grant g2 on=r1 to=officer@insurer              | delegationEnded
        3d+113 | clinician@hospital1 | reseal r1 approve=p2 delegates=d2              | delegationEnded
        3d+113 | clinician@hospital1 | reseal r1 approve=p2 delegates=d1              | ok

        ## what a delegate has granted ends with the delegation, and stays ended
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1         | ok
        101 | p1                  | delegate d1 on=r1                      | ok
        101 | p1                  | delegate d2 on=r1                      | ok
        102 | d1                  | grant g1 on=r1 to=officer@insurer      | ok
        102 | d2                  | grant g2 on=r1 to=officer@insurer      | ok
        102 | p1                  | grant g3 on=r1 to=officer@insurer      | ok
        103 | officer@insurer     | release x1 on=r1 grant=g1              | ok
        104 | p1                  | undelegate d1 on=r1                    | ok
        105 | officer@insurer     | release x2 on=r1 grant=g1              | grantLapsed
        105 | officer@insurer     | release x2 on=r1 grant=g2              | ok
        105 | officer@insurer     | release x3 on=r1 grant=g3              | ok
        106 | p1                  | delegate d1 on=r1                      | ok
        106 | officer@insurer     | release x4 on=r1 grant=g1              | grantLapsed
        106 | d1                  | grant g4 on=r1 to=officer@insurer      | ok
        106 | officer@insurer     | release x4 on=r1 grant=g4              | ok
        107 | p1                  | delegate d1 on=r1 scope=decide         | ok
        107 | officer@insurer     | release x5 on=r1 grant=g4              | grantLapsed
        108 | d1                  | grant g5 on=r1 to=officer@insurer      | ok
        108 | officer@insurer     | release x5 on=r1 grant=g5              | ok

        ## a delegate's key has no other part
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1     | ok
        101 | p1                  | delegate p1 on=r1                  | keyNotOneTime
        101 | p1                  | delegate clinician@hospital1 on=r1 | keyNotOneTime
        101 | p1                  | delegate root@hospital1 on=r1      | keyNotOneTime
        101 | p1                  | delegate validator@auditor on=r1   | keyNotOneTime
        100 | clinician@hospital1 | deposit r2 permit=p3@hospital1     | ok
        101 | p1                  | delegate p3 on=r1                  | keyNotOneTime
        101 | p1                  | delegate p2 on=r1                  | ok
        """)

    static let undelegate = DecisionTable(
        "undelegate",
        """
        ## the owner ends it at once, whatever the record's clock says
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 | ok
        101 | p1                  | delegate d1 on=r1              | ok
        101 | p1                  | delegate d2 on=r1 until=200    | ok
        101 | p1                  | delegate d3 on=r1 until=200    | ok
        102 | p2                  | undelegate d1 on=r1            | notTheOwner
        102 | d1                  | undelegate d1 on=r1            | notTheOwner
        102 | p1                  | undelegate d1 on=r9            | recordUnknown
        102 | p2                  | undelegate d1 on=r2            | delegationEnded
        102 | p1                  | undelegate d9 on=r1            | delegationEnded
        ! seen r1 110
        102 | p1 | undelegate d1 on=r1               | ok
        110 | d1 | grant g1 on=r1 to=officer@insurer | delegationEnded
        110 | d1 | release x1 on=r1 basis=delegate   | delegationEnded
        110 | d1 | revoke g1 on=r1                   | delegationEnded
        110 | p1 | undelegate d1 on=r1               | delegationEnded
        111 | p1 | delegate d1 on=r1                 | ok
        112 | d1 | grant g1 on=r1 to=officer@insurer | ok
        199 | p1 | undelegate d2 on=r1               | ok
        200 | p1 | undelegate d3 on=r1               | delegationEnded
        """)

    static let instruct = DecisionTable(
        "instruct",
        """
        ## the owner refuses emergencies, or allows them again
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1  | ok
        101 | p2                  | instruct r1                     | notTheOwner
        101 | clinician@hospital1 | instruct r1                     | notTheOwner
        101 | p1                  | instruct r9                     | recordUnknown
        99  | p1                  | instruct r1                     | clockBehindRecord
        101 | p1                  | instruct r1                     | ok
        102 | clinician@hospital1 | emergency e1 on=r1              | emergenciesRefused
        103 | p1                  | instruct r1 emergencies=allowed | ok
        104 | clinician@hospital1 | emergency e1 on=r1              | ok
        104 | clinician@hospital1 | emergency e2 on=r1              | ok
        105 | clinician@hospital2 | release x1 on=r1 basis=emergency emergency=e1 | ok
        105 | p1                  | instruct r1                     | ok
        105 | clinician@hospital2 | release x2 on=r1 basis=emergency emergency=e1 | emergenciesRefused
        105 | clinician@hospital2 | release x2 on=r1 basis=emergency emergency=e9 | emergenciesRefused
        105 | clinician@hospital2 | release x2 on=r1 basis=emergency emergency=e2 | emergenciesRefused
        105 | p1                  | remove r1                       | ok
        106 | p1                  | instruct r1                     | recordRemoved
        """)
}
