import Contract
import FabricChaincode
import FabricProtocol
import Foundation
import Identity
import Primitives
import SwiftProtobuf

@testable import FabricChannel
@testable import LedgerCases

/// A channel of a network with blocks signed as Fabric's are, which says whatever a test wants.
///
/// What is forced here (`try!`) fails only when the test itself is wrong, and then has to stop it.
struct BlockForge {
    /// A transaction, and what is wrong with it.
    struct Call {
        var arguments: [[UInt8]] = []
        var asked = BlockForge.name
        var answering = BlockForge.name
        var time = TestNetwork.created + 10
        var client = "hospital1.client"
        var endorsers = ["hospital1.peer", "insurer.peer"]
        var code = Protos_TxValidationCode.valid
        /// By namespace, before it is endorsed.
        var alterSets: (inout [String: Rwset_KVRWSet]) -> Void = { _ in }
        var alterAnswer: (inout Protos_ChaincodeAction) -> Void = { _ in }
        /// After it was endorsed.
        var alterContent: (inout Protos_ChaincodeActionPayload) -> Void = { _ in }
        var alterHeader: (inout Common_ChannelHeader) -> Void = { _ in }
        var alterEnvelope: (inout Common_Envelope) -> Void = { _ in }
        /// The state that endorsers see; nil: the newest.
        var seeing: State?

        init(_ statement: [UInt8], _ alter: (inout Call) -> Void = { _ in }) {
            arguments = ChaincodeInvocation.submit(statement: statement).arguments
            alter(&self)
        }

        init(_ invocation: ChaincodeInvocation) { arguments = invocation.arguments }
    }

    struct State {
        var values: [String: [UInt8]] = [:]
        var versions: [String: Rwset_Version] = [:]
    }

    static let name = "medseal"
    let network: TestNetwork
    let authorities: [[UInt8]]
    private let identities: [String: FabricIdentity]
    private let chaincode: ConsentChaincode
    private(set) var state = State()
    var blocks: [Common_Block] = []
    /// Every transaction that was made, as it was ordered.
    private(set) var envelopes: [Data] = []

    /// The channel's first block, and one that begins the network, unless it is not to.
    init(begun: Bool = true) {
        let now = Date(timeIntervalSince1970: TimeInterval(TestNetwork.created)) - 3600
        var identities: [String: FabricIdentity] = [:]
        var authorities = [[UInt8]]()
        // `stranger` says that it is hospital1.
        for name in ["hospital1", "hospital2", "insurer", "stranger"] {
            let claimed = name == "stranger" ? "hospital1" : name
            let (certificate, key) = try! CertificateAuthority.create(
                organisation: OrganisationName(claimed)!, now: now)
            let authority = try! CertificateAuthority(certificate: certificate, privateKey: key)
            if name != "stranger" { authorities.append(certificate) }
            for role in FabricRole.allCases {
                for isOld in [false, true] {
                    let issued = try! authority.issueFabricIdentity(
                        role: role, now: now, notAfter: now + (isOld ? 60 : 86_400))
                    identities["\(name).\(role)\(isOld ? ".old" : "")"] = try! FabricIdentity(
                        mspID: claimed, certificate: PEM.encode(issued.certificate, label: "CERTIFICATE"),
                        key: issued.privateKey)
                }
            }
        }
        self.identities = identities
        self.authorities = authorities
        network = TestNetwork(
            authorities: Dictionary(
                uniqueKeysWithValues: zip(
                    ["hospital1", "hospital2", "insurer"], authorities.map { Digest(hashing: $0) })))
        chaincode = try! ConsentChaincode(genesisFile: network.file)
        var header = Common_ChannelHeader()
        header.type = Int32(Common_HeaderType.config.rawValue)
        header.channelID = Self.name
        var payload = Common_Payload()
        payload.header.channelHeader = header.serialized
        var envelope = Common_Envelope()
        envelope.payload = payload.serialized
        add([(envelope.serialized, .valid)], orderer: "insurer.orderer")
        if begun { add([Call(.begin(checkpoint: nil))]) }
    }

    /// A block of these transactions.
    mutating func add(_ calls: [Call], orderer: String = "insurer.orderer") {
        let number = UInt64(blocks.count)
        var ordered = [(Data, Protos_TxValidationCode)]()
        for (index, call) in calls.enumerated() {
            let (envelope, sets) = transaction(call)
            ordered.append((envelope, call.code))
            guard call.code == .valid else { continue }
            for write in sets[Self.name]?.writes ?? [] {
                state.values[write.key] = write.isDelete ? nil : [UInt8](write.value)
                state.versions[write.key] = .with {
                    $0.blockNum = number
                    $0.txNum = UInt64(index)
                }
            }
        }
        add(ordered, orderer: orderer)
    }

