import Foundation

package func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
    let start = ContinuousClock.now
    let value = try body()
    return (value, seconds(.now - start))
}

package func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

package func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(0, &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
}

/// What another process of this machine has taken of the processors so far.
package func processorSeconds(of process: Int) -> Double {
    // After the name, which is in parentheses: fields 14 and 15 are ticks as the user and as the system.
    let fields = text(ofFile: "/proc/\(process)/stat").split(separator: ")").last!.split(separator: " ")
    return (Double(fields[11])! + Double(fields[12])!) / Double(sysconf(Int32(_SC_CLK_TCK)))
}

package func residentMebibytes() -> Double {
    Double(text(ofFile: "/proc/self/statm").split(separator: " ")[1])! * 4096 / 1_048_576
}

/// Files of /proc: where they are missing there is nothing to measure.
private func text(ofFile path: String) -> String { try! String(contentsOfFile: path, encoding: .utf8) }

extension [Double] {
    package func quantile(_ part: Double) -> Double {
        sorted()[Swift.min(count - 1, Int(Double(count) * part))]
    }
}

/// To standard error: the figures go to standard output.
package func progress(_ text: String) { write(2, text, text.utf8.count) }

package func printJSON(_ figures: [(String, Double)]) {
    print("{" + figures.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
}
