import Foundation
import NIOCore
import Primitives
import Terminal

/// A service's private key at rest: encrypted PKCS#8.
enum ServiceKey {
    /// The key as PKCS#8 DER; `path` is for the message when it cannot be opened.
    static func open(_ path: String, _ pem: [UInt8], _ passphrase: SecretBytes) throws -> SecretBytes {
        do {
            return try SealedPrivateKey.open(pem: pem, passphrase: passphrase)
        } catch {
            throw StartError(
                error == .wrongPassphrase
                    ? "wrong passphrase (it does not open \(path)): give the network's"
                    : "\(path) is damaged (no encrypted PKCS#8 key): put it back from the backup")
        }
    }
}

/// Why the server cannot start, in words that say what to do.
struct StartError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ error: any Error) {
        switch error {
        case let failure as StartError: self = failure
        case let failure as IOError where failure.errnoCode == EADDRINUSE:
            self.init("the port is taken: stop the other process, or choose another with --port")
        case let failure as IOError where failure.errnoCode == EACCES:
            self.init("the port may not be used: choose one above 1023 with --port")
        // Ours say what they mean; libraries' texts are for programmers.
        case let error as any CustomStringConvertible & Error where !(error is CocoaError):
            self.init(error.description)
        default: self.init(foreignErrorSentence(error))
        }
    }
}

/// Says something to the people who run the service.
func say(_ text: String) { ProcessStreams.tell("medseald: \(text)") }
