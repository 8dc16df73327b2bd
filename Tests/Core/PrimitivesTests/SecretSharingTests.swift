import Primitives
import Testing

@Suite struct SecretSharingTests {
    private func bytes(_ secret: SecretBytes) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }

    @Test(
        "any shares, as many as are needed, give the secret; one fewer gives another number", arguments: 1...4
    )
    func everySubset(_ needed: Int) {
        let count = 5
        let (secret, shares) = SecretSharing.share(needed: needed, of: count)
        var others = Set<[UInt8]>()
        for choice in 1..<(1 << count) {
            let chosen = (0..<count).filter { choice >> $0 & 1 == 1 }.map {
                (number: $0 + 1, share: shares[$0])
            }
            let combined = bytes(SecretSharing.combine(chosen))
            if chosen.count >= needed {
                #expect(combined == bytes(secret), "\(chosen.map(\.number))")
            } else {
                #expect(combined != bytes(secret), "\(chosen.map(\.number))")
                #expect(others.insert(combined).inserted)
            }
        }
    }

    @Test("an altered share gives another secret, and every making another one")
    func altered() {
        let (secret, shares) = SecretSharing.share(needed: 3, of: 3)
        var second = bytes(shares[1])
        second[0] ^= 1
        let combined = SecretSharing.combine([
            (1, shares[0]), (2, SecretBytes(copying: second)), (3, shares[2]),
        ])
        #expect(bytes(combined) != bytes(secret))
        #expect(bytes(SecretSharing.share(needed: 3, of: 3).secret) != bytes(secret))
    }

    @Test("all pairs of shares lie on one line, where two are needed")
    func line() {
        let (_, shares) = SecretSharing.share(needed: 2, of: 5)
        let fromFirst = SecretSharing.combine([(1, shares[0]), (2, shares[1])])
        let fromLast = SecretSharing.combine([(4, shares[3]), (5, shares[4])])
        #expect(bytes(fromFirst) == bytes(fromLast))
    }
}
