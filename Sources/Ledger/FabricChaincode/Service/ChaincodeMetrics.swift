import Synchronization

/// What the service has done, in Prometheus' text format: numbers only, nothing of any statement.
public final class ChaincodeMetrics: Sendable {
    enum Result: Hashable {
        case answered(status: Int32)
        /// The peer failed, or went away.
        case broken

        var label: String {
            switch self {
            case .answered(let status): "\(status)"
            case .broken: "broken"
            }
        }
    }

    private struct Outcome: Hashable {
        let function: String
        let result: Result
    }

    private struct Counts {
        var streams = 0
        var outcomes: [Outcome: Int] = [:]
        /// One for each of `bounds`, and one for all that took longer.
        var durations = [Int](repeating: 0, count: ChaincodeMetrics.bounds.count + 1)
        var seconds = 0.0
    }

    private static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
    private let counts = Mutex(Counts())

    public init() {}

    func streamBegins() { counts.withLock { $0.streams += 1 } }
    func streamEnds() { counts.withLock { $0.streams -= 1 } }

    func count(_ function: String, _ result: Result, took duration: Duration) {
        let seconds = duration / .seconds(1)
        counts.withLock { counts in
            counts.outcomes[Outcome(function: function, result: result), default: 0] += 1
            counts.durations[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            counts.seconds += seconds
        }
    }

    /// All of it, as text.
    public var text: String {
        let counts = counts.withLock { $0 }
        var lines = ["# TYPE medseal_chaincode_streams gauge", "medseal_chaincode_streams \(counts.streams)"]
        lines.append("# TYPE medseal_chaincode_transactions_total counter")
        lines += counts.outcomes.map { outcome, count in
            let labels = "function=\"\(outcome.function)\",status=\"\(outcome.result.label)\""
            return "medseal_chaincode_transactions_total{\(labels)} \(count)"
        }.sorted()
        let histogram = "medseal_chaincode_transaction_seconds"
        lines.append("# TYPE \(histogram) histogram")
        var sum = 0
        for (bound, count) in zip(Self.bounds.map { "\($0)" } + ["+Inf"], counts.durations) {
            sum += count
            lines.append("\(histogram)_bucket{le=\"\(bound)\"} \(sum)")
        }
        lines += ["\(histogram)_sum \(counts.seconds)", "\(histogram)_count \(sum)"]
        return lines.joined(separator: "\n") + "\n"
    }
}
