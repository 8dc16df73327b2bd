import Contract
import Files
import Foundation
import Identity
import Primitives
import Testing

@testable import Homes
@testable import Remote

/// T3: whoever was shown a revocation list is not shown an older one, another one, or none, unnoticed.
struct RememberedListsTests {
    @Test func noListGoesBack() async throws {
        let world = try await World.shared.value
        let authority = try world.authority(of: "insurer")
        let name = OrganisationName("insurer")!
        let folder = Folder(NSTemporaryDirectory()).folder("lists-\(lowercaseHex(Random.bytes(6)))")
        try folder.make()
        defer { folder.parent.remove(folder.name) }
        let now = Date()
        func list(_ number: UInt64, seconds: Double = 60) throws -> RevocationList {
            try authority.issueList(
                number: number, entries: [], now: now, nextUpdate: now.addingTimeInterval(seconds))
        }
        func advance(_ list: RevocationList?) -> Bool {
            do throws(PartyError) {
                _ = try RememberedLists(folder: folder)
                    .advance(to: list?.der, of: name, under: authority.certificate)
                return true
            } catch { return false }
        }
        let (first, second) = (try list(1), try list(2))
        #expect(advance(nil))
        #expect(advance(first) && advance(first))
        #expect(!advance(nil))
        #expect(advance(second) && !advance(first) && !advance(nil))
        #expect(try !advance(list(2, seconds: 90)))
        #expect(try advance(second) && advance(list(5)))
        // Without a home nothing is remembered, and nothing is held against anything.
        let none = RememberedLists(folder: nil)
        _ = try none.advance(to: nil, of: name, under: authority.certificate)
    }
}
