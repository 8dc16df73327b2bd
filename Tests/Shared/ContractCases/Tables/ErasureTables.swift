extension DecisionTable {
    static let remove = DecisionTable(
        "remove",
        """
        ## the owner alone orders it, and nothing is released any more
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer | ok
        101 | p1                  | delegate d1 on=r1                 | ok
        102 | p2                  | remove r1                         | notTheOwner
        102 | d1                  | remove r1                         | notTheOwner
        102 | clinician@hospital1 | remove r1                         | notTheOwner
        102 | root@hospital1      | remove r1                         | notTheOwner
        102 | p1                  | remove r9                         | recordUnknown
        102 | p1                  | remove r1                         | ok
        103 | p1                  | remove r1                         | recordRemoved
        103 | officer@insurer     | release x1 on=r1 grant=g1         | recordRemoved
        103 | clinician@hospital1 | release x1 on=r1 basis=care       | recordRemoved
        103 | p1                  | release x1 on=r1 basis=owner      | recordRemoved
        103 | d1                  | release x1 on=r1 basis=delegate   | recordRemoved
        103 | p1                  | grant g2 on=r1 to=officer@insurer | recordRemoved
        103 | p1                  | delegate d2 on=r1                 | recordRemoved
        103 | p1                  | instruct r1                       | recordRemoved
        103 | p1                  | revoke g1 on=r1                   | ok
        103 | p1                  | undelegate d1 on=r1               | ok

        ## whatever the record's clock says
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        ! seen r1 200
        101 | p1                  | remove r1        | ok
        101 | registrar@hospital1 | attestErasure r1 | clockBehindRecord
        """)

    static let attestErasure = DecisionTable(
        "attestErasure",
        """
        ## each custodian says that a removed record is gone, once
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                   | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2    | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2    | acknowledge r1 grant=g1 release=x1                | ok
        104 | registrar@hospital1  | attestErasure r1                                  | nothingToErase
        105 | p1                   | remove r1                                         | ok
        104 | registrar@hospital1  | attestErasure r1                                  | clockBehindRecord
        106 | registrar@hospital1  | attestErasure r9                                  | recordUnknown
        106 | registrar@laboratory | attestErasure r1                                  | notACustodian
        106 | registrar@hospital1  | attestErasure r1                                  | ok
        107 | registrar@hospital1  | attestErasure r1                                  | notACustodian
        107 | registrar@hospital1  | hold r1                                           | notACustodian
        107 | clinician@hospital2  | attestErasure r1                                  | ok

        ## or that what a re-sealing has replaced is
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | ok
        104 | clinician@hospital1 | reseal r1 grants=g1 approve=p1                    | ok
        105 | gateway@hospital1   | attestErasure r1                                  | ok
        106 | gateway@hospital1   | attestErasure r1                                  | nothingToErase
        106 | clinician@hospital1 | release x2 on=r1 basis=care                       | ok
        106 | gateway@hospital2   | attestErasure r1                                  | ok
        107 | gateway@hospital2   | attestErasure r1                                  | notACustodian
        107 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1     | ok
        108 | clinician@hospital1 | append r1 approve=p1                              | ok
        109 | gateway@hospital1   | attestErasure r1                                  | nothingToErase
        109 | gateway@hospital2   | attestErasure r1                                  | nothingToErase
        110 | clinician@hospital1 | reseal r1 files=a,b approve=p1                    | ok
        111 | gateway@hospital1   | attestErasure r1                                  | ok

        ## not while it is held
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | p1                  | remove r1                      | ok
        102 | registrar@hospital1 | hold r1 until=200              | ok
        103 | registrar@hospital1 | attestErasure r1               | recordHeld
        199 | registrar@hospital1 | attestErasure r1               | recordHeld
        200 | registrar@hospital1 | attestErasure r1               | ok

        ## a custodian's clinicians, registrars and gateways in force say it
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | p1                  | remove r1                      | ok
        102 | officer@hospital1   | attestErasure r1               | roleNotAllowed
        102 | auditor@hospital1   | attestErasure r1               | roleNotAllowed
        102 | p1                  | attestErasure r1 of=hospital1  | memberUnknown
        102 | registrar@insurer   | attestErasure r1               | organisationKindNotAllowed
        102 | registrar@hospital1 | attestErasure r1 of=nowhere    | organisationUnknown
        102 | registrar@hospital2 | attestErasure r1 of=hospital1  | memberOfOtherOrganisation
        102 | root@hospital1      | retire registrar@hospital1     | ok
        102 | registrar@hospital1 | attestErasure r1               | memberRetired
        ! member clinician2@hospital1 expires 102
        102 | clinician2@hospital1 | attestErasure r1 | memberExpired
        ! suspend hospital1
        102 | gateway@hospital1 | attestErasure r1 | organisationSuspended
        """)

    static let hold = DecisionTable(
        "hold",
        """
        ## a custodian's registrar holds its copies, for thirty years at most, and lifts it
        1d   | clinician@hospital1 | deposit r1 permit=p1@hospital1          | ok
        1d   | registrar@hospital1 | hold r1 until=none                      | notHeld
        1d   | registrar@hospital1 | hold r1 until=0d+5                      | expiryInvalid
        1d   | registrar@hospital1 | hold r1 until=1d                        | expiryInvalid
        1d   | registrar@hospital1 | hold r1 until=10981d+1                  | expiryInvalid
        1d   | registrar@hospital1 | hold r1 until=10981d reason=proceedings | ok
        1d+1 | p1                  | remove r1                               | ok
        1d+2 | registrar@hospital1 | attestErasure r1                        | recordHeld
        1d+2 | registrar@hospital1 | hold r1 until=none                      | ok
        1d+3 | registrar@hospital1 | hold r1 until=none                      | notHeld
        1d+3 | registrar@hospital1 | hold r1 until=1d+4                      | ok
        1d+4 | registrar@hospital1 | hold r1 until=none                      | ok
        1d+4 | registrar@hospital1 | hold r1 until=1d+5                      | ok
        1d+5 | registrar@hospital1 | attestErasure r1                        | ok

        ## of a record that it keeps
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1       | ok
        101 | registrar@hospital2  | hold r1                              | notACustodian
        101 | registrar@hospital1  | hold r9                              | recordUnknown
        99  | registrar@hospital1  | hold r1                              | clockBehindRecord
        101 | clinician@hospital1  | hold r1                              | roleNotAllowed
        101 | gateway@hospital1    | hold r1                              | roleNotAllowed
        101 | officer@hospital1    | hold r1                              | roleNotAllowed
        101 | registrar@insurer    | hold r1                              | organisationKindNotAllowed
        101 | p1                   | hold r1 of=hospital1                 | memberUnknown
        101 | registrar@hospital1  | hold r1 of=nowhere                   | organisationUnknown
        101 | registrar@hospital2  | hold r1 of=hospital1                 | memberOfOtherOrganisation
        101 | root@hospital1       | enrol registrar2@hospital1 until=102 | ok
        102 | registrar2@hospital1 | hold r1                              | memberExpired
        102 | root@hospital1       | retire registrar2@hospital1          | ok
        102 | registrar2@hospital1 | hold r1                              | memberRetired
        ! suspend hospital1
        102 | registrar@hospital1 | hold r1 | organisationSuspended
        """)
}
