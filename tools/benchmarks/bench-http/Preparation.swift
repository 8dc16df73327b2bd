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
    /// Has the hospital's desk keep the letter that every request names.
    func prepare(for stories: Stories) async throws {
        let hospital = Routes.Organisation(stories.hospital.name)
        let letter = Wire.Letter(
            addressee: .desk, request: stories.enrolments[0].id, body: Data(Stories.letter))
        try await call(.post, hospital.letters, json: letter)
    }

    /// Has the hospital keep what a story's record consists of.
    func store(for story: [Stories.Statement], at hospital: OrganisationName) async throws {
        guard let record = story.lazy.compactMap(\.record).first else { return }
        for (kind, bytes) in Stories.blobs {
            let name = BlobName(Digest(hashing: bytes), kind)
            _ = try await call(
                .put, Routes.Organisation(hospital).blob(name.text, of: record.hex),
                .bytes(bytes, type: "application/octet-stream"))
        }
    }
}

/// Has the hospital keep what the stories' records consist of, each connection a part of them.
func store(for batch: [[Stories.Statement]], by connections: [Connection]) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        for (number, connection) in connections.enumerated() {
            group.addTask {
                for index in stride(from: number, to: batch.count, by: connections.count) {
                    try await connection.store(for: batch[index], at: stories.hospital.name)
                }
            }
        }
        try await group.waitForAll()
    }
}
