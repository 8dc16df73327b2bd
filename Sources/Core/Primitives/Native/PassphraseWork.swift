import Glibc

/// How hard passphrases are worked when something is sealed under them. What is opened says itself how it was.
///
/// Tests take less: they seal and open thousands of times, and each takes a second otherwise.
package enum PassphraseWork {
    /// scrypt's N = 2^`factor` of age files: 18, as age takes it everywhere.
    @TaskLocal package static var factor = usual

    /// The same of sealed private keys, which take less memory five times over: see `SealedPrivateKey`.
    static var keyFactor: Int { max(1, factor - 4) }

    #if DEBUG
        /// Programs that tests start are told by the environment. A release build does not ask.
        private static let usual =
            getenv("MEDSEAL_PASSPHRASE_WORK").flatMap { Int(String(cString: $0)) }.map { min(max($0, 1), 18) }
            ?? 18
    #else
        private static let usual = 18
    #endif
}
