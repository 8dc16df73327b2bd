import Foundation
import Testing

@testable import Surroundings

/// Passphrases are worked less for tests only.
@Suite struct PassphraseTests {
    /// The environment says how hard they are worked in debug builds, and in nothing that is released.
    @Test func aReleaseBuildAsksNobodyHowHardToWork() throws {
        let files = try FileManager.default.subpathsOfDirectory(
            atPath: Repository.root.appending(path: "Sources").path)
        let asking = try files.filter { $0.hasSuffix(".swift") }
            .filter { try Repository.text("Sources/\($0)").contains("MEDSEAL_PASSPHRASE_WORK") }
        #expect(asking == ["Core/Primitives/Native/PassphraseWork.swift"])
        let text = try Repository.text("Sources/Core/Primitives/Native/PassphraseWork.swift")
        let parts = text.split(separator: /#if DEBUG|#else|#endif/)
        try #require(parts.count == 4)
        #expect(parts[1].contains("getenv("))
        for part in [parts[0], parts[2], parts[3]] { #expect(!part.contains("getenv(")) }
        #expect(parts[2].contains("usual = 18\n"))
    }
}
