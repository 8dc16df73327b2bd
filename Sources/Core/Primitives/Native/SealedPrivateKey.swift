import COpenSSL
import Crypto

/// A private key as PKCS#8 (RFC 5958), and its sealed form: encrypted PKCS#8 PEM (PBES2, scrypt with N =
/// 2^14, r = 8, p = 5; AES-256-CBC) that `openssl pkey -in FILE` opens.
public enum SealedPrivateKey {
    /// OpenSSL opens no file whose scrypt takes more than 32 MiB: N = 2^14 is the most, and p = 5 makes up
    /// for it (OWASP's equivalent of N = 2^17, p = 1).
    static var scryptN: UInt64 { 1 << UInt64(PassphraseWork.keyFactor) }
    static let scryptP: UInt64 = 5

    /// Seals a PKCS#8 DER key under `passphrase`; returns PEM text as bytes.
    public static func seal(pkcs8 key: SecretBytes, passphrase: SecretBytes) -> [UInt8] {
        let info = key.withUnsafeBytes { bytes -> OpaquePointer? in
            var start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return d2i_PKCS8_PRIV_KEY_INFO(nil, &start, bytes.count)
        }
        guard let info else { preconditionFailure("not a PKCS#8 key") }
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        var salt = Random.bytes(16)
        guard let algorithm = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), &salt, 16, nil, scryptN, 8, scryptP),
            let sealed = passphrase.withUnsafeBytes({
                PKCS8_set0_pbe(
                    $0.baseAddress!.assumingMemoryBound(to: CChar.self), Int32($0.count), info, algorithm)
            }), let output = BIO_new(BIO_s_mem())
        else { preconditionFailure("OpenSSL cannot seal a key") }
        defer {
            X509_SIG_free(sealed)
            BIO_free(output)
        }
        precondition(PEM_write_bio_PKCS8(output, sealed) == 1, "OpenSSL cannot write a key")
        return contents(of: output)
    }

    /// Opens sealed PEM by any spelling of `passphrase`; returns the PKCS#8 DER key in secret memory.
    public static func open(pem: [UInt8], passphrase: SecretBytes) throws(PrivateKeyError) -> SecretBytes {
        for spelling in passphrase.spellings {
            do throws(PrivateKeyError) {
                return try open(pem: pem, with: spelling)
            } catch {
                guard error == .wrongPassphrase else { throw error }
            }
        }
        throw .wrongPassphrase
    }

    private static func open(
        pem: [UInt8], with passphrase: SecretBytes
    ) throws(PrivateKeyError) -> SecretBytes {
        guard let input = BIO_new_mem_buf(pem, Int32(pem.count)) else { throw .malformed }
        defer { BIO_free(input) }
        guard let sealed = PEM_read_bio_PKCS8(input, nil, nil, nil) else { throw .malformed }
        defer { X509_SIG_free(sealed) }
        let info = passphrase.withUnsafeBytes {
            PKCS8_decrypt(sealed, $0.baseAddress!.assumingMemoryBound(to: CChar.self), Int32($0.count))
        }
        ERR_clear_error()
        guard let info else { throw .wrongPassphrase }
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        let count = i2d_PKCS8_PRIV_KEY_INFO(info, nil)
        guard count > 0 else { throw .malformed }
        return SecretBytes(count: Int(count)) { buffer in
            var start: UnsafeMutablePointer<UInt8>? = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            _ = i2d_PKCS8_PRIV_KEY_INFO(info, &start)
        }
    }

    fileprivate static func contents(of bio: OpaquePointer) -> [UInt8] {
        var bytes = [UInt8]()
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = BIO_read(bio, &chunk, Int32(chunk.count))
            guard count > 0 else { return bytes }
            bytes += chunk[0..<Int(count)]
        }
    }
}

/// A private key as unencrypted PKCS#8 PEM: for programs of others that start alone and open no other.
///
/// Not for keys of ours, which are sealed.
public enum PlainPrivateKey {
    /// The PEM text of a PKCS#8 DER key.
    public static func pem(pkcs8 key: SecretBytes) -> SecretBytes {
        let info = key.withUnsafeBytes { bytes -> OpaquePointer? in
            var start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return d2i_PKCS8_PRIV_KEY_INFO(nil, &start, bytes.count)
        }
        guard let info, let output = BIO_new(BIO_s_secmem()) else { preconditionFailure("not a PKCS#8 key") }
        defer {
            PKCS8_PRIV_KEY_INFO_free(info)
            BIO_free(output)
        }
        precondition(PEM_write_bio_PKCS8_PRIV_KEY_INFO(output, info) == 1, "OpenSSL cannot write a key")
        var text = SealedPrivateKey.contents(of: output)
        defer { wipe(&text) }
        return SecretBytes(copying: text)
    }
}

/// P-256 keys, for certificate authorities and TLS: made here, used by swift-certificates and NIOSSL.
public enum P256PrivateKey {
    /// A fresh key as PKCS#8 DER.
    public static func generatePKCS8() -> SecretBytes {
        SecretBytes(copying: P256.Signing.PrivateKey().derRepresentation)
    }
}

/// Why a sealed private key does not open.
public enum PrivateKeyError: Error, Equatable {
    /// Not one encrypted PKCS#8 PEM block.
    case malformed
    /// The passphrase does not open it, or it was altered: the format cannot tell the two apart.
    case wrongPassphrase
}
