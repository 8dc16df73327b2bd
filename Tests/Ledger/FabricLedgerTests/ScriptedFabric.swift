import Contract
import FabricChaincode
import FabricChannel
import FabricProtocol
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Identity
import Primitives
import SwiftProtobuf
import Synchronization

@testable import Surroundings

/// A Fabric network in one process: endorses by the real chaincode, orders, checks versions, and tells its
/// blocks, over the real wire. It does what it is told to do wrong.
final class ScriptedFabric: Sendable {
    /// What it does wrong.
    enum Fault: Sendable {
        /// Whoever prepares the transaction puts another statement into it.
        case altersArguments
        /// Between endorsement and validation somebody else writes what was read.
        case conflicts
        /// The transaction is ordered, but who handed it over is not told.
        case losesAnswer
        /// It is not known yet who can endorse.
        case noEndorsers
        case differingEndorsements
        /// What became of a transaction is not told.
        case silentOnStatus
        case tellsOtherBlocks
        case breaksEventsOff
        case givesNoBlocks
        /// The peer is gone when it was to tell the next block.
        case breaksOffBlocks
    }

    fileprivate struct Value {
        var bytes: [UInt8]
        var version: UInt64
    }

    fileprivate struct World {
        var values: [String: Value] = [:]
        var blocks: [Common_Block] = []
        var fates: [String: (code: Protos_TxValidationCode, block: UInt64)] = [:]
        /// How often each is still done.
        var faults: [(fault: Fault, times: Int)] = []
        var endorsements = 0
        /// A statement that somebody else has committed before the next one that is ordered.
        var first: [UInt8]?
    }

    static let channel = "medseal"
    private let chaincode: ConsentChaincode
    private let world = Mutex(World())
    private let clock: @Sendable () -> UInt64

    /// `rules` other than the contract's are those of organisations that run another.
    init(
        genesis file: [UInt8],
        clock: @escaping @Sendable () -> UInt64 = { UInt64(Date().timeIntervalSince1970) },
        rules: @escaping ConsentChaincode.Rules = { decide($0, at: $1, reads: $2) }
    ) throws {
        chaincode = try ConsentChaincode(genesisFile: file, rules: rules)
        self.clock = clock
        // The first block is the channel's configuration.
        var header = Common_ChannelHeader()
        header.type = Int32(Common_HeaderType.config.rawValue)
        header.channelID = Self.channel
        var payload = Common_Payload()
        payload.header.channelHeader = header.serialized
        var envelope = Common_Envelope()
        envelope.payload = payload.serialized
        world.withLock { $0.add([(envelope.serialized, .valid)]) }
    }

    func does(_ fault: Fault, times: Int = 1) { world.withLock { $0.faults.append((fault, times)) } }
    /// Somebody else's statement comes between endorsement and ordering of the next.
    func commitsFirst(_ statement: [UInt8]) { world.withLock { $0.first = statement } }

    /// Commits a statement at once, as another organisation's process would have it.
    private func commit(_ statement: [UInt8]) {
        let call = chaincode.open(ChaincodeInvocation.submit(statement: statement).arguments)
        world.withLock { world in
            let values = world.values.mapValues(\.bytes).filter { call.readKeys.contains($0.key) }
            let outcome = call.execute(at: clock(), reading: values)
            let number = UInt64(world.blocks.count)
            for write in outcome.writes {
                world.values[write.key] = Value(bytes: write.value, version: number)
            }
            world.add([(Self.envelope(statement, outcome), .valid)])
        }
    }

    /// A transaction of somebody's that nobody here has to believe.
    private static func envelope(_ statement: [UInt8], _ outcome: ChaincodeOutcome) -> Data {
        var spec = Protos_ChaincodeInvocationSpec()
        spec.chaincodeSpec.chaincodeID.name = channel
        spec.chaincodeSpec.input.args = [Data("submit".utf8), Data(statement)]
        var proposal = Protos_ChaincodeProposalPayload()
        proposal.input = spec.serialized
        var channelHeader = Common_ChannelHeader()
        channelHeader.type = Int32(Common_HeaderType.endorserTransaction.rawValue)
        channelHeader.channelID = channel
        channelHeader.txID = "another"
        var header = Common_Header()
        header.channelHeader = channelHeader.serialized
        return transaction(header, proposal.serialized, outcome, Rwset_KVRWSet()).serialized
    }

    var blocks: [Common_Block] { world.withLock { $0.blocks } }
    var endorsements: Int { world.withLock { $0.endorsements } }
    func value(_ key: String) -> [UInt8]? { world.withLock { $0.values[key]?.bytes } }

