public import API
import Contract
public import Evidence
public import Files
public import Primitives
public import Remote
public import Workflow

extension StatementDraft {
    /// Reads a draft's file. Throws `badInput` when it is none, `unverified` when an approval in it does not
    /// hold.
    public init(reading folder: Folder, _ name: String) throws(PartyError) {
        let path = folder.file(name)
        let file = try PartyError.files { try folder.read(name) }
        do throws(PartyError) {
            try self.init(reading: file)
        } catch { throw PartyError(error.code, "\(path): \(error.message)") }
    }

    public func write(to folder: Folder, _ name: String) throws {
        try folder.write(file, as: name)
    }

    /// Says it: has it ordered as `key`, which must be the draft's signer.
    public func submit(by key: SigningKey, _ connection: Connection) async throws -> Wire.Receipt {
        try await connection.submit(try signed(by: key, network: connection.network.id), signedBy: key)
    }
}
