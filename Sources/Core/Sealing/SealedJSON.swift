public import Age
public import Evidence
public import Primitives

/// A JSON value in an age file for one party: the one spelling of it, so that nothing hides in another.
public enum SealedJSON {
    public static func seal(_ json: JSONValue, to recipient: AgeRecipient) throws(PartyError) -> [UInt8] {
        do {
            return try Age.seal(json.encoded, for: .recipients([recipient]))
        } catch {
            throw PartyError(.badInput, "this cannot be sealed", cause: error)
        }
    }

    /// Throws `unverified` when it is not for this identity, was altered, or is no such value.
    public static func open(_ bytes: [UInt8], with identity: AgeIdentity) throws(PartyError) -> JSONValue {
        let plaintext: [UInt8]
        do throws(AgeError) {
            plaintext = try Age.open(bytes, with: .identity(identity))
        } catch {
            throw .unverified("a sealed value does not open", cause: error)
        }
        do throws(JSONValue.Malformed) {
            return try JSONValue(canonical: plaintext)
        } catch {
            throw .unverified("a sealed value does not open", cause: error)
        }
    }
}
