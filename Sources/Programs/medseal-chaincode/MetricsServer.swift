import FabricChaincode
import Hummingbird
import Logging

/// Tells on 127.0.0.1 whether the service is up and what it has done.
struct MetricsServer {
    private let metrics: ChaincodeMetrics
    private let port: Int

    init(_ metrics: ChaincodeMetrics, port: Int) {
        self.metrics = metrics
        self.port = port
    }

    /// Serves until the task is cancelled. Throws when the port cannot be bound.
    func run() async throws {
        let router = Router()
        router.get("healthz") { _, _ in "ok\n" }
        router.get("metrics") { [metrics] _, _ in metrics.text }
        var logger = Logger(label: "medseal-chaincode")
        // It reports as an error every connection that is open when it ends.
        logger.logLevel = .critical
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await application.run()
    }
}
