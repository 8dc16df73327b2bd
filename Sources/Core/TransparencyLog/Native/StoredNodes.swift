// A reader over a database or a network may fail in any way; in a browser nothing is read from either here.
extension NodeReader where Failure == any Error {
    public static func failure(_ error: TreeError) -> any Error { error }
}
