import Contract
import Identity
import Primitives
import Testing

/// A wallet given to several together (T42).
@Suite struct RecoveryShareTests {
    private let wallet = Wallet.create()

    private func recovered(_ shares: [RecoveryShare]) -> (master: [UInt8]?, wrong: [Int]) {
        do throws(RecoveryShareError) {
            let (wallet, wrong) = try Wallet.recovered(from: shares)
            return (wallet.master.withUnsafeBytes { Array($0) }, wrong)
        } catch {
            guard case .tooFew(_, _, let wrong) = error else { return (nil, []) }
            return (nil, wrong)
        }
    }

    private var master: [UInt8] { wallet.master.withUnsafeBytes { Array($0) } }

    @Test("every choice of as many as are needed recovers it, none of fewer does")
    func everyChoice() {
        for (needed, count) in [(2, 2), (2, 3), (3, 5), (5, 5), (2, 16)] {
            let shares = wallet.recoveryShares(needed: needed, of: count)
            for choice in 0..<(1 << min(count, 6)) {
                let chosen = (0..<count).filter { choice >> $0 & 1 == 1 }.map { shares[$0] }
                let (found, wrong) = recovered(chosen)
                #expect((found == master) == (chosen.count >= needed), "\(needed) of \(count): \(choice)")
                #expect(wrong.isEmpty && (found == nil || found == master))
            }
        }
    }

    @Test("a corrupted share is named, and the others still recover it if they are enough")
    func corrupted() {
        let shares = wallet.recoveryShares(needed: 3, of: 5)
        for place in 0..<32 {
            var value = shares[1].share
            value[place] ^= 0x10
            let bad = RecoveryShare(number: 2, common: shares[1].common, share: value)
            #expect(recovered([shares[0], bad, shares[2]]) == (nil, [2]))
            let enough = recovered([shares[0], bad, shares[2], shares[4]])
            #expect(enough.master == master && enough.wrong == [2])
        }
    }

    @Test("so is one whose number, commitments or sealed wallet were changed, or that is of another making")
    func foreign() {
        let shares = wallet.recoveryShares(needed: 3, of: 5)
        let set = shares[1].common
        func other(
            number: Int = 2, id: [UInt8]? = nil, needed: Int = 3, commitments: [Digest]? = nil,
            sealed: [UInt8]? = nil
        ) -> RecoveryShare {
            RecoveryShare(
                number: number,
                common: RecoveryShareSet(
                    id: id ?? set.id, needed: needed, commitments: commitments ?? set.commitments,
                    sealed: sealed ?? set.sealed), share: shares[1].share)
        }
        var sealed = set.sealed
        sealed[0] ^= 1
        for bad in [
            other(number: 4), other(number: 9), other(id: [UInt8](repeating: 0, count: 16)), other(needed: 2),
            other(commitments: set.commitments.reversed()), other(commitments: []), other(sealed: sealed),
            Wallet.create().recoveryShares(needed: 3, of: 5)[1], wallet.recoveryShares(needed: 3, of: 5)[1],
        ] {
            let found = recovered([shares[0], bad, shares[2], shares[3]])
            #expect(found.master == master && found.wrong == [bad.number])
            #expect(recovered([shares[0], bad, shares[2]]).master == nil)
        }
        // The same one twice is one.
        #expect(recovered([shares[0], shares[0], shares[1]]).master == nil)
        #expect(recovered([]).master == nil)
    }
}
