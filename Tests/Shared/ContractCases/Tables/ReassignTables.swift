extension DecisionTable {
    static let reassign = DecisionTable(
        "reassign",
        """
        ## a record gets another owner after three days
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                 | ok
        0d+101 | p1                  | grant g1 on=r1 to=officer@insurer              | ok
        0d+110 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2 | ok
        3d+109 | p2                  | grant g2 on=r1 to=officer@insurer              | notTheOwner
        3d+109 | p1                  | grant g2 on=r1 to=officer@insurer              | ok
        3d+109 | p2                  | release x1 on=r1 basis=owner                   | notTheOwner
        3d+110 | p1                  | grant g3 on=r1 to=officer@insurer              | notTheOwner
        3d+110 | p1                  | revoke g1 on=r1                                | notTheOwner
        3d+110 | p1                  | remove r1                                      | notTheOwner
        3d+110 | p1                  | veto r1                                        | notTheOwner
        3d+110 | p2                  | veto r1                                        | noReassignment
        3d+110 | p2                  | grant g3 on=r1 to=officer@insurer              | ok
        3d+110 | p2                  | revoke g1 on=r1                                | ok
        3d+110 | p2                  | release x1 on=r1 basis=owner                   | ok
        3d+111 | clinician@hospital1 | append r1 approve=p1                           | consentMissing
        3d+111 | clinician@hospital1 | append r1 approve=p2                           | ok

        ## again only when the one before has taken effect or was stopped
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                 | ok
        0d+110 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2 | ok
        3d+109 | registrar@hospital1 | reassign r1 permit=p3 with=registrar@hospital2 | reassignmentPending
        3d+110 | registrar@hospital1 | reassign r1 permit=p3 with=registrar@hospital2 | ok
        3d+111 | p1                  | veto r1                                        | notTheOwner
        3d+111 | p2                  | veto r1                                        | ok
        3d+112 | registrar@hospital1 | reassign r1 permit=p4 with=registrar@hospital2 | ok

        ## by a custodian whose key opens the record as it is now
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                            | ok
        0d+101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer         | ok
        0d+102 | gateway@hospital2   | release x1 on=r1 grant=g1                                 | ok
        0d+103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                        | ok
        0d+104 | clinician@hospital1 | reseal r1 approve=p1                                      | ok
        0d+105 | registrar@hospital2 | reassign r1 permit=p2@hospital2 with=registrar@hospital1  | superseded
        0d+105 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2            | ok

        ## another organisation's registrar, officer or auditor agrees
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        101 | registrar@hospital1 | reassign r1 permit=p2 approve=none | approvalMissing
        101 | registrar@hospital1 | reassign r1 permit=p2 approve=p1 | approvalMissing
        101 | registrar@hospital1 | reassign r1 permit=p2 with=p1 withOf=hospital1 lacks=p1 | approvalMissing
        101 | registrar@hospital1 | reassign r1 permit=p2 with=officer@hospital1 | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 with=clinician@hospital2 | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 with=gateway@hospital2 | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 with=officer@insurer | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 with=nobody@hospital2 | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 with=root@hospital2 | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@nowhere | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 withOf=hospital2 | approverNotAllowed
        101 | registrar@hospital1 | reassign r1 permit=p2 approvalForged | signatureInvalid
        101 | registrar@hospital1 | reassign r1 permit=p2 with=officer@hospital2 | ok
        102 | p1                  | veto r1 | ok
        103 | registrar@hospital1 | reassign r1 permit=p3 | ok
        104 | p1                  | veto r1 | ok
        105 | registrar@hospital1 | reassign r1 permit=p4 with=registrar@laboratory | ok
        106 | p1                  | veto r1 | ok
        ! organisation auditor kind authority
        107 | registrar@hospital1 | reassign r1 permit=p5 | ok

        ## what the owner of a lost or stolen wallet has granted ends with the ownership, not before
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                        | ok
        0d+101 | p1                  | grant g1 on=r1 to=officer@insurer coverage=growing    | ok
        0d+101 | p1                  | grant t1 on=r1 to=gateway@hospital2 kind=transfer     | ok
        0d+101 | p1                  | grant b1 on=r1 to=gateway@hospital1 kind=append       | ok
        0d+102 | gateway@hospital2   | release w1 on=r1 grant=t1                             | ok
        0d+110 | registrar@hospital1 | reassign r1 permit=p2                                 | ok
        3d+109 | officer@insurer     | release x1 on=r1 grant=g1                             | ok
        3d+110 | officer@insurer     | release x2 on=r1 grant=g1                             | grantLapsed
        3d+110 | gateway@hospital2   | acknowledge r1 grant=t1 release=w1                    | grantLapsed
        3d+110 | gateway@hospital1   | append r1 files=a grant=b1                            | grantLapsed
        3d+110 | clinician@hospital1 | reseal r1 approve=p2 grants=g1                        | grantLapsed
        3d+111 | p2                  | grant g2 on=r1 to=officer@insurer                     | ok
        3d+112 | officer@insurer     | release x2 on=r1 grant=g2                             | ok
        3d+113 | p2                  | revoke g1 on=r1                                       | ok

        ## who agrees is in force too
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                  | ok
        100 | root@hospital2      | enrol registrar2@hospital2 until=200            | ok
        200 | registrar@hospital1 | reassign r1 permit=p2 with=registrar2@hospital2 | approverNotAllowed
        200 | root@hospital2      | retire officer@hospital2                        | ok
        200 | registrar@hospital1 | reassign r1 permit=p2 with=officer@hospital2    | approverNotAllowed
        ! suspend hospital2
        200 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2 | approverNotAllowed
        ! suspend hospital1
        200 | registrar@hospital1 | reassign r1 permit=p2 | organisationSuspended

        ## only a custodian's registrar or gateway in force says it
        100 | clinician@hospital1  | deposit r1 permit=p1@hospital1       | ok
        101 | clinician@hospital1  | reassign r1 permit=p2                | roleNotAllowed
        101 | auditor@hospital1    | reassign r1 permit=p2                | roleNotAllowed
        101 | officer@hospital1    | reassign r1 permit=p2                | roleNotAllowed
        101 | registrar@insurer    | reassign r1 permit=p2                | organisationKindNotAllowed
        101 | registrar@hospital1  | reassign r1 permit=p2 of=nowhere     | organisationUnknown
        101 | nobody@hospital1     | reassign r1 permit=p2                | memberUnknown
        101 | registrar@hospital2  | reassign r1 permit=p2 of=hospital1   | memberOfOtherOrganisation
        101 | registrar@hospital2  | reassign r1 permit=p2@hospital2      | notACustodian
        101 | root@hospital1       | enrol registrar2@hospital1 until=102 | ok
        102 | registrar2@hospital1 | reassign r1 permit=p2                | memberExpired
        102 | root@hospital1       | retire registrar2@hospital1          | ok
        102 | registrar2@hospital1 | reassign r1 permit=p2                | memberRetired
        102 | gateway@hospital1    | reassign r1 permit=p2                | ok

        ## under a permit of the patient's, for a record that has an owner
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1        | ok
        100 | clinician@hospital1 | deposit r2 custodial=patientUnable    | ok
        101 | registrar@hospital1 | reassign r1                           | permitMissing
        101 | registrar@hospital1 | reassign r1 permit=p2@hospital2       | permitForOtherOrganisation
        101 | registrar@hospital1 | reassign r1 permit=p2 permitUntil=101 | permitExpired
        101 | registrar@hospital1 | reassign r1 permit=p1                 | permitUsed
        101 | registrar@hospital1 | reassign r9 permit=p2                 | recordUnknown
        99  | registrar@hospital1 | reassign r1 permit=p2                 | clockBehindRecord
        101 | registrar@hospital1 | reassign r2 permit=p2                 | recordNotOwned
        101 | root@hospital1      | enrol p3 of=hospital1                 | ok
        101 | registrar@hospital1 | reassign r1 permit=p3                 | keyNotOneTime
        101 | p1                  | remove r1                             | ok
        102 | registrar@hospital1 | reassign r1 permit=p2                 | recordRemoved
        """)

    static let veto = DecisionTable(
        "veto",
        """
        ## the owner stops it to the last second that the record has seen
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                 | ok
        0d+101 | p1                  | delegate d1 on=r1                              | ok
        0d+101 | p1                  | veto r1                                        | noReassignment
        0d+110 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2 | ok
        0d+111 | p2                  | veto r1                                        | notTheOwner
        0d+111 | d1                  | veto r1                                        | notTheOwner
        0d+111 | registrar@hospital1 | veto r1                                        | notTheOwner
        0d+111 | p1                  | veto r9                                        | recordUnknown
        ! seen r1 3d+109
        3d+108 | p1 | veto r1                           | ok
        3d+109 | p1 | veto r1                           | noReassignment
        9d     | p2 | grant g1 on=r1 to=officer@insurer | notTheOwner
        9d     | p1 | grant g1 on=r1 to=officer@insurer | ok

        ## a clock that is set back gives nobody back what went to another
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                 | ok
        0d+110 | registrar@hospital1 | reassign r1 permit=p2 with=registrar@hospital2 | ok
        ! seen r1 3d+110
        3d+109 | p1                  | veto r1                                        | notTheOwner
        """)
}
