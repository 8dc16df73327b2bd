import Contract
package import Remote

extension Connection {
    /// When the certificate of the caller's server ends; nil when it shows none in time.
    package func serverDeadline() async throws -> Deadline? {
        guard let shown = await shownCertificate() else { return nil }
        return Deadline(
            .server, "the certificate of the server at \(shown.authority)", ends: shown.notAfter,
            renewal: "who runs it has its organisation's authority issue the next")
    }
}
