import Foundation
import Testing
import VaultConformance

struct MemoryVaultTests {
    @Test(arguments: VaultCheck.all) func promises(_ check: VaultCheck) async throws {
        try await check(MemoryVault { Int(Date().timeIntervalSince1970) })
    }
}
