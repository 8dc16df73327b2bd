import Glibc

func timed<Value>(_ body: () throws -> Value) rethrows -> (Value, Double) {
    let start = ContinuousClock.now
    let value = try body()
    return (value, seconds(.now - start))
}

func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
}

func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(0, &usage)
    return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
}

func residentMebibytes() -> Double {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    fgets(&line, 256, file)
    let words = String(cString: line).split(separator: " ")
    return Double(words[1])! * 4096 / 1_048_576
}

extension [Double] {
    func quantile(_ part: Double) -> Double { sorted()[Swift.min(count - 1, Int(Double(count) * part))] }
}

/// To standard error: the figures go to standard output.
func progress(_ text: String) { write(2, text, text.utf8.count) }

func printJSON(_ figures: [(String, Double)]) {
    print("{" + figures.map { "\"\($0)\": \($1)" }.joined(separator: ", ") + "}")
}
