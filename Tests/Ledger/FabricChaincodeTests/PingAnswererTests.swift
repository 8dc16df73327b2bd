import FabricChaincode
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import FabricChannel
@testable import FabricProtocol

/// Frames are written by hand from RFC 9113, sections 4.1 and 6.
struct PingAnswererTests {
    private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    private static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt8 = 0, _ payload: [UInt8]
    ) -> [UInt8] {
        [0, UInt8(payload.count >> 8), UInt8(payload.count & 0xff), type, flags, 0, 0, 0, stream] + payload
    }

    private static func ping(_ number: UInt8, flags: UInt8 = 0) -> [UInt8] {
        frame(6, flags: flags, [1, 2, 3, 4, 5, 6, 7, number])
    }

    /// What is sent, what of it passes, and what is answered.
    private static let settings = frame(4, [])
    private static let data = frame(0, stream: 1, ping(9) + ping(10))
    private static let others =
        [
            ping(1, flags: 1), frame(6, [1, 2, 3]), frame(6, stream: 1, [1, 2, 3, 4, 5, 6, 7, 8]),
            frame(7, [1, 2, 3, 4, 5, 6, 7, 8]), frame(6, [UInt8](repeating: 1, count: 264)),
        ].flatMap { $0 }
    private static let sent =
        settings + ping(1) + ping(2) + data + ping(3) + others + ping(4, flags: 0xfe) + data + ping(5)
    private static let passed = settings + data + others + data
    private static let answers = (1...5).flatMap { ping($0, flags: 1) }

    private static func read(_ bytes: [UInt8], of channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    private static func inbound(_ channel: EmbeddedChannel) throws -> [UInt8] {
        var all = [UInt8]()
        while let bytes = try channel.readInbound(as: ByteBuffer.self) { all += bytes.readableBytesView }
        return all
    }

    private static func outbound(_ channel: EmbeddedChannel) throws -> [UInt8] {
        var all = [UInt8]()
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { all += bytes.readableBytesView }
        return all
    }

    @Test("pings are answered and taken out, all else passes; wherever the bytes are cut")
    func cuts() throws {
        for cut in 0...Self.sent.count {
            let channel = EmbeddedChannel(handler: PingAnswerer(passing: 0))
            try Self.read(Array(Self.sent[..<cut]), of: channel)
            try Self.read(Array(Self.sent[cut...]), of: channel)
            #expect(try Self.inbound(channel) == Self.passed, "cut at \(cut)")
            #expect(try Self.outbound(channel) == Self.answers, "cut at \(cut)")
            _ = try channel.finish()
        }
        let channel = EmbeddedChannel(handler: PingAnswerer(passing: 0))
        for byte in Self.sent { try Self.read([byte], of: channel) }
        #expect(try Self.inbound(channel) == Self.passed)
        #expect(try Self.outbound(channel) == Self.answers)
    }

    @Test("at a server the client's preface comes first")
    func preface() throws {
        for cut in 0...Self.preface.count {
            let channel = EmbeddedChannel(handler: PingAnswerer(passing: 24))
            try Self.read(Array(Self.preface[..<cut]), of: channel)
            try Self.read(Array(Self.preface[cut...]) + Self.ping(1) + Self.settings, of: channel)
            #expect(try Self.inbound(channel) == Self.preface + Self.settings)
            #expect(try Self.outbound(channel) == Self.ping(1, flags: 1))
            _ = try channel.finish()
        }
    }

    @Test("while the other side takes nothing its pings are the HTTP/2 layer's")
    func unwritable() throws {
        let channel = EmbeddedChannel(handler: PingAnswerer(passing: 0))
        channel.isWritable = false
        try Self.read(Self.ping(1), of: channel)
        #expect(try Self.inbound(channel) == Self.ping(1))
        #expect(try Self.outbound(channel).isEmpty)
        channel.isWritable = true
        try Self.read(Self.ping(2), of: channel)
        #expect(try Self.inbound(channel).isEmpty)
        #expect(try Self.outbound(channel) == Self.ping(2, flags: 1))
    }

    // MARK: On the wire

    /// The HTTP/2 layer alone ends a connection with more than 200 pings in half a minute.
    private static let pings = (0..<1000).map { ping(UInt8($0 % 256)) }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    private static func connection(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture { try Connection(wrappingChannelSynchronously: channel) }
    }

    /// Says `beginning`, then pings again and again; the other side answers each ping, and is there afterwards.
    /// What it says comes after `skipping` bytes.
    private static func flood(
        _ connection: Connection, after beginning: [UInt8], skipping: Int
    ) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var (answers, rest) = ([UInt8](), [UInt8]())
            var skipped = 0
            var reading = inbound.makeAsyncIterator()
            try await outbound.write(ByteBuffer(bytes: beginning))
            for ping in pings {
                try await outbound.write(ByteBuffer(bytes: ping))
                while answers.count < ping.count {
                    var bytes = try #require(try await reading.next(), "it hung up")
                    let head = min(skipping - skipped, bytes.readableBytes)
                    bytes.moveReaderIndex(forwardBy: head)
                    skipped += head
                    rest += bytes.readableBytesView
                    while rest.count >= 9, case let count = 9 + Int(rest[1]) << 8 + Int(rest[2]),
                        rest.count >= count
                    {
                        if rest[3] == 6 { answers += rest[..<count] }
                        rest.removeFirst(count)
                    }
                }
                #expect(answers == Array(ping[..<4]) + [1] + Array(ping[5...]))
                answers = []
            }
        }
    }

    @Test("whoever dials our server may ping as often as it wants, also before any call")
    func server() async throws {
        let service = ChaincodeService(try TestChannel.populated().chaincode, packageID: "a:b")
        let server = ChaincodeServer(service, host: "127.0.0.1", port: 0, security: .plaintext)
        let (ports, told) = AsyncStream.makeStream(of: Int.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run { told.yield($0) } }
            var reading = ports.makeAsyncIterator()
            let port = try #require(await reading.next())
            let connection = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: port) { Self.connection($0) }
            try await Self.flood(connection, after: Self.preface + Self.settings, skipping: 0)
            group.cancelAll()
        }
    }

    @Test("a peer that our gateway's client has dialled may, too")
    func client() async throws {
        let listening = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { Self.connection($0) }
        let port = try #require(listening.channel.localAddress?.port)
        let client = GRPCClient(
            transport: try .http2NIOPosix(
                target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext,
                config: Gateway.transportConfig))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.runConnections() }
            try await listening.executeThenClose { connections in
                var reading = connections.makeAsyncIterator()
                let connection = try #require(try await reading.next())
                try await Self.flood(connection, after: Self.settings, skipping: Self.preface.count)
            }
            group.cancelAll()
        }
    }
}
