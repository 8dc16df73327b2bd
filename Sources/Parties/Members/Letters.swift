import API
import Contract
import Evidence
import Remote

extension Connection {
    /// The same; none where the organisation's server is away, which the connection notes.
    func lettersUnlessAway(
        at custodian: OrganisationName, about request: StatementID
    ) async throws -> [Wire.Letter] {
        do {
            return try await letters(at: custodian, about: request)
        } catch let failure as PartyError where failure.code == .unavailable {
            return []
        }
    }

    /// How many pages of letters about one thing are read: others can add to them, but nothing that counts comes so late.
    private static let letterPagesMax = 16

    /// The letters to the caller, or to the desk where it works there, about one request.
    func letters(at custodian: OrganisationName, about request: StatementID) async throws -> [Wire.Letter] {
        var letters = [Wire.Letter]()
        var after: UInt64?
        for _ in 0..<Self.letterPagesMax {
            let page: Wire.Letters = try await call(
                .get, Routes.Organisation(custodian).letters,
                query: [("request", request.hex)] + (after.map { [("after", String($0))] } ?? []))
            letters += page.letters
            guard let next = page.next else { break }
            after = next
        }
        return letters
    }
}
