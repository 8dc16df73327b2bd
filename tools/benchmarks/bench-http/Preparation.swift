import API
import Contract
import Files
import Foundation
import Identity
import Primitives
import Remote
import Workload

extension Stories {
    /// What is said in a network whose first two organisations are a hospital and an insurer, now; their root
    /// keys are in its folder.
    init(_ network: Network, in folder: Folder, passphraseFile: String) throws {
        let passphrase = try SecretSource.file(passphraseFile).read()
        let organisations = try network.organisations.prefix(2).map { organisation in
            let name = organisation.name
            let sealed = try folder.folder("organisations").folder(name.description).read("root.pem")
            let root = try SealedPrivateKey.open(pem: sealed, passphrase: passphrase)
            return Organisation(name, root: SigningKey(pkcs8: root)!)
        }
        self.init(
            network: network.id, hospital: organisations[0], insurer: organisations[1],
            now: network.genesis.time(at: machineTime()))
    }
}

extension Connection {
    /// Has the hospital keep everything that the stories point to.
    func prepare(for stories: Stories) async throws {
        let hospital = Routes.Organisation(stories.hospital.name)
        for blob in Stories.blobs {
            _ = try await call(
                .put, hospital.blob(Digest(hashing: blob).hex), .bytes(blob, type: "application/octet-stream")
            )
        }
        let letter = Wire.Letter(
            addressee: .desk, request: stories.enrolments[0].id, body: Data(Stories.letter))
        try await call(.post, hospital.letters, json: letter)
    }
}
