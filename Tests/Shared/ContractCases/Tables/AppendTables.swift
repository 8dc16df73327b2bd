extension DecisionTable {
    static let append = DecisionTable(
        "append",
        """
        ## the owner agrees to it now
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b         | ok
        101 | clinician@hospital1 | append r1 files=c                                | consentMissing
        101 | clinician@hospital1 | append r1 files=c approve=p2                     | consentMissing
        101 | clinician@hospital1 | append r1 files=c approve=p2,p3                  | consentMissing
        101 | p1                  | append r1 files=c of=hospital1                   | memberUnknown
        101 | clinician@hospital1 | append r1 files=c approve=p1 approvalForged      | signatureInvalid
        101 | clinician@hospital1 | append r1 files=c approve=p1 approvalForeign     | signatureInvalid
        101 | clinician@hospital1 | append r1 files=c approve=p1 approvalOld         | signatureInvalid
        101 | clinician@hospital1 | append r1 files=c approve=p1 approvalFor=gateway | signatureInvalid
        101 | clinician@hospital1 | append r1 files=c approve=p1,p2 key=k1           | ok
        102 | gateway@hospital1   | append r1 files=d approve=p1 descriptor=d        | ok
        103 | clinician@hospital1 | append r1 files=c approve=p1                     | filesNotAllowed
        103 | clinician@hospital1 | append r1 files=e root=d approve=p1              | filesNotAllowed
        103 | clinician@hospital1 | append r1 files=a,b approve=p1                   | filesNotAllowed
        103 | clinician@hospital1 | append r1 files=e key=k1 approve=p1              | filesNotAllowed
        103 | clinician@hospital1 | append r1 files=e key=recipient approve=p1       | filesNotAllowed
        103 | clinician@hospital1 | append r1 files=e key=additions approve=p1       | filesNotAllowed
        103 | clinician@hospital1 | append r1 files=e after=nothing approve=p1       | superseded
        101 | clinician@hospital1 | append r1 files=e approve=p1                     | clockBehindRecord
        103 | clinician@hospital1 | append r9 files=e approve=p1                     | recordUnknown
        103 | clinician@hospital2 | append r1 files=e approve=p1                     | notACustodian

        ## or has agreed beforehand, so many times until a time
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1 | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital1 kind=append releases=2 until=200 | ok
        101 | p1                  | grant g2 on=r1 to=gateway@hospital1 until=200 | ok
        101 | p2                  | grant g3 on=r2 to=gateway@hospital1 kind=append | ok
        101 | p1                  | grant g4 on=r1 to=gateway@hospital1 kind=append from=150 until=200 | ok
        101 | p1                  | grant g5 on=r1 to=clinicians@hospital1 role=clinician kind=append | ok
        102 | gateway@hospital1   | append r1 files=a grant=g9 | grantUnknown
        102 | gateway@hospital1   | append r1 files=a grant=g3 | grantForOtherRecord
        102 | gateway@hospital1   | append r1 files=a grant=g2 | grantOfOtherKind
        102 | clinician@hospital1 | append r1 files=a grant=g1 | notTheGrantee
        149 | gateway@hospital1   | append r1 files=a grant=g4 | grantNotYetValid
        150 | gateway@hospital1   | append r1 files=a grant=g4 | ok
        151 | gateway@hospital1   | append r1 files=b grant=g1 | ok
        199 | gateway@hospital1   | append r1 files=c grant=g1 | ok
        199 | gateway@hospital1   | append r1 files=d grant=g1 | releasesUsedUp
        200 | gateway@hospital1   | append r1 files=d grant=g1 | grantExpired
        200 | gateway@hospital1   | append r1 files=d grant=g5 | notTheGrantee
        200 | clinician@hospital1 | append r1 files=d grant=g5 | ok
        201 | p1                  | revoke g5 on=r1 | ok
        201 | clinician@hospital1 | append r1 files=e grant=g5 | grantRevoked
        201 | clinician@hospital1 | append r1 files=e grant=g5 approve=p1 | grantRevoked

        ## a custodian whose copy is older adds nothing
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | ok
        104 | gateway@hospital2   | append r1 files=a approve=p1                      | ok
        105 | clinician@hospital1 | append r1 files=b approve=p1                      | superseded
        105 | gateway@hospital2   | append r1 files=b approve=p1                      | ok
        106 | p1                  | remove r1                                         | ok
        107 | gateway@hospital2   | append r1 files=c approve=p1                      | recordRemoved

        ## a bounded number of times
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        ! record r1 parts 255
        101 | clinician@hospital1 | append r1 files=a approve=p1 | ok
        102 | clinician@hospital1 | append r1 files=b approve=p1 | filesNotAllowed
        103 | clinician@hospital1 | reseal r1 files=c approve=p1 | ok
        104 | clinician@hospital1 | append r1 files=b approve=p1 | ok

        ## a custodian's clinicians and gateways in force add
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        101 | registrar@hospital1 | append r1 approve=p1              | roleNotAllowed
        101 | officer@hospital1   | append r1 approve=p1              | roleNotAllowed
        101 | clinician@insurer   | append r1 approve=p1              | organisationKindNotAllowed
        101 | clinician@hospital1 | append r1 approve=p1 of=nowhere   | organisationUnknown
        101 | nobody@hospital1    | append r1 approve=p1              | memberUnknown
        101 | clinician@hospital2 | append r1 approve=p1 of=hospital1 | memberOfOtherOrganisation
        101 | root@hospital1      | retire clinician@hospital1        | ok
        101 | clinician@hospital1 | append r1 approve=p1              | memberRetired
        ! member clinician2@hospital1 expires 101
        101 | clinician2@hospital1 | append r1 approve=p1 | memberExpired
        ! suspend hospital1
        101 | gateway@hospital1 | append r1 approve=p1 | organisationSuspended
        """)

    static let reseal = DecisionTable(
        "reseal",
        """
        ## the owner orders it; what it named lives on, and nothing else
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 files=a,b | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer | ok
        101 | p1                  | grant g2 on=r1 to=officer2@insurer coverage=growing | ok
        101 | p1                  | delegate d1 on=r1 | ok
        101 | p1                  | delegate d2 on=r1 scope=read | ok
        102 | clinician@hospital1 | reseal r1 files=c,d grants=g1 delegates=d1 | consentMissing
        102 | clinician@hospital1 | reseal r1 files=c,d grants=g1 delegates=d1 approve=d1 | consentMissing
        102 | clinician@hospital1 | reseal r1 files=c,d approve=p1 approvalOld | signatureInvalid
        102 | clinician@hospital1 | reseal r1 files=c,d approve=p1 approvalFor=gateway | signatureInvalid
        102 | clinician@hospital1 | reseal r1 files=a,b approve=p1 | filesNotAllowed
        102 | clinician@hospital1 | reseal r1 files=c root=a,b approve=p1 | filesNotAllowed
        102 | clinician@hospital1 | reseal r1 files=c,d approve=p1 suite=classical | suiteTooWeak
        102 | clinician@hospital1 | reseal r9 files=c,d approve=p1 | recordUnknown
        102 | clinician@hospital2 | reseal r1 files=c,d approve=p1 | notACustodian
        100 | clinician@hospital1 | reseal r1 files=c,d approve=p1 | clockBehindRecord
        102 | clinician@hospital1 | reseal r1 files=c,d grants=g1 delegates=d1 approve=p1 | ok
        103 | officer@insurer     | release x1 on=r1 grant=g1 | ok
        103 | officer2@insurer    | release x2 on=r1 grant=g2 | superseded
        103 | d1                  | release x3 on=r1 basis=delegate | ok
        103 | d2                  | release x4 on=r1 basis=delegate | superseded
        103 | p1                  | release x5 on=r1 basis=owner | ok
        103 | clinician@hospital1 | release x6 on=r1 basis=care | ok
        104 | gateway@hospital1   | reseal r1 files=e,f grants=g1,g2 delegates=d1,d2 approve=p1 | ok
        105 | officer2@insurer    | release x2 on=r1 grant=g2 | ok
        105 | d2                  | release x4 on=r1 basis=delegate | ok

        ## what it names is in force and of this record
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        100 | clinician@hospital1 | deposit r2 permit=p2@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer until=200       | ok
        101 | p2                  | grant g2 on=r2 to=officer@insurer                 | ok
        101 | p1                  | grant g3 on=r1 to=clinician@hospital1 kind=append | ok
        101 | p1                  | grant g4 on=r1 to=officer@insurer                 | ok
        101 | p1                  | delegate d1 on=r1 scope=decide                    | ok
        101 | p1                  | delegate d2 on=r1 until=200                       | ok
        101 | p1                  | delegate d3 on=r1                                 | ok
        101 | p2                  | delegate d4 on=r2                                 | ok
        102 | p1                  | undelegate d3 on=r1                               | ok
        102 | p1                  | revoke g4 on=r1                                   | ok
        103 | clinician@hospital1 | reseal r1 approve=p1 grants=g9                    | grantUnknown
        103 | clinician@hospital1 | reseal r1 approve=p1 grants=g1,g2                 | grantForOtherRecord
        103 | clinician@hospital1 | reseal r1 approve=p1 grants=g1,g3                 | grantOfOtherKind
        103 | clinician@hospital1 | reseal r1 approve=p1 grants=g1,g4                 | grantRevoked
        103 | clinician@hospital1 | reseal r1 approve=p1 delegates=d2,d1              | delegationTooNarrow
        103 | clinician@hospital1 | reseal r1 approve=p1 delegates=d3                 | delegationEnded
        103 | clinician@hospital1 | reseal r1 approve=p1 delegates=d4                 | delegationEnded
        103 | clinician@hospital1 | reseal r1 approve=p1 delegates=d9                 | delegationEnded
        199 | clinician@hospital1 | reseal r1 approve=p1 grants=g1 delegates=d2       | ok
        200 | clinician@hospital1 | reseal r1 approve=p1 grants=g1 files=b            | grantExpired
        200 | clinician@hospital1 | reseal r1 approve=p1 delegates=d2 files=b         | delegationEnded

        ## a grant lives on that is for all there is; one for single files, or for less, opens nothing any more
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=officer@insurer                 | ok
        101 | p1                  | grant g2 on=r1 to=officer@insurer coverage=growing | ok
        101 | p1                  | grant g3 on=r1 to=officer@insurer coverage=part files=scan | ok
        102 | clinician@hospital1 | append r1 files=a approve=p1                      | ok
        103 | p1                  | grant g4 on=r1 to=officer@insurer                 | ok
        104 | clinician@hospital1 | reseal r1 grants=g3 approve=p1                    | grantOfOtherKind
        104 | clinician@hospital1 | reseal r1 grants=g1,g2 approve=p1                 | superseded
        104 | clinician@hospital1 | reseal r1 grants=g2,g4 approve=p1                 | ok
        105 | officer@insurer     | release x1 on=r1 grant=g1                         | superseded
        105 | officer@insurer     | release x1 on=r1 grant=g2                         | ok
        105 | officer@insurer     | release x3 on=r1 grant=g3                         | superseded
        105 | officer@insurer     | release x4 on=r1 grant=g4                         | ok
        106 | clinician@hospital1 | reseal r1 files=b grants=g2,g4 approve=p1         | ok

        ## to the same kind of key or a stronger one
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 suite=classical | ok
        101 | clinician@hospital1 | reseal r1 files=a approve=p1 suite=classical   | ok
        102 | clinician@hospital1 | reseal r1 files=b approve=p1 suite=hybrid      | ok
        103 | clinician@hospital1 | reseal r1 files=c approve=p1 suite=classical   | suiteTooWeak

        ## by a custodian whose copy is the newest; the others' is superseded
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1                    | ok
        101 | p1                  | grant g1 on=r1 to=gateway@hospital2 kind=transfer | ok
        102 | gateway@hospital2   | release x1 on=r1 grant=g1                         | ok
        103 | gateway@hospital2   | acknowledge r1 grant=g1 release=x1                | ok
        104 | gateway@hospital2   | reseal r1 grants=g1 approve=p1                    | ok
        105 | clinician@hospital1 | reseal r1 files=a approve=p1                      | superseded
        105 | clinician@hospital1 | release x2 on=r1 basis=care                       | superseded
        105 | p1                  | release x2 on=r1 basis=owner                      | superseded
        105 | p1                  | release x2 on=r1 basis=owner custodian=hospital2  | ok
        106 | p1                  | remove r1                                         | ok
        107 | gateway@hospital2   | reseal r1 files=a approve=p1                      | recordRemoved

        ## not while the record is to get another owner
        0d+100 | clinician@hospital1 | deposit r1 permit=p1@hospital1 | ok
        0d+100 | registrar@hospital1 | reassign r1 permit=p2@hospital1 with=registrar@hospital2 | ok
        3d+99  | clinician@hospital1 | reseal r1 approve=p1 | reassignmentPending
        3d+100 | clinician@hospital1 | reseal r1 approve=p1 | consentMissing
        3d+100 | clinician@hospital1 | reseal r1 approve=p2 | ok
        3d+101 | p1                  | release x1 on=r1 basis=owner | notTheOwner
        3d+101 | p2                  | release x1 on=r1 basis=owner | ok
        3d+101 | registrar@hospital1 | reassign r1 permit=p3@hospital1 with=registrar@hospital2 | ok

        ## a custodian's clinicians and gateways in force do it
        100 | clinician@hospital1 | deposit r1 permit=p1@hospital1    | ok
        101 | registrar@hospital1 | reseal r1 approve=p1              | roleNotAllowed
        101 | clinician@insurer   | reseal r1 approve=p1              | organisationKindNotAllowed
        101 | clinician@hospital1 | reseal r1 approve=p1 of=nowhere   | organisationUnknown
        101 | nobody@hospital1    | reseal r1 approve=p1              | memberUnknown
        101 | clinician@hospital2 | reseal r1 approve=p1 of=hospital1 | memberOfOtherOrganisation
        101 | root@hospital1      | retire clinician@hospital1        | ok
        101 | clinician@hospital1 | reseal r1 approve=p1              | memberRetired
        ! member clinician2@hospital1 expires 101
        101 | clinician2@hospital1 | reseal r1 approve=p1 | memberExpired
        ! suspend hospital1
        101 | gateway@hospital1 | reseal r1 approve=p1 | organisationSuspended
        """)
}
