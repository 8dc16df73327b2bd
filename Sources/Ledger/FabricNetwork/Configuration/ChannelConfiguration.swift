extension FabricPlan {
    /// The profile in `configtx.yaml`.
    static let profile = "MedSeal"

    /// `configtx.yaml`: what `configtxgen` makes the channel's first block from.
    ///
    /// An organisation that runs an orderer has one membership for orderer and peer. So blocks are believed by the signature of
    /// the role orderer: `ANY Writers`, as the usual examples have it, would let any client of the organisation sign
    /// one.
    var channelConfiguration: String {
        """
        Organizations:
        \(organisations.map(Self.organisation).joined(separator: "\n"))
        Profiles:
          \(Self.profile):
            Policies: &policies
              Readers: {Type: ImplicitMeta, Rule: ANY Readers}
              Writers: {Type: ImplicitMeta, Rule: ANY Writers}
              Admins: {Type: ImplicitMeta, Rule: MAJORITY Admins}
            Capabilities: {V2_0: true}
            Orderer:
              OrdererType: etcdraft
              # A statement alone waits this long for others to share its block.
              BatchTimeout: 50ms
              BatchSize: {MaxMessageCount: 500, AbsoluteMaxBytes: 10 MB, PreferredMaxBytes: 2 MB}
              EtcdRaft:
                Consenters:
        \(orderers.map(Self.consenter).joined(separator: "\n"))
                Options: {TickInterval: 100ms, ElectionTick: 10, HeartbeatTick: 1, MaxInflightBlocks: 5, SnapshotIntervalSize: 16 MB}
              Organizations: [\(orderers.map { "*\($0.name)" }.joined(separator: ", "))]
              Policies:
                <<: *policies
                BlockValidation: {Type: ImplicitMeta, Rule: ANY Orderers}
              Capabilities: {V2_0: true}
            Application:
              Organizations: [\(organisations.map { "*\($0.name)" }.joined(separator: ", "))]
              Policies:
                <<: *policies
                LifecycleEndorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}
                Endorsement: {Type: ImplicitMeta, Rule: MAJORITY Endorsement}
              Capabilities: {V2_5: true}

        """
    }

    private static func organisation(_ each: Organisation) -> String {
        func rule(_ roles: String...) -> String {
            let signers = roles.map { "'\(each.mspID).\($0)'" }.joined(separator: ",")
            return #"{Type: Signature, Rule: "OR(\#(signers))"}"#
        }
        let endpoints = each.hasOrderer ? "\n    OrdererEndpoints: [\"\(address(each.ordererPort))\"]" : ""
        return """
              - &\(each.name)
                Name: \(each.name)
                ID: \(each.mspID)
                MSPDir: \(each.name)/msp
                Policies:
                  Readers: \(rule("admin", "peer", "client", "orderer"))
                  Writers: \(rule("admin", "client", "orderer"))
                  Admins: \(rule("admin"))
                  Endorsement: \(rule("peer"))
                  Orderers: \(rule("orderer"))
                AnchorPeers: [{Host: \(host), Port: \(each.peerPort)}]\(endpoints)
            """
    }

    private static func consenter(_ each: Organisation) -> String {
        let certificate = "\(each.name)/orderer/tls/certificate.pem"
        return "          - {Host: \(host), Port: \(each.ordererPort), "
            + "ClientTLSCert: \(certificate), ServerTLSCert: \(certificate)}"
    }
}
