public import Foundation

/// Where one organisation's process finds its Fabric network, and with which identity it speaks there: the
/// file `connection.json` (docs/operate/fabric.md). Paths in it are relative to its folder.
public struct ConnectionProfile: Sendable {
    /// A peer whose gateway may be asked.
    public struct Peer: Sendable, Hashable {
        public let organisation: String
        /// `host:port`.
        public let host: String
        public let port: Int
        /// The certificates that its TLS certificate must lead to, PEM.
        public let tlsRoots: [UInt8]
    }

    public let channel: String
    public let chaincode: String
    public let organisation: String
    /// The identity's certificate, PEM, and where its sealed key lies.
    public let mspID: String
    public let certificate: [UInt8]
    public let keyFile: URL
    /// The first is the organisation's own; the others are asked when it does not answer.
    public private(set) var peers: [Peer]

    /// The same with these peers: no other peer is asked in their place.
    func asking(_ peers: [Peer]) -> ConnectionProfile {
        var profile = self
        profile.peers = peers
        return profile
    }

    /// Reads the profile. Throws `FabricError` `badProfile`, which names what is missing or malformed.
    public init(file: URL) throws(FabricError) {
        let folder = file.deletingLastPathComponent()
        func bytes(_ path: String) throws(FabricError) -> [UInt8] {
            do {
                return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path, relativeTo: folder)))
            } catch { throw .badProfile("\(file.path): cannot read \(path)") }
        }
        let form: Form
        do {
            form = try JSONDecoder().decode(Form.self, from: Data(contentsOf: file))
        } catch is DecodingError {
            throw .badProfile("\(file.path) is no connection profile")
        } catch { throw .badProfile("cannot read \(file.path)") }
        channel = form.channel
        chaincode = form.chaincode
        organisation = form.organisation
        mspID = form.mspID
        certificate = try bytes(form.identity.certificate)
        keyFile = URL(fileURLWithPath: form.identity.key, relativeTo: folder).absoluteURL
        var peers = [Peer]()
        for peer in form.peers {
            guard let colon = peer.address.lastIndex(of: ":"), colon > peer.address.startIndex,
                let port = UInt16(peer.address[peer.address.index(after: colon)...]), port > 0
            else { throw .badProfile("\(file.path): \(peer.address) is no host:port") }
            peers.append(
                Peer(
                    organisation: peer.organisation, host: String(peer.address[..<colon]),
                    port: Int(port), tlsRoots: try bytes(peer.tlsRoots)))
        }
        guard !peers.isEmpty else { throw .badProfile("\(file.path) names no peer") }
        self.peers = peers
    }

    private struct Form: Decodable {
        struct Identity: Decodable {
            let certificate: String
            let key: String
        }
        struct Peer: Decodable {
            let organisation: String
            let address: String
            let tlsRoots: String
        }
        let channel: String
        let chaincode: String
        let organisation: String
        let mspID: String
        let identity: Identity
        let peers: [Peer]
    }
}
