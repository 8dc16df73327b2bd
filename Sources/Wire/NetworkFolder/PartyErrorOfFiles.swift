public import Evidence
public import Files

extension PartyError {
    /// What a file or folder that could not be used means for the use case.
    public init(_ error: FileError) {
        let code: Code =
            switch error.code {
            case .absent, .exists, .otherKind: .badInput
            case .tooLong: .unverified
            default: .unavailable
            }
        self.init(code, error.description)
    }

    /// Gives what `body` gives; a file or folder that could not be used becomes a failure of the use case.
    package static func files<Value>(_ body: () throws -> Value) throws(PartyError) -> Value {
        do {
            return try body()
        } catch let error as FileError {
            throw PartyError(error)
        } catch let failure as PartyError {
            throw failure
        } catch {
            throw .unavailable("a file could not be used", cause: error)
        }
    }
}
