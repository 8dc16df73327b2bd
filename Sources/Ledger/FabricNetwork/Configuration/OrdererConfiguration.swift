extension FabricPlan {
    /// `orderer.yaml`. Its paths are relative to its own folder, in which the orderer runs.
    static func ordererConfiguration(_ each: Organisation) -> String {
        """
        General:
          ListenAddress: \(host)
          ListenPort: \(each.ordererPort)
          TLS: {Enabled: true, Certificate: tls/certificate.pem, PrivateKey: tls/key.pem, RootCAs: [msp/tlscacerts/ca.pem]}
          Keepalive: {ServerMinInterval: 10s, ServerInterval: 7200s, ServerTimeout: 20s}
          LocalMSPDir: msp
          LocalMSPID: \(each.mspID)
          BCCSP: {Default: SW, SW: {Hash: SHA2, Security: 256}}
          Authentication: {TimeWindow: 15m}
        FileLedger: {Location: ../../run/data/\(each.name)/orderer/ledger}
        Consensus:
          WALDir: ../../run/data/\(each.name)/orderer/wal
          SnapDir: ../../run/data/\(each.name)/orderer/snapshots
        ChannelParticipation: {Enabled: true, MaxRequestBodySize: 1 MB}
        # A client that is let in here can take the channel away: only the one certificate of an authority of its own is.
        Admin:
          ListenAddress: \(address(each.ordererAdminPort))
          TLS:
            Enabled: true
            Certificate: tls/certificate.pem
            PrivateKey: tls/key.pem
            RootCAs: [msp/tlscacerts/ca.pem]
            ClientAuthRequired: true
            ClientRootCAs: [administrator/authority.pem]
        Operations: {ListenAddress: "\(address(each.ordererOperationsPort))", TLS: {Enabled: false}}
        Metrics: {Provider: prometheus}

        """
    }
}
