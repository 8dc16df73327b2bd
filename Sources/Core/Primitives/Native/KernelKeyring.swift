import CSodium
import Glibc

/// Secrets that the kernel keeps for the processes of this user: for a time, never on a disk, gone when the machine stops.
public enum KernelKeyring {
    /// Keeps `secret` for so many seconds, in place of what was kept under `name`, which every process of the user can read.
    public static func keep(_ secret: SecretBytes, as name: String, seconds: UInt32) throws(KeyringError) {
        forget(name)
        let key = secret.withUnsafeBytes { medseal_add_key(name, $0.baseAddress, $0.count) }
        guard key >= 0 else { throw KeyringError() }
        guard medseal_limit_key(key, seconds) == 0 else {
            let error = KeyringError()
            _ = medseal_revoke_key(key)
            throw error
        }
        // A session whose own keyring does not lead to the user's may put something there and not get it back.
        guard kept(as: name) != nil else {
            let error = KeyringError()
            _ = medseal_revoke_key(key)
            throw error
        }
    }

    /// What is kept under `name`; nil where nothing is, its time has ended, or the kernel refuses.
    public static func kept(as name: String) -> SecretBytes? {
        let key = medseal_find_key(name)
        guard key >= 0 else { return nil }
        let count = medseal_read_key(key, nil, 0)
        guard count > 0 else { return nil }
        var read = 0
        let secret = SecretBytes(count: count) { read = medseal_read_key(key, $0.baseAddress, $0.count) }
        return read == count ? secret : nil
    }

    /// Ends what is kept under `name`; whether there was something.
    @discardableResult
    public static func forget(_ name: String) -> Bool {
        let key = medseal_find_key(name)
        guard key >= 0 else { return false }
        return medseal_revoke_key(key) == 0
    }
}

/// Why the kernel keeps nothing; for people.
public struct KeyringError: Error, CustomStringConvertible, Sendable {
    private let number = errno

    public var description: String {
        """
        this machine's kernel keeps no passphrase here (\(String(cString: strerror(number)))): containers and some services are \
        not allowed to ask it. Use --passphrase-file, or type the passphrase each time
        """
    }
}
