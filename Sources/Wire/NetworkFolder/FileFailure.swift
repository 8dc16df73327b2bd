public import Evidence
public import Files

extension ClientFailure {
    /// What a file or folder that could not be used means for the use case.
    public init(_ error: FileError) {
        let code: Code =
            switch error.code {
            case .exists: .badInput
            case .tooLong: .unverified
            default: .unreachable
            }
        if let cause = error.cause {
            self.init(code, error.message, cause: cause)
        } else {
            self.init(code, error.message)
        }
    }

    /// Gives what `body` gives; a file or folder that could not be used becomes a failure of the use case.
    package static func files<Value>(_ body: () throws -> Value) throws(ClientFailure) -> Value {
        do {
            return try body()
        } catch let error as FileError {
            throw ClientFailure(error)
        } catch let failure as ClientFailure {
            throw failure
        } catch {
            throw .unreachable("a file could not be used", cause: error)
        }
    }
}
