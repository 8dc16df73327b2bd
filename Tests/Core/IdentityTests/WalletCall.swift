import BrowserCalls
import Contract
import Identity
import Primitives

/// The call `derive_wallet`: a master secret, an organisation's name, an index, and a recovery code as it was typed.
enum WalletCall {
    static func input(_ master: [UInt8], _ organisation: String, _ index: UInt64, typed: [UInt8]) -> [UInt8] {
        Packed.pack([master, Array(organisation.utf8), Packed.big(index), typed])
    }

    /// What follows from the master secret, the code on paper, and the master secret of the code that was typed.
    static func answer(_ input: [UInt8]) -> [UInt8] {
        var input = Packed(input)
        guard let master = input.next(), master.count == Wallet.masterBytes, let name = input.next(),
            let organisation = OrganisationName(String(decoding: name, as: UTF8.self)),
            let index = input.nextNumber(), let typed = input.next()
        else { return Packed.malformed }
        let wallet = Wallet(master: SecretBytes(copying: master))
        let owner = wallet.ownerKey(organisation: organisation, index: index)
        let message = Array("message".utf8)
        return Packed.pack([
            bytes(owner.seed), owner.publicKey, owner.sign(message),
            wallet.inboxKey(organisation: organisation).publicKey,
            bytes(wallet.inboxSeed(organisation: organisation)),
            wallet.proxyKey(index: index).publicKey, bytes(wallet.proxySeed(index: index)),
            bytes(wallet.recoveryCode), recovered(typed), Array(ShortCode.of(name).utf8),
            [sharesRecover(wallet) ? 1 : 0],
        ])
    }

    /// Whether two of three fresh shares give the wallet back.
    private static func sharesRecover(_ wallet: Wallet) -> Bool {
        let shares = wallet.recoveryShares(needed: 2, of: 3)
        guard let (found, wrong) = try? Wallet.recovered(from: Array(shares.dropFirst())) else {
            return false
        }
        return wrong.isEmpty && bytes(found.master) == bytes(wallet.master)
    }

    private static func recovered(_ typed: [UInt8]) -> [UInt8] {
        do throws(WalletError) {
            return bytes(try Wallet(recoveryCode: typed).master)
        } catch {
            switch error {
            case .groupMistyped(let group): return [1, UInt8(group)]
            case .lengthWrong(let characters): return [2, UInt8(truncatingIfNeeded: characters)]
            case .codeWrong: return [3]
            }
        }
    }

    private static func bytes(_ secret: SecretBytes) -> [UInt8] { secret.withUnsafeBytes { Array($0) } }
}