    /// From now on it has these blocks, and tells these values.
    func show(_ blocks: [Common_Block], _ values: [String: [UInt8]]) {
        world.withLock { world in
            world.blocks = blocks
            world.values = values.mapValues { Value(bytes: $0, version: 0) }
        }
    }

    func isToDo(_ fault: Fault) -> Bool { world.withLock { $0.isToDo(fault) } }

    // MARK: Running

    /// Runs it on a port of this machine while `body` runs; `body` gets a connection profile for it, which names
    /// it so often.
    func serve(
        peers: Int = 1, _ body: @escaping @Sendable (ConnectionProfile, FabricIdentity) async throws -> Void
    ) async throws {
        let files = try ScriptedFiles()
        let server = GRPCServer(
            transport: HTTP2ServerTransport.Posix(
                address: .ipv4(host: "127.0.0.1", port: 0),
                transportSecurity: .tls(
                    certificateChain: [.bytes(files.tlsCertificate, format: .pem)],
                    privateKey: .bytes(files.tlsKey, format: .der))),
            services: [ScriptedGateway(fabric: self), ScriptedDeliver(fabric: self)])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.serve() }
            let address = try await server.transport.listeningAddress
            let profile = try files.profile(port: address.ipv4?.port ?? 0, peers: peers)
            let identity = try FabricIdentity(
                mspID: "hospital1", certificate: profile.certificate, key: files.clientKey)
            group.addTask { try await body(profile, identity) }
            try await group.next()
            group.cancelAll()
            server.beginGracefulShutdown()
        }
    }

    // MARK: Endorse

    func answer(_ proposal: Protos_SignedProposal) throws -> Common_Envelope {
        if isToDo(.noEndorsers) {
            throw RPCError(
                code: .failedPrecondition,
                message: "no combination of peers can be derived which satisfy the endorsement policy")
        }
        if isToDo(.differingEndorsements) {
            throw RPCError(code: .aborted, message: "ProposalResponsePayloads do not match")
        }
        world.withLock { $0.endorsements += 1 }
        let parts = try Protos_Proposal(serializedBytes: proposal.proposalBytes)
        let arguments = try self.arguments(parts.payload)
        let call = chaincode.open(arguments)
        let (values, versions) = world.withLock { world in
            (world.values.mapValues(\.bytes), world.values.mapValues(\.version))
        }
        let outcome = call.execute(at: clock(), reading: values.filter { call.readKeys.contains($0.key) })
        guard outcome.status == ChaincodeOutcome.success else {
            throw Self.refusal(outcome.status, outcome.message)
        }
        var set = Rwset_KVRWSet()
        set.reads = call.readKeys.map { key in
            var read = Rwset_KVRead()
            read.key = key
            if let version = versions[key] { read.version.blockNum = version }
            return read
        }
        set.writes = outcome.writes.map { write in
            var item = Rwset_KVWrite()
            item.key = write.key
            item.value = Data(write.value)
            return item
        }
        let payload = isToDo(.altersArguments) ? try altered(parts.payload) : parts.payload
        return Self.transaction(try Common_Header(serializedBytes: parts.header), payload, outcome, set)
    }

    /// As a gateway prepares it.
    private static func transaction(
        _ header: Common_Header, _ payload: Data, _ outcome: ChaincodeOutcome, _ set: Rwset_KVRWSet
    ) -> Common_Envelope {
        var namespace = Rwset_NsReadWriteSet()
        namespace.namespace = channel
        namespace.rwset = set.serialized
        var results = Rwset_TxReadWriteSet()
        results.nsRwset = [namespace]
        var action = Protos_ChaincodeAction()
        action.results = results.serialized
        if let event = outcome.event {
            var told = Protos_ChaincodeEvent()
            told.eventName = event.name
            told.payload = Data(event.payload)
            action.events = told.serialized
        }
        action.response.status = outcome.status
        action.response.payload = Data(outcome.payload)
        action.chaincodeID.name = channel
        var response = Protos_ProposalResponsePayload()
        response.proposalHash = Data(
            SHA256.digest([UInt8](header.channelHeader + header.signatureHeader + payload)))
        response.extension = action.serialized
        var endorsement = Protos_Endorsement()
        endorsement.endorser = Data("an endorser".utf8)
        var content = Protos_ChaincodeActionPayload()
        content.chaincodeProposalPayload = payload
        content.action.proposalResponsePayload = response.serialized
        content.action.endorsements = [endorsement]
        var transactionAction = Protos_TransactionAction()
        transactionAction.header = header.signatureHeader
        transactionAction.payload = content.serialized
        var transaction = Protos_Transaction()
        transaction.actions = [transactionAction]
        var whole = Common_Payload()
        whole.header = header
        whole.data = transaction.serialized
        var envelope = Common_Envelope()
        envelope.payload = whole.serialized
        return envelope
    }

    private func arguments(_ payload: Data) throws -> [[UInt8]] {
        let payload = try Protos_ChaincodeProposalPayload(serializedBytes: payload)
        let invocation = try Protos_ChaincodeInvocationSpec(serializedBytes: payload.input)
        return invocation.chaincodeSpec.input.args.map { [UInt8]($0) }
    }

    /// The event of a transaction of the chaincode.
    static func event(in envelope: Data) throws -> Protos_ChaincodeEvent? {
        let payload = try Common_Payload(serializedBytes: Common_Envelope(serializedBytes: envelope).payload)
        let header = try Common_ChannelHeader(serializedBytes: payload.header.channelHeader)
        guard header.type == Int32(Common_HeaderType.endorserTransaction.rawValue) else { return nil }
        let transaction = try Protos_Transaction(serializedBytes: payload.data)
        let content = try Protos_ChaincodeActionPayload(serializedBytes: transaction.actions[0].payload)
        let response = try Protos_ProposalResponsePayload(
            serializedBytes: content.action.proposalResponsePayload)
        let action = try Protos_ChaincodeAction(serializedBytes: response.extension)
        var event = try Protos_ChaincodeEvent(serializedBytes: action.events)
        event.txID = header.txID
        return event
    }

    private func altered(_ payload: Data) throws -> Data {
        var payload = try Protos_ChaincodeProposalPayload(serializedBytes: payload)
        var invocation = try Protos_ChaincodeInvocationSpec(serializedBytes: payload.input)
        invocation.chaincodeSpec.input.args[1].append(0)
        payload.input = invocation.serialized
        return payload.serialized
    }

    /// As a gateway tells it: the message says nothing, the details do.
    static func refusal(_ status: Int32, _ message: String) -> RPCError {
        var detail = Gateway_ErrorDetail()
        detail.mspID = "hospital1"
        detail.message = "chaincode response \(status), \(message)"
        var any = Google_Protobuf_Any()
        any.typeURL = "type.googleapis.com/gateway.ErrorDetail"
        any.value = detail.serialized
        var details = Rpc_Status()
        details.code = 10
        details.details = [any]
        var metadata = Metadata()
        metadata.addBinary([UInt8](details.serialized), forKey: "grpc-status-details-bin")
        return RPCError(
            code: .aborted, message: "failed to endorse transaction, see attached details", metadata: metadata
        )
    }

    func evaluate(_ proposal: Protos_SignedProposal) throws -> Protos_Response {
        let parts = try Protos_Proposal(serializedBytes: proposal.proposalBytes)
        let arguments = try self.arguments(parts.payload)
        var response = Protos_Response()
        if arguments.first == Array("GetChainInfo".utf8) {
            var info = Common_BlockchainInfo()
            info.height = UInt64(blocks.count)
            response.status = 200
            response.payload = info.serialized
            return response
        }
        let call = chaincode.open(arguments)
        let values = world.withLock { $0.values.mapValues(\.bytes) }
        let outcome = call.execute(at: clock(), reading: values.filter { call.readKeys.contains($0.key) })
        response.status = outcome.status
        response.message = outcome.message
        response.payload = Data(outcome.payload)
        return response
    }

    // MARK: Order and validate

    func order(_ envelope: Common_Envelope) throws {
        guard !envelope.signature.isEmpty else {
            throw RPCError(code: .invalidArgument, message: "prepared transaction must be signed")
        }
        let payload = try Common_Payload(serializedBytes: envelope.payload)
        let id = try Common_ChannelHeader(serializedBytes: payload.header.channelHeader).txID
        let transaction = try Protos_Transaction(serializedBytes: payload.data)
        let content = try Protos_ChaincodeActionPayload(serializedBytes: transaction.actions[0].payload)
        let response = try Protos_ProposalResponsePayload(
            serializedBytes: content.action.proposalResponsePayload)
        let action = try Protos_ChaincodeAction(serializedBytes: response.extension)
        let results = try Rwset_TxReadWriteSet(serializedBytes: action.results)
        let set = try Rwset_KVRWSet(serializedBytes: results.nsRwset[0].rwset)
        let first = world.withLock { world in
            defer { world.first = nil }
            return world.first
        }
        if let first { commit(first) }
        let losesAnswer = world.withLock { world in
            if world.isToDo(.conflicts) {
                for read in set.reads { world.values[read.key]?.version = UInt64(world.blocks.count) }
            }
            if world.fates[id] != nil {
                world.add([(envelope.serialized, .duplicateTxid)])
                return false
            }
            let isCurrent = set.reads.allSatisfy { read in
                world.values[read.key]?.version == (read.hasVersion ? read.version.blockNum : nil)
            }
            let code = isCurrent ? Protos_TxValidationCode.valid : .mvccReadConflict
            let number = UInt64(world.blocks.count)
            if isCurrent {
                for write in set.writes {
                    world.values[write.key] = Value(bytes: [UInt8](write.value), version: number)
                }
            }
            world.fates[id] = (code, number)
            world.add([(envelope.serialized, code)])
            return world.isToDo(.losesAnswer)
        }
        if losesAnswer { throw RPCError(code: .unavailable, message: "the orderer is gone") }
    }

    func fate(_ id: String) async throws -> Gateway_CommitStatusResponse {
        if isToDo(.silentOnStatus) { throw RPCError(code: .unavailable, message: "the peer is gone") }
        while true {
            if let fate = world.withLock({ $0.fates[id] }) {
                var response = Gateway_CommitStatusResponse()
                response.result = fate.code
                response.blockNumber = fate.block
                return response
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// The block, once there is one.
    func block(_ number: UInt64) async throws -> Common_Block {
        while true {
            let block = world.withLock { world -> Common_Block? in
                guard number < world.blocks.count else { return nil }
                var block = world.blocks[Int(number)]
                if world.isToDo(.tellsOtherBlocks) { block.data.data[0].append(0) }
                return block
            }
            if let block {
                if isToDo(.breaksOffBlocks) {
                    throw RPCError(code: .unavailable, message: "the peer is gone")
                }
                return block
            }
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

extension ScriptedFabric.World {
    fileprivate mutating func isToDo(_ fault: ScriptedFabric.Fault) -> Bool {
        guard let index = faults.firstIndex(where: { $0.fault == fault && $0.times > 0 }) else {
            return false
        }
        faults[index].times -= 1
        return true
    }

    fileprivate mutating func add(_ transactions: [(Data, Protos_TxValidationCode)]) {
        var block = Common_Block()
        block.header.number = UInt64(blocks.count)
        if let last = blocks.last { block.header.previousHash = Data(scriptedHash(of: last.header)) }
        block.data.data = transactions.map(\.0)
        block.header.dataHash = Data(SHA256.digest(transactions.flatMap { [UInt8]($0.0) }))
        block.metadata.metadata = [
            Data(), Data(), Data(transactions.map { UInt8($0.1.rawValue) }), Data(), Data(),
        ]
        blocks.append(block)
    }
}

/// SHA-256 of the header's DER, by another way than ours: Python's of the same is in the vectors.
private func scriptedHash(of header: Common_BlockHeader) -> [UInt8] {
    var number = [UInt8]()
    var rest = header.number
    repeat {
        number.insert(UInt8(rest & 0xff), at: 0)
        rest >>= 8
    } while rest > 0
    if number[0] & 0x80 != 0 { number.insert(0, at: 0) }
    let body =
        [0x02, UInt8(number.count)] + number + [0x04, UInt8(header.previousHash.count)]
        + [UInt8](header.previousHash) + [0x04, UInt8(header.dataHash.count)] + [UInt8](header.dataHash)
    return SHA256.digest([0x30, UInt8(body.count)] + body)
}

extension Message {
    /// Serializing fails for missing required fields only, and proto3 has none.
    var serialized: Data { try! serializedBytes() }
}

/// Keys and certificates for the wire, made anew.
private struct ScriptedFiles {
    let tlsCertificate: [UInt8]
    let tlsKey: [UInt8]
    let clientKey: SecretBytes
    private let scratch: Scratch

    init() throws {
        let now = Date()
        let (certificate, key) = try CertificateAuthority.create(
            organisation: OrganisationName("hospital1")!, now: now)
        let authority = try CertificateAuthority(certificate: certificate, privateKey: key)
        let server = try authority.issueServer(
            hostNames: ["localhost"], addresses: ["127.0.0.1"], now: now, notAfter: now + 86_400)
        tlsCertificate = PEM.encode(server.certificate, label: "CERTIFICATE")
        tlsKey = server.privateKey.withUnsafeBytes { Array($0) }
        clientKey = P256PrivateKey.generatePKCS8()
        scratch = try Scratch()
        let root = PEM.encode(certificate, label: "CERTIFICATE")
        for name in ["ca.pem", "certificate.pem"] { _ = try scratch.write(name, root) }
    }

    func profile(port: Int, peers: Int) throws -> ConnectionProfile {
        let peer = #"{"organisation":"hospital1","address":"127.0.0.1:\#(port)","tlsRoots":"ca.pem"}"#
        let json = """
            {"channel":"medseal","chaincode":"medseal","organisation":"hospital1","mspID":"hospital1",
             "identity":{"certificate":"certificate.pem","key":"key.pem"},
             "peers":[\(Array(repeating: peer, count: peers).joined(separator: ","))]}
            """
        let file = try scratch.write("connection.json", Array(json.utf8))
        return try ConnectionProfile(file: URL(fileURLWithPath: file))
    }
}

private struct ScriptedGateway: Gateway_Gateway.SimpleServiceProtocol {
    let fabric: ScriptedFabric

    func endorse(
        request: Gateway_EndorseRequest, context: ServerContext
    ) async throws -> Gateway_EndorseResponse {
        var response = Gateway_EndorseResponse()
        response.preparedTransaction = try fabric.answer(request.proposedTransaction)
        return response
    }

    func submit(
        request: Gateway_SubmitRequest, context: ServerContext
    ) async throws -> Gateway_SubmitResponse {
        try fabric.order(request.preparedTransaction)
        return Gateway_SubmitResponse()
    }

    func commitStatus(
        request: Gateway_SignedCommitStatusRequest, context: ServerContext
    ) async throws -> Gateway_CommitStatusResponse {
        try await fabric.fate(Gateway_CommitStatusRequest(serializedBytes: request.request).transactionID)
    }

    func evaluate(
        request: Gateway_EvaluateRequest, context: ServerContext
    ) async throws -> Gateway_EvaluateResponse {
        var response = Gateway_EvaluateResponse()
        response.result = try fabric.evaluate(request.proposedTransaction)
        return response
    }

    func chaincodeEvents(
        request: Gateway_SignedChaincodeEventsRequest, response: RPCWriter<Gateway_ChaincodeEventsResponse>,
        context: ServerContext
    ) async throws {
        let asked = try Gateway_ChaincodeEventsRequest(serializedBytes: request.request)
        var number = asked.startPosition.specified.number
        var isBefore = !asked.afterTransactionID.isEmpty
        while true {
            let block = try await fabric.block(number)
            var message = Gateway_ChaincodeEventsResponse()
            message.blockNumber = number
            for (envelope, code) in zip(block.data.data, block.metadata.metadata[2]) where code == 0 {
                guard let event = try ScriptedFabric.event(in: envelope) else { continue }
                if isBefore {
                    isBefore = event.txID != asked.afterTransactionID
                } else {
                    message.events.append(event)
                }
            }
            if !message.events.isEmpty { try await response.write(message) }
            number += 1
            if fabric.isToDo(.breaksEventsOff) {
                throw RPCError(code: .unavailable, message: "the peer is gone")
            }
        }
    }
}

private struct ScriptedDeliver: Protos_Deliver.SimpleServiceProtocol {
    let fabric: ScriptedFabric

    func deliver(
        request: RPCAsyncSequence<Common_Envelope, any Error>, response: RPCWriter<Protos_DeliverResponse>,
        context: ServerContext
    ) async throws {
        if fabric.isToDo(.givesNoBlocks) { throw RPCError(code: .unavailable, message: "the peer is gone") }
        for try await envelope in request {
            let payload = try Common_Payload(serializedBytes: envelope.payload)
            let seek = try Orderer_SeekInfo(serializedBytes: payload.data)
            let count = UInt64(fabric.blocks.count)
            var (number, last) = (seek.start.specified.number, seek.stop.specified.number)
            if case .newest = seek.start.type { (number, last) = (count - 1, count - 1) }
            while number <= last {
                var message = Protos_DeliverResponse()
                if seek.behavior == .failIfNotReady, number >= count {
                    message.status = .notFound
                    return try await response.write(message)
                }
                message.block = try await fabric.block(number)
                try await response.write(message)
                number += 1
            }
            var message = Protos_DeliverResponse()
            message.status = .success
            try await response.write(message)
        }
    }
}
