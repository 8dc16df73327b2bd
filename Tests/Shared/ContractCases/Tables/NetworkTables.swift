extension DecisionTable {
    static let admit = DecisionTable(
        "admit",
        """
        ## more than half of the organisations agree, and whoever has the new root
        100 | root@hospital1 | admit clinic by=hospitals                                | tooFewRoots
        100 | root@hospital1 | admit clinic by=hospitals,insurer approve=none           | approvalMissing
        100 | root@hospital1 | admit clinic by=hospitals,insurer lacks=root@clinic      | approvalMissing
        100 | root@hospital1 | admit clinic by=hospitals,insurer lacks=validator@clinic | approvalMissing
        100 | root@hospital1 | admit clinic by=hospitals,insurer lacks=root@insurer     | approvalMissing
        100 | root@hospital1 | admit clinic by=hospitals,insurer lacks=root@hospital2   | approvalMissing
        100 | root@hospital1 | admit clinic by=hospitals,insurer                        | ok
        101 | root@clinic    | enrol nurse@clinic                                       | ok
        102 | nurse@clinic   | deposit r1 permit=p1@clinic                              | ok
        103 | root@hospital1 | admit clinic by=clinic,hospitals,insurer                 | organisationExists
        103 | root@hospital1 | admit hospital1 by=clinic,hospitals,insurer              | organisationExists
        103 | root@hospital1 | admit clinic2 by=hospitals,insurer                       | tooFewRoots
        103 | root@clinic    | admit clinic2 by=clinic,hospitals,insurer kind=insurer   | ok
        104 | root@hospital1 | admit clinic3 by=clinic,clinic2,hospital1                | tooFewRoots
        104 | root@hospital1 | admit clinic3 by=clinic,clinic2,hospitals kind=authority | ok

        ## one of those who agree says it, and all of them take part
        100 | root@laboratory     | admit clinic by=hospitals,insurer    | notTheRoot
        100 | root@clinic         | admit clinic by=hospitals,insurer    | notTheRoot
        100 | clinician@hospital1 | admit clinic by=hospitals,insurer    | notTheRoot
        100 | root@hospital1      | admit clinic by=hospitals,nowhere    | organisationUnknown
        100 | root@hospital1      | admit clinic by=clinic,hospitals     | organisationUnknown
        100 | root@hospital1      | suspend insurer by=auditor,hospitals | ok
        100 | root@hospital1      | admit clinic by=hospitals,insurer    | organisationSuspended
        100 | root@insurer        | admit clinic by=hospitals,insurer    | organisationSuspended
        100 | root@hospital1      | admit clinic by=hospitals            | tooFewRoots
        100 | root@hospital1      | admit clinic by=auditor,hospitals    | ok

        ## its root and its validator have no part in the network yet
        90  | clinician@hospital1 | deposit r1 permit=p1@hospital1                                  | ok
        100 | root@hospital1 | admit clinic by=hospitals,insurer root=root@hospital1                | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer root=root@auditor                  | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer root=validator@auditor             | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer root=clinician@hospital1           | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer root=p1                            | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer root=ledger                        | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer validator=validator@auditor        | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer validator=root@hospital1           | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer validator=clinician@hospital1      | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer validator=p1                       | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer validator=root@clinic              | keyNotOneTime
        100 | root@hospital1 | admit clinic by=hospitals,insurer                                    | ok

        ## a root that two organisations share counts once
        ! organisation hospital2 root root@hospital1
        100 | root@hospital1 | admit clinic by=hospitals,insurer lacks=root@hospital2         | tooFewRoots
        100 | root@hospital1 | admit clinic by=auditor,hospitals,insurer lacks=root@hospital2 | ok

        ## an approval serves one statement of one signer in one network
        100 | root@hospital1 | admit clinic by=hospitals,insurer approvalForged          | signatureInvalid
        100 | root@hospital1 | admit clinic by=hospitals,insurer approvalForeign         | signatureInvalid
        100 | root@hospital1 | admit clinic by=hospitals,insurer approvalOld             | signatureInvalid
        100 | root@hospital1 | admit clinic by=hospitals,insurer approvalFor=root@clinic | signatureInvalid
        100 | root@hospital1 | admit clinic by=hospitals,insurer                         | ok
        """)

    static let suspend = DecisionTable(
        "suspend",
        """
        ## more than half of the organisations end what one of them may do
        100 | root@hospital1  | suspend insurer by=hospitals | tooFewRoots
        100 | root@hospital1  | suspend insurer by=auditor,hospitals lacks=root@auditor | approvalMissing
        100 | root@insurer    | suspend insurer by=auditor,hospitals | notTheRoot
        100 | root@hospital1  | suspend nowhere by=hospitals,laboratory | organisationUnknown
        100 | root@hospital1  | suspend insurer by=hospitals,nowhere | organisationUnknown
        100 | root@hospital1  | suspend insurer by=hospitals,laboratory standing=restored | nothingChanges
        100 | root@hospital1  | suspend insurer by=hospitals,laboratory | ok
        101 | officer@insurer | request q1 | organisationSuspended
        101 | root@insurer    | enrol officer3@insurer | organisationSuspended
        101 | root@hospital1  | suspend insurer by=hospitals,laboratory | nothingChanges
        101 | root@hospital1  | suspend insurer by=hospitals,insurer standing=restored | organisationSuspended

        ## of those that are left more than half let it go on
        100 | root@hospital1  | suspend insurer by=hospitals,laboratory                | ok
        101 | root@hospital1  | suspend auditor by=hospitals                           | tooFewRoots
        101 | root@hospital1  | suspend auditor by=auditor,hospitals                   | ok
        102 | root@hospital1  | suspend insurer by=hospital1 standing=restored         | tooFewRoots
        102 | root@hospital1  | suspend insurer by=hospitals standing=restored         | ok
        103 | officer@insurer | request q1                                             | ok
        104 | root@hospital1  | suspend auditor by=hospitals standing=restored         | tooFewRoots
        104 | root@insurer    | suspend auditor by=hospitals,insurer standing=restored | ok
        105 | root@insurer    | suspend insurer by=hospitals,insurer                   | ok

        ## but for the last one
        ! active 1
        100 | root@hospital1 | suspend insurer by=hospital1                   | lastOrganisation
        100 | root@hospital1 | suspend hospital1 by=hospital1                 | lastOrganisation
        ! active 2
        100 | root@hospital1 | suspend insurer by=hospitals                   | ok
        101 | root@hospital1 | suspend hospital1 by=hospital1                 | lastOrganisation
        101 | root@hospital1 | suspend insurer by=hospital1 standing=restored | ok

        ## nor one without whose validator the quorum cannot be met
        ! quorum 1 auditor
        100 | root@hospital1 | suspend auditor by=hospitals,insurer                                   | quorumUnreachable
        100 | root@hospital1 | suspend insurer by=hospitals,laboratory                                | ok
        101 | root@hospital1 | suspend insurer by=hospitals,laboratory standing=restored              | ok
        ! quorum 1 hospital
        102 | root@hospital1 | suspend hospital2 by=auditor,hospital1,insurer                         | ok
        103 | root@auditor   | suspend hospital1 by=auditor,insurer,laboratory                        | quorumUnreachable
        104 | root@hospital1 | suspend hospital2 by=auditor,hospital1,insurer standing=restored       | ok
        105 | root@auditor   | suspend hospital1 by=auditor,insurer,laboratory                        | ok

        ## an organisation that was admitted since has no say in it, and takes none away
        ! quorum 1 auditor
        100 | root@hospital1 | admit clinic by=hospitals,insurer kind=auditor                         | ok
        101 | root@hospital1 | suspend auditor by=clinic,hospitals,insurer                            | quorumUnreachable
        102 | root@hospital1 | suspend clinic by=auditor,hospitals,insurer                            | ok
        103 | root@hospital1 | suspend clinic by=auditor,hospitals,insurer standing=restored          | ok

        ## who agreed once has agreed to one statement, with whomever else
        100 | root@hospital1 | suspend insurer by=hospitals,laboratory as=first          | ok
        101 | root@hospital1 | suspend insurer by=hospitals,laboratory standing=restored | ok
        102 | root@hospital1 | replay first                                              | replayed
        102 | root@hospital1 | again first also=root@auditor                             | replayed
        102 | root@hospital1 | again first also=root@hospital1                           | replayed
        """)

    static let rotateRoot = DecisionTable(
        "rotateRoot",
        """
        ## a root is replaced by more than half of the organisations and whoever has the new one
        100 | root@hospital1  | rotateRoot auditor by=hospitals | tooFewRoots
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer lacks=root2@auditor | approvalMissing
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer lacks=root@insurer | approvalMissing
        100 | root@auditor    | rotateRoot auditor by=hospitals,insurer | notTheRoot
        100 | root2@auditor   | rotateRoot auditor by=hospitals,insurer | notTheRoot
        100 | root@hospital1  | rotateRoot nowhere by=hospitals,insurer | organisationUnknown
        100 | root@hospital1  | rotateRoot auditor by=hospitals,nowhere | organisationUnknown
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer root=root@auditor | keyNotOneTime
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer root=root@insurer | keyNotOneTime
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer root=validator@auditor | keyNotOneTime
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer root=auditor@auditor | keyNotOneTime
        100 | root@hospital1  | rotateRoot auditor by=hospitals,insurer | ok
        101 | root@auditor    | enrol nurse@auditor | notTheRoot
        101 | root2@auditor   | enrol nurse@auditor | ok
        102 | root@hospital1  | rotateRoot hospital1 by=hospitals,insurer | ok
        103 | root@hospital1  | suspend auditor by=hospitals,insurer | notTheRoot
        103 | root2@hospital1 | suspend auditor by=hospitals,insurer lacks=root@hospital1 | ok

        ## what was a root once does not become one again
        90  | clinician@hospital1 | deposit r1 permit=p1@hospital1                             | ok
        100 | root@hospital1 | rotateRoot auditor by=hospitals,insurer root=p1                 | keyNotOneTime
        100 | root@hospital1 | rotateRoot auditor by=hospitals,insurer                         | ok
        101 | root@hospital1 | rotateRoot auditor by=hospitals,insurer root=root@auditor       | keyNotOneTime

        ## of a suspended organisation too, which is suspended still
        100 | root@hospital1 | suspend auditor by=hospitals,insurer    | ok
        101 | root@hospital1 | rotateRoot auditor by=hospitals,auditor | organisationSuspended
        101 | root@hospital1 | rotateRoot auditor by=hospitals,insurer | ok
        102 | root2@auditor  | enrol nurse@auditor                     | organisationSuspended
        """)
}
