extension FabricPlan {
    /// The variable in the peer's environment that tells our builder where the chaincode's `connection.json` lies.
    static let connectionVariable = "MEDSEAL_CHAINCODE_CONNECTION"

    /// `core.yaml`. Its paths are relative to its own folder, in which the peer runs; the folder for snapshots
    /// must be absolute and comes from the environment (`CORE_LEDGER_SNAPSHOTS_ROOTDIR`).
    static func peerConfiguration(_ each: Organisation) -> String {
        """
        peer:
          id: peer.\(each.name)
          networkId: medseal
          listenAddress: \(address(each.peerPort))
          address: \(address(each.peerPort))
          chaincodeListenAddress: \(address(each.peerChaincodePort))
          chaincodeAddress: \(address(each.peerChaincodePort))
          localMspId: \(each.mspID)
          localMspType: bccsp
          mspConfigPath: msp
          fileSystemPath: ../../run/data/\(each.name)/peer
          BCCSP: {Default: SW, SW: {Hash: SHA2, Security: 256}}
          tls:
            enabled: true
            cert: {file: tls/certificate.pem}
            key: {file: tls/key.pem}
            rootcert: {file: msp/tlscacerts/ca.pem}
          authentication: {timewindow: 15m}
          keepalive: {interval: 7200s, timeout: 20s, minInterval: 10s, client: {interval: 60s, timeout: 20s}, deliveryClient: {interval: 60s, timeout: 20s}}
          client: {connTimeout: 3s}
          gateway: {enabled: true, endorsementTimeout: 30s, broadcastTimeout: 30s, dialTimeout: 30s}
          discovery: {enabled: true, authCacheEnabled: true, authCacheMaxSize: 1000, authCachePurgeRetentionRatio: 0.75}
          limits: {concurrency: {endorserService: 2500, deliverService: 2500, gatewayService: 500}}
          # Every peer has its blocks from an orderer. Gossip tells the gateway which other peers there are: it asks
          # more often than Fabric's examples do, so that after a start statements are endorsed within seconds.
          gossip:
            bootstrap: \(address(each.peerPort))
            endpoint: \(address(each.peerPort))
            externalEndpoint: \(address(each.peerPort))
            useLeaderElection: false
            orgLeader: true
            state: {enabled: false}
            dialTimeout: 1s
            membershipTrackerInterval: 1s
            pullInterval: 1s
            requestStateInfoInterval: 500ms
            publishStateInfoInterval: 500ms
            aliveTimeInterval: 1s
            aliveExpirationTimeout: 10s
            reconnectInterval: 1s
          deliveryclient: {blockGossipEnabled: false, reconnectTotalTimeThreshold: 3600s, connTimeout: 3s, reConnectBackoffThreshold: 5s, minimalReconnectInterval: 100ms}
          handlers:
            authFilters: [{name: DefaultAuth}, {name: ExpirationCheck}, {name: TimeWindowCheck}]
            decorators: [{name: DefaultDecorator}]
            endorsers: {escc: {name: DefaultEndorsement}}
            validators: {vscc: {name: DefaultValidation}}
        vm: {endpoint: ""}
        chaincode:
          mode: net
          keepalive: 0
          startuptimeout: 30s
          executetimeout: 30s
          installTimeout: 60s
          system: {_lifecycle: enable, cscc: enable, lscc: enable, qscc: enable}
          runtimeParams: {useWriteBatch: true, maxSizeWriteBatch: 1000, useGetMultipleKeys: true, maxSizeGetMultipleKeys: 1000}
          externalBuilders: [{name: medseal, path: ../../builder, propagateEnvironment: [\(connectionVariable)]}]
        ledger:
          state: {stateDatabase: goleveldb, totalQueryLimit: 100000}
          history: {enableHistoryDatabase: false}
        operations: {listenAddress: "\(address(each.peerOperationsPort))", tls: {enabled: false}}
        metrics: {provider: prometheus}

        """
    }
}
