import Glibc

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    target(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

/// The target that $FUZZ_TARGET names is given each input, and traps where a promise does not hold.
private let target: @Sendable ([UInt8]) -> Void = {
    let targets = ageTargets.merging(wireTargets) { one, _ in one }
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = targets[name] else {
        fatalError("FUZZ_TARGET is one of: \(targets.keys.sorted().joined(separator: ", "))")
    }
    return target
}()
