import Contract
import Files
import Foundation
import Identity
import Primitives
import Remote
import Terminal

/// The passphrase of a home that `medseal unlock` has the kernel keep.
struct KeptPassphrase {
    /// Under which it is kept: of the home's place only a hash, for others may list names.
    private let name: String

    init(of home: Folder) {
        let place = URL(fileURLWithPath: home.path).resolvingSymlinksInPath().path
        name = "medseal:" + Digest(hashing: Array(place.utf8)).hex.prefix(32)
    }

    /// Nil where none is kept, or its time has ended.
    func read() -> SecretBytes? { KernelKeyring.kept(as: name) }

    /// Throws `unavailable` where the kernel refuses.
    func keep(_ passphrase: SecretBytes, minutes: Int) throws {
        do {
            try KernelKeyring.keep(passphrase, as: name, seconds: UInt32(minutes) * 60)
        } catch {
            throw PartyError.unavailable("\(error)")
        }
    }

    /// Whether there was one.
    @discardableResult
    func forget() -> Bool { KernelKeyring.forget(name) }
}

extension PassphraseOptions {
    /// Opens what lies in `home`: with the passphrase that was given, or that is kept, or else that is asked for with `prompt`.
    func opening<Opened>(
        _ home: Folder, _ prompt: String, _ open: (SecretBytes) throws -> Opened
    ) throws -> Opened {
        let place = KeptPassphrase(of: home)
        if !isGiven, let kept = place.read() {
            do {
                return try open(kept)
            } catch let error as PartyError where error.code == .refused {
                // The home has another passphrase by now.
                place.forget()
            }
        }
        return try open(try read(prompt))
    }
}
