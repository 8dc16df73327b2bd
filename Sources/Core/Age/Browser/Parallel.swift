/// A worker has one thread: the numbers are worked through one after the other.
enum Parallel {
    static func forEach(_ count: Int, _ body: (Int) -> Void) {
        for number in 0..<count { body(number) }
    }

    /// The failure of the lowest number.
    static func firstFailure(_ count: Int, _ body: (Int) -> AgeError?) -> AgeError? {
        var first: AgeError?
        for number in 0..<count {
            let failure = body(number)
            first = first ?? failure
        }
        return first
    }
}