    /// A block of these envelopes.
    mutating func add(_ ordered: [(Data, Protos_TxValidationCode)], orderer: String = "insurer.orderer") {
        var block = Common_Block()
        block.header.number = UInt64(blocks.count)
        if let last = blocks.last { block.header.previousHash = Data(FabricBlock.hash(of: last.header)) }
        block.data.data = ordered.map(\.0)
        block.header.dataHash = Data(SHA256.digest(ordered.flatMap { [UInt8]($0.0) }))
        let codes = Data(ordered.map { UInt8($0.1.rawValue) })
        block.metadata.metadata = [signed(block.header, by: orderer), Data(), codes, Data(), Data()]
        blocks.append(block)
        envelopes += ordered.map(\.0)
    }

    /// The first item of a block's metadata.
    func signed(_ header: Common_BlockHeader, by orderer: String) -> Data {
        var signer = Common_SignatureHeader()
        signer.creator = identities[orderer]!.serialized
        signer.nonce = Data(Random.bytes(24))
        var metadata = Common_Metadata()
        metadata.value = Data([1, 2, 3])
        var signature = Common_MetadataSignature()
        signature.signatureHeader = signer.serialized
        signature.signature = identities[orderer]!.sign(
            metadata.value + signature.signatureHeader + Data(FabricBlock.der(of: header)))
        metadata.signatures = [signature]
        return metadata.serialized
    }

    private func transaction(_ call: Call) -> (envelope: Data, sets: [String: Rwset_KVRWSet]) {
        let client = identities[call.client]!
        let proposal = Proposal(
            channel: Self.name, chaincode: call.asked, arguments: call.arguments, by: client,
            at: Date(timeIntervalSince1970: TimeInterval(call.time)))
        let parts = try! Protos_Proposal(serializedBytes: proposal.signed.proposalBytes)
        var header = try! Common_Header(serializedBytes: parts.header)
        var channelHeader = try! Common_ChannelHeader(serializedBytes: header.channelHeader)
        call.alterHeader(&channelHeader)
        header.channelHeader = channelHeader.serialized

        let state = call.seeing ?? self.state
        let opened = chaincode.open(call.arguments)
        let reading = state.values.filter { opened.readKeys.contains($0.key) }
        let outcome = opened.execute(at: call.time, reading: reading)
        var set = Rwset_KVRWSet()
        set.reads = opened.readKeys.sorted().map { key in
            .with {
                $0.key = key
                if let version = state.versions[key] { $0.version = version }
            }
        }
        set.writes = outcome.writes.sorted { $0.key < $1.key }.map { write in
            .with {
                $0.key = write.key
                $0.value = Data(write.value)
            }
        }
        var sets = [Self.name: set, "_lifecycle": Rwset_KVRWSet()]
        call.alterSets(&sets)
        var results = Rwset_TxReadWriteSet()
        results.nsRwset = sets.sorted { $0.key < $1.key }.map { name, set in
            .with {
                $0.namespace = name
                $0.rwset = set.serialized
            }
        }
        var action = Protos_ChaincodeAction()
        action.results = results.serialized
        action.response.status = 200
        action.response.payload = Data(outcome.payload)
        action.chaincodeID.name = call.answering
        if let event = outcome.event {
            action.events =
                Protos_ChaincodeEvent.with {
                    $0.chaincodeID = Self.name
                    $0.txID = proposal.transactionID
                    $0.eventName = event.name
                    $0.payload = Data(event.payload)
                }.serialized
        }
        call.alterAnswer(&action)
        var response = Protos_ProposalResponsePayload()
        response.proposalHash = Data(
            SHA256.digest([UInt8](header.channelHeader + header.signatureHeader + parts.payload)))
        response.extension = action.serialized
        var content = Protos_ChaincodeActionPayload()
        content.chaincodeProposalPayload = parts.payload
        content.action.proposalResponsePayload = response.serialized
        content.action.endorsements = call.endorsers.map { name in
            .with {
                $0.endorser = identities[name]!.serialized
                $0.signature = identities[name]!.sign(response.serialized + identities[name]!.serialized)
            }
        }
        call.alterContent(&content)
        var transactionAction = Protos_TransactionAction()
        transactionAction.header = header.signatureHeader
        transactionAction.payload = content.serialized
        var transaction = Protos_Transaction()
        transaction.actions = [transactionAction]
        var payload = Common_Payload()
        payload.header = header
        payload.data = transaction.serialized
        var envelope = Common_Envelope()
        envelope.payload = payload.serialized
        envelope.signature = client.sign(envelope.payload)
        call.alterEnvelope(&envelope)
        return (envelope.serialized, sets)
    }
}
