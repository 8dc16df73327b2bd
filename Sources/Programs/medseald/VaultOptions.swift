import ArgumentParser
import Contract
import FileVault
import Files
import Foundation
import S3
import S3Vault
import Vault

/// Where the vaults of the organisations that are served lie.
struct VaultOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Keep ciphertext in a bucket of an object store: s3://BUCKET/FOLDER?endpoint=https://HOST:PORT&region=REGION, in it \
            each organisation in a folder of its name. Credentials come from a file (&credentials=FILE), AWS_ACCESS_KEY_ID and \
            AWS_SECRET_ACCESS_KEY, or the machine's role. Default: DIR/organisations/NAME/vault (docs/operate/object-store.md).
            """, valueName: "address"))
    var vault: String?

    @Option(
        help: ArgumentHelp(
            """
            Serve while all ciphertext moves from where it was to --vault: `folder` for DIR/organisations/NAME/vault, or \
            the address of a bucket.
            """, valueName: "place"))
    var movingFrom: String?

    @Option(
        help: ArgumentHelp(
            """
            Keep a second copy of all ciphertext: a folder, in it each organisation in a folder of its name, or the address of \
            a bucket. What one place loses the other gives back; an erasure waits for both.
            """, valueName: "place"))
    var secondCopy: String?

    func validate() throws {
        guard secondCopy == nil || secondCopy != vault && secondCopy != movingFrom else {
            throw ValidationError("--second-copy names the place of which it is to be the copy")
        }
        guard secondCopy == nil || movingFrom == nil else {
            throw ValidationError("--second-copy and --moving-from do not go together: move first")
        }
        guard movingFrom == nil || movingFrom != vault else {
            throw ValidationError("--moving-from and --vault name one place")
        }
        guard movingFrom != "folder" || vault != nil else {
            throw ValidationError("--moving-from folder needs --vault: the folder is where it lies without")
        }
        do {
            let places = [vault, movingFrom == "folder" ? nil : movingFrom, secondBucket]
            for text in places.compactMap({ $0 }) {
                _ = try BucketAddress(text)
            }
        } catch { throw ValidationError("\(error)") }
    }

    /// The vault of `name`, whose folder is `home`, in the network of that origin.
    func open(of name: OrganisationName, home: Folder, origin: String) async throws -> any Vault {
        let new = try await open(vault, of: name, home, origin)
        if let secondCopy {
            let copy: any Vault
            if let secondBucket {
                copy = try await open(secondBucket, of: name, home, origin)
            } else {
                let folder = Folder(secondCopy).folder("\(name)")
                try folder.make()
                copy = try FileVault(path: folder.path)
            }
            return MirroredVault(new, copiedTo: copy)
        }
        guard let movingFrom else { return new }
        let old = try await open(movingFrom == "folder" ? nil : movingFrom, of: name, home, origin)
        return MovingVault(from: old, to: new)
    }

    /// The second copy's address, where that is in a bucket.
    private var secondBucket: String? { secondCopy.flatMap { $0.hasPrefix("s3:") ? $0 : nil } }

    private func open(
        _ address: String?, of name: OrganisationName, _ home: Folder, _ origin: String
    ) async throws -> any Vault {
        guard let address else { return try FileVault(path: home.folder("vault").path) }
        let place = try BucketAddress(address).folder("\(name)")
        let source = CredentialSource(for: place, environment: ProcessInfo.processInfo.environment)
        return try await S3Vault(
            try Bucket(place, credentials: source), owner: "\(name) in \(origin)", spool: home.folder("spool")
        )
    }
}
